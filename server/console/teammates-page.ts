import type { Role } from '../../pipeline/actors.ts';
import type { Teammate } from '../../pipeline/install/teammates.ts';
import { html, type SafeHtml } from './html.ts';
import { page, type Viewer } from './page.ts';
import { table } from './table.ts';

const ROLES: readonly { role: Role; name: string; may: string }[] = [
  { role: 'owner', name: 'Owner', may: 'connects Infraon, approves maps and the sample, sets roles' },
  {
    role: 'operator',
    name: 'Operator',
    may: 'discovers, edits maps, starts and stops runs, corrects rejected records, downloads the handoff',
  },
  { role: 'viewer', name: 'Viewer', may: 'sees the state of the migration; agents need no more' },
];

export interface TeammatesView {
  teammates: Teammate[];
  mayChange: boolean;
  /** The refusal of a change, shown beside the teammate it was about. */
  error: { teammate: string; message: string } | null;
}

/** Who may do what: a table for everybody, with a choice per teammate for owners. */
export function teammatesPage(viewer: Viewer, view: TeammatesView): string {
  return page(
    'Teammates',
    viewer,
    html`<p>Teammates come from Intercom, read at each installation. Whoever installs first is an owner.</p>
      <dl>
        ${ROLES.map(
          ({ name, may }) =>
            html`<dt>${name}</dt>
              <dd>${may}</dd>`,
        )}
      </dl>
      ${!view.mayChange && html`<p class="muted">Only owners can change roles.</p>`}
      ${table('Teammates', view.teammates, [
        { head: 'Teammate', cell: ({ name }) => name, kind: 'row' },
        { head: 'E-mail', cell: ({ email }) => email },
        { head: 'Inbox seat', cell: ({ has_inbox_seat }) => (has_inbox_seat ? 'yes' : 'no') },
        {
          head: 'Role',
          cell: (teammate) => (view.mayChange ? roleForm(teammate, view.error) : nameOf(teammate.role)),
        },
      ])}`,
  );
}

function nameOf(role: Role): string {
  return ROLES.find((known) => known.role === role)?.name ?? role;
}

function roleForm({ id, name, role: present }: Teammate, error: TeammatesView['error']): SafeHtml {
  const failed = error?.teammate === id;
  return html`<form method="post" action="/console/teammates">
    <input type="hidden" name="teammate" value="${id}" />
    <select
      name="role"
      aria-label="Role of ${name}"
      ${failed && html`aria-invalid="true" aria-describedby="role-error" autofocus`}
    >
      ${ROLES.map(
        ({ role, name: label }) =>
          html`<option value="${role}" ${role === present && html`selected`}>${label}</option>`,
      )}
    </select>
    <button type="submit" aria-label="Save the role of ${name}">Save</button>
    ${failed && html`<span class="bad" role="alert" id="role-error">${error.message}</span>`}
  </form>`;
}
