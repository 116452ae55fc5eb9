import { inSentence } from '../../objects/define-object.ts';
import type { MapDocument, MapSummary } from '../../pipeline/maps/map-document.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { table } from './table.ts';
import { withTimesOf } from './times.ts';
import { spaced } from './words.ts';

export const MAPS = '/console/maps';

/** `Incidents`, for all of them. */
export type PluralOf = (object: string) => string;

/** All maps, with what is still to be approved. */
export function mapsPage(viewer: Viewer, all: MapSummary[], pluralOf: PluralOf): string {
  const maps = withTimesOf(viewer.timezone, all);
  const open = maps.filter(({ state }) => state !== 'approved').length;
  return page(
    'Maps',
    viewer,
    maps.length === 0
      ? html`<p>There is no map yet: <a href="/console">discover Infraon</a> first.</p>`
      : html`<p>
            ${open === 0 ? 'Every map is approved.' : `${open} of ${maps.length} maps are to be approved.`} A
            map says where each field of Infraon goes. No record moves before the map of its object is
            approved.
          </p>
          ${table('Maps', maps, [
            {
              head: 'Object',
              cell: ({ object }) => html`<a href="${MAPS}/${object}">${pluralOf(object)}</a>`,
              kind: 'row',
            },
            { head: 'State', cell: ({ state }) => stateOf(state) },
            { head: 'Version', cell: ({ version }) => version, kind: 'number' },
            { head: 'Fields moved', cell: ({ rules }) => rules, kind: 'number' },
            { head: 'Without a home', cell: ({ unmapped }) => unmapped, kind: 'number' },
            {
              head: 'Approved',
              cell: ({ approved_by: by, approved_at: at }) => by !== null && `${by}, ${at ?? ''}`,
            },
          ])}`,
  );
}

function stateOf(state: MapSummary['state']): SafeHtml {
  return html`<span class="${state === 'approved' ? 'good' : 'bad'}">${STATES[state]}</span>`;
}

const STATES: Record<MapSummary['state'], string> = { approved: 'Approved', proposed: 'To be approved' };

export interface MapView {
  map: MapDocument;
  /** Labels of Infraon's fields, by key. */
  labels: ReadonlyMap<string, string>;
  mayEdit: boolean;
  mayApprove: boolean;
  error: string | null;
}

type Rule = MapDocument['rules'][number];

/** One map: where each field goes, what is made of it, and what has no home. */
export function mapPage(viewer: Viewer, state: MapView, pluralOf: PluralOf): string {
  const map = withTimesOf(viewer.timezone, withReadableTimes(state.map));
  const view = { ...state, map };
  const { mayEdit, error } = state;
  // What was guessed comes first: of sixty fields a person has to look at few.
  const rules = [...map.rules].sort((one, other) => one.confidence - other.confidence);
  const guessed = rules.filter(({ confidence }) => confidence < 1).length;
  return page(
    `Map of ${inSentence(pluralOf(map.object))}`,
    viewer,
    html`${error !== null && html`<p class="bad" role="alert">${error}</p>`} ${approval(view, guessed)}
      <h2>Fields that move (${rules.length})</h2>
      ${mayEdit && html`<p><a class="button" href="${MAPS}/${map.object}/rule">Add a rule</a></p>`}
      ${table(
        'Fields that move',
        rules,
        [
          { head: 'In Infraon', cell: ({ source }) => sourceOf(source, view.labels), kind: 'row' },
          { head: 'In Intercom', cell: ({ target }) => targetName(target) },
          { head: 'How', cell: ({ transform }) => spaced(transform) },
          { head: 'Example', cell: exampleOf, kind: 'value' },
          { head: 'Why', cell: whyOf, kind: 'words' },
          mayEdit && { head: 'Edit', cell: (rule) => editLink(map.object, rule) },
        ],
        { rowId: ({ id }) => `rule-${id}`, empty: 'No field moves.' },
      )}
      ${unmappedSection(view)}
      <p><a href="${MAPS}">All maps</a></p>`,
  );
}

