// @ts-check
import { createList } from './conversations.js';
import { detailSections } from './details.js';
import { announce, byId, call, el, useTimezone } from './dom.js';
import { createDrawer } from './drawer.js';
import { createPanel } from './panel.js';
import { threadOf } from './thread.js';

/** An app is asked at once for this many participants of a group, for the others when they are chosen. */
const PREFETCHED = 5;

const address = new URLSearchParams(location.search);
const drawer = createDrawer();
const details = byId('details');
const thread = byId('conversation');
const adminChoice = byId('admin');
let workspaceId = address.get('workspace_id') ?? '';
/** Counts opened conversations: whatever was started for an earlier one is out of date. */
let generation = 0;
/** @type {any} */
let opened = null;

const list = createList({ workspaceId: () => workspaceId, open: (id) => void open(id) });

async function start() {
  const query = workspaceId === '' ? '' : `?${new URLSearchParams({ workspace_id: workspaceId })}`;
  const info = await call('GET', `/inbox/api/workspace${query}`);
  workspaceId = info.id;
  useTimezone(info.timezone);
  byId('workspace-name').textContent = `${info.name} (${info.id}, ${info.region})`;
  chooser('workspace', info.workspaces, workspaceId, (/** @type {any} */ one) => one.name);
  byId('workspace-choice').hidden = info.workspaces.length < 2;
  chooser('admin', info.admins, address.get('admin') ?? info.admins[0]?.id, (/** @type {any} */ admin) =>
    admin.has_inbox_seat ? admin.name : `${admin.name} (no seat)`,
  );
  byId('sample-kind').replaceChildren(
    ...info.samples.map((/** @type {string} */ kind) =>
      el('option', { value: kind }, SAMPLE_NAMES[kind] ?? kind),
    ),
  );
  byId('query').value = address.get('q') ?? '';
  await Promise.all([list.load(byId('query').value), drawer.load()]);
  const wanted = address.get('conversation');
  if (wanted !== null) await open(wanted);
}

const SAMPLE_NAMES = /** @type {Record<string, string>} */ ({
  question: 'A user with a question',
  lead: 'A lead without e-mail',
  group: 'A group of seven',
  long: 'A very long message',
  scripts: 'Emoji and right-to-left text',
});

/**
 * @param {string} id
 * @param {any[]} entries
 * @param {string} chosen
 * @param {(entry: any) => string} label
 */
function chooser(id, entries, chosen, label) {
  byId(id).replaceChildren(
    ...entries.map((entry) => el('option', { value: entry.id, selected: entry.id === chosen }, label(entry))),
  );
}

function remember() {
  const now = new URLSearchParams({ workspace_id: workspaceId, admin: adminChoice.value });
  if (opened !== null) now.set('conversation', opened.detail.conversation.id);
  history.replaceState(null, '', `?${now}`);
}

/** Opens a conversation, also when it is the one on screen: apps are then asked again. @param {string} id */
async function open(id) {
  generation += 1;
  const mine = generation;
  list.select(id);
  const parameters = new URLSearchParams({ workspace_id: workspaceId, admin_id: adminChoice.value });
  let detail;
  let apps;
  try {
    [detail, { apps }] = await Promise.all([
      call('GET', `/inbox/api/conversations/${encodeURIComponent(id)}?${parameters}`),
      call('GET', `/inbox/api/apps?${parameters}`),
    ]);
  } catch (error) {
    if (mine !== generation) return;
    thread.replaceChildren(el('p', { class: 'empty', role: 'alert' }, `This cannot be shown: ${error}`));
    details.replaceChildren();
    return;
  }
  if (mine !== generation) return;
  opened = { detail, apps, contactId: detail.contacts[0]?.id ?? '' };
  thread.replaceChildren(...threadOf(detail));
  thread.scrollTop = 0;
  paintDetails();
  announce(`Opened ${detail.title}`);
  remember();
}

function paintDetails() {
  const { detail, apps } = opened;
  const mine = generation;
  const view = {
    workspaceId,
    adminId: adminChoice.value,
    conversationId: detail.conversation.id,
    isCurrent: () => mine === generation,
    untouched: drawer.untouched,
    onExchange: drawer.add,
  };
  const pinned = apps.filter((/** @type {any} */ app) => app.pinned);
  const panels = pinned.map((/** @type {any} */ app) => createPanel(app, view));
  const facts = el('div', {});
  const choose = (/** @type {string} */ contactId) => {
    opened.contactId = contactId;
    for (const panel of panels) panel.show(contactId);
    const contact = detail.contacts.find((/** @type {any} */ one) => one.id === contactId);
    facts.replaceChildren(...detailSections(detail, contact));
  };
  details.replaceChildren(
    el('h2', {}, 'Details'),
    editApps(apps),
    participants(detail.contacts, choose),
    ...panels.map((/** @type {any} */ panel) => panel.element),
    pinned.length === 0
      ? el('p', { class: 'muted' }, 'No app is pinned for this teammate. Choose Edit apps to pin one.')
      : '',
    facts,
  );
  const first = detail.contacts.slice(0, PREFETCHED).map((/** @type {any} */ contact) => contact.id);
  choose(opened.contactId);
  for (const panel of panels) panel.prefetch(first);
}

/** @param {any[]} apps */
function editApps(apps) {
  const boxes = apps.map((app) =>
    el(
      'label',
      { class: 'check' },
      el('input', {
        type: 'checkbox',
        checked: app.pinned,
        onchange: (/** @type {any} */ event) => void pin(app.client_id, event.target.checked),
      }),
      ` Pin ${app.name}`,
    ),
  );
  return el(
    'details',
    { class: 'edit-apps' },
    el('summary', {}, 'Edit apps'),
    apps.length === 0 ? el('p', { class: 'muted' }, 'No app with an inbox location is installed.') : null,
    ...boxes,
  );
}

/** Pinning adds the app to the details, and that asks it for its first canvas. @param {string} clientId @param {boolean} pinned */
async function pin(clientId, pinned) {
  await call('POST', '/inbox/api/pins', {
    workspace_id: workspaceId,
    admin_id: adminChoice.value,
    client_id: clientId,
    pinned,
  });
  if (opened !== null) await open(opened.detail.conversation.id);
}

/** @param {any[]} contacts @param {(id: string) => void} choose */
function participants(contacts, choose) {
  if (contacts.length < 2) return '';
  const buttons = contacts.map((contact, index) =>
    el(
      'button',
      {
        type: 'button',
        className: 'choice',
        'aria-pressed': String(index === 0),
        onclick: (/** @type {Event} */ event) => {
          for (const each of buttons) each.setAttribute('aria-pressed', String(each === event.currentTarget));
          choose(contact.id);
        },
      },
      contact.display_name,
    ),
  );
  return el(
    'fieldset',
    { class: 'participants' },
    el('legend', {}, 'Participants'),
    el('div', { class: 'choices' }, ...buttons),
  );
}

adminChoice.addEventListener('change', () => {
  remember();
  if (opened !== null) void open(opened.detail.conversation.id);
});
byId('workspace').addEventListener('change', (/** @type {any} */ event) => {
  location.search = `?${new URLSearchParams({ workspace_id: event.target.value })}`;
});
byId('panel-width').addEventListener('change', (/** @type {any} */ event) => {
  document.documentElement.dataset.panelWidth = event.target.value;
});
byId('sample').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  void addSample();
});

async function addSample() {
  const kind = byId('sample-kind').value;
  const { id } = await call('POST', '/inbox/api/samples', { workspace_id: workspaceId, kind });
  byId('query').value = '';
  await list.load('');
  await open(id);
}

await start();
