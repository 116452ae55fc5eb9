// @ts-check
import { byId, call, el, timeText } from './dom.js';

/**
 * The list on the left: newest first, searched, page by page.
 *
 * @param {{ workspaceId: () => string, open: (id: string) => void }} options
 */
export function createList({ workspaceId, open }) {
  const list = byId('conversations');
  const more = byId('more');
  let query = '';
  let selected = '';
  /** @type {number | null} */
  let next = 0;
  let request = 0;

  /** @param {string} [q] starts over with this query */
  async function load(q) {
    if (q !== undefined) {
      query = q;
      next = 0;
    }
    if (next === null) return;
    const offset = next;
    request += 1;
    const mine = request;
    const parameters = new URLSearchParams({ workspace_id: workspaceId(), q: query, offset: String(offset) });
    const page = await call('GET', `/inbox/api/conversations?${parameters}`);
    if (mine !== request) return;
    if (offset === 0) list.replaceChildren();
    list.append(...page.items.map(row));
    next = page.next_offset;
    more.hidden = next === null;
    byId('list-summary').textContent = summary(page.total, list.children.length);
  }

  /** @param {number} total @param {number} shown */
  function summary(total, shown) {
    if (total === 0) return query === '' ? 'No conversation yet.' : 'Nothing matches.';
    return shown === total ? `${total} shown` : `${shown} of ${total} shown`;
  }

  /** @param {any} item */
  function row(item) {
    return el(
      'li',
      {},
      el(
        'button',
        {
          type: 'button',
          className: 'conversation',
          'data-id': item.id,
          'aria-current': item.id === selected ? 'true' : null,
          onclick: () => open(item.id),
        },
        el('span', { class: 'conversation-person' }, item.person),
        el('span', { class: 'conversation-time muted' }, timeText(item.updated_at)),
        el('span', { class: 'conversation-title', dir: 'auto' }, item.title),
        el('span', { class: 'conversation-preview muted', dir: 'auto' }, item.preview),
        item.state === 'open' ? null : el('span', { class: 'badge' }, item.state),
      ),
    );
  }

  /** @param {string} id */
  function select(id) {
    selected = id;
    for (const button of list.querySelectorAll('button')) {
      if (button.dataset.id === id) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  }

  byId('search').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    void load(byId('query').value);
  });
  more.addEventListener('click', () => void load());
  return { load, select };
}