function approval({ map, mayApprove }: MapView, guessed: number): SafeHtml {
  if (map.state === 'approved') {
    return html`<p class="good">
        Version ${map.version}, approved by ${map.approved_by ?? 'an owner'} on ${map.approved_at}.
      </p>
      <p>Changing a rule makes a new version, which has to be approved before the next run.</p>`;
  }
  return html`<p>
      <strong>Version ${map.version} is to be approved.</strong>
      ${
        guessed === 0
          ? 'No field had to be guessed.'
          : `${guessed} of ${map.rules.length} fields had to be guessed: they are listed first.`
      }
    </p>
    ${
      mayApprove
        ? html`<form method="post" action="${MAPS}/${map.object}/approve">
            <input type="hidden" name="version" value="${map.version}" />
            <button type="submit" class="primary">Approve map</button>
          </form>`
        : html`<p class="muted">An owner approves it.</p>`
    }`;
}

function exampleOf({ samples: [sample] }: Rule): string | false {
  return sample !== undefined && `${shown(sample.source)} → ${shown(sample.result)}`;
}

function whyOf({ confidence, reasons }: Rule): SafeHtml {
  return html`${confidence < 1 && html`<span class="bad">${Math.round(confidence * 100)} % sure.</span> `}${reasons.join(' ')}`;
}

function editLink(object: string, { id, target }: Rule): SafeHtml {
  const address = `${MAPS}/${object}/rule?id=${encodeURIComponent(id)}`;
  return html`<a href="${address}" aria-label="Edit the rule for ${targetName(target)}">Edit</a>`;
}

function sourceOf(key: string, labels: ReadonlyMap<string, string>): SafeHtml {
  if (key === '') return html`<span class="muted">computed</span>`;
  const label = labels.get(key) ?? key;
  return html`${label} ${label !== key && html`<span class="muted">${key}</span>`}`;
}

/** Of an attribute's path the name is what people know. */
function targetName(target: string): string {
  return target.replace(/^custom_attributes\./, '');
}

const TIMES = ['datetime', 'unixSeconds'];

/** Intercom counts seconds, people do not. */
function withReadableTimes(map: MapDocument): MapDocument {
  const readable = (result: unknown) =>
    typeof result === 'number' ? new Date(result * 1000).toISOString() : result;
  const rules = map.rules.map((rule) =>
    TIMES.includes(rule.transform)
      ? { ...rule, samples: rule.samples.map(({ source, result }) => ({ source, result: readable(result) })) }
      : rule,
  );
  return { ...map, rules };
}

const SAMPLE_LENGTH = 60;

function shown(value: unknown): string {
  const text = wordsOf(value);
  return text.length <= SAMPLE_LENGTH ? text : `${text.slice(0, SAMPLE_LENGTH).toWellFormed()}…`;
}

/** A reference to another record is its object and id. */
function wordsOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(wordsOf).join(', ');
  if (typeof value === 'object' && 'ref' in value && 'sourceId' in value)
    return `${spaced(String(value.ref))} ${String(value.sourceId)}`;
  return JSON.stringify(value);
}

function unmappedSection({ map, labels, mayEdit }: MapView): SafeHtml | false {
  const { object, unmapped } = map;
  return (
    unmapped.length > 0 &&
    html`<h2>Without a home of their own (${unmapped.length})</h2>
      ${table('Without a home of their own', unmapped, [
        { head: 'In Infraon', cell: ({ source }) => sourceOf(source, labels), kind: 'row' },
        { head: 'Why', cell: ({ reason }) => reason, kind: 'words' },
        { head: 'Goes to', cell: ({ goes_to }) => targetName(goes_to) },
        mayEdit && { head: 'Edit', cell: ({ source }) => homeLink(object, source) },
      ])}`
  );
}

function homeLink(object: string, source: string): SafeHtml {
  const address = `${MAPS}/${object}/rule?source=${encodeURIComponent(source)}`;
  return html`<a href="${address}" aria-label="Give it a home: ${source}">Give it a home</a>`;
}
