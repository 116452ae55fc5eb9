import { hasRole, type Role } from '../../pipeline/actors.ts';
import type { Step } from '../../pipeline/panel/next-step.ts';
import type { View } from '../../canvas-kit/format.ts';
import { setAsideIn, type Fact } from '../../canvas-kit/run-words.ts';
import { stepWords, type Way } from '../../canvas-kit/step-words.ts';
import { html, type SafeHtml } from './html.ts';
import type { Follow, Viewer } from './page.ts';

interface Form {
  role: Role;
  action: string;
  fields?: Record<string, string>;
}

/** What the panel's ways on are here: a page that is opened, or a form that is sent by whoever has the role. */
function wayOn({ verb, run = '' }: Way): string | Form {
  switch (verb) {
    case 'connect_form':
      return '/console/connect';
    case 'maps':
      return '/console/maps';
    case 'rejections':
      return '/console/rejections';
    case 'cut_over':
      return '/console/cut-over';
    case 'discover':
      return { role: 'operator', action: '/console/discovery' };
    case 'readiness':
    case 'readiness_full':
      return { role: 'operator', action: '/console/readiness' };
    case 'run_sample':
      return { role: 'operator', action: '/console/runs', fields: { kind: 'sample' } };
    case 'start_migration':
      return { role: 'operator', action: '/console/runs', fields: { kind: 'full' } };
    case 'approve_sample':
      return { role: 'owner', action: `/console/runs/${run}/approve` };
    case 'pause':
    case 'resume':
      return { role: 'operator', action: `/console/runs/${run}/${verb}` };
    default:
      return '/console';
  }
}

/** How a page that shows this step hears of what comes after it. */
export function followOf(step: Step): Follow | undefined {
  switch (step.kind) {
    case 'running':
      return { run: step.run.id };
    case 'connecting':
    case 'starting':
    case 'discovering':
      return 'poll';
    case 'connect':
    case 'discover':
    case 'review':
    case 'sample':
    case 'approve':
    case 'start':
    case 'finished':
      return undefined;
  }
}

const ASIDE = ['refresh', 'pause', 'resume'];

/** The way that moves the migration on, whose button stands out. */
function leadOf(step: Step, ways: readonly Way[]): Way | undefined {
  const settled = step.kind !== 'finished' || setAsideIn(step.run) === 0;
  return ways.find(({ verb }) => !ASIDE.includes(verb) && !(settled && verb === 'rejections'));
}

/** The one thing to do next, in the words of the panel. */
export function nextStepSection(step: Step, view: View, { admin }: Viewer): SafeHtml {
  const { title, failure, reason, words, facts = [], more, ways } = stepWords(step, view);
  const own = ways.filter((way) => mayGo(way, admin));
  const lead = leadOf(step, own);
  const others = ways.filter((way) => !mayGo(way, admin));
  return html`<h2>${title}</h2>
    ${failure != null && html`<p class="bad">${failure}</p>`} ${reason != null && html`<p>${reason}</p>`}
    ${words !== undefined && html`<p>${words}</p>`} ${factList(facts)}
    <div class="actions">${own.map((way) => wayButton(way, way === lead))}</div>
    ${others.map((way) => html`<p class="muted">${way.label}: ${whoMay(way)}.</p>`)}
    ${more !== undefined && html`<p><a href="${more.path}">${more.label}</a></p>`}
    ${step.kind === 'running' && html`<p><a href="/console/runs/${step.run.id}">Watch this run</a></p>`}`;
}

function mayGo(way: Way, admin: Viewer['admin']): boolean {
  const on = wayOn(way);
  return typeof on === 'string' || hasRole(admin, on.role);
}

function whoMay(way: Way): string {
  const on = wayOn(way);
  return typeof on !== 'string' && on.role === 'owner' ? 'for owners' : 'for operators and owners';
}

function factList(facts: readonly Fact[]): SafeHtml | false {
  const known = facts.filter(([, value]) => value !== null);
  return (
    known.length > 0 &&
    html`<dl>
      ${known.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`
  );
}

function wayButton(way: Way, leads: boolean): SafeHtml {
  const on = wayOn(way);
  const look = leads && 'primary';
  if (typeof on === 'string') return html`<a class="button ${look}" href="${on}">${way.label}</a>`;
  return html`<form method="post" action="${on.action}">
    ${Object.entries(on.fields ?? {}).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
    )}
    <button type="submit" class="${look}">${way.label}</button>
  </form>`;
}
