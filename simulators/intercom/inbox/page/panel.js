// @ts-check
import { paintCanvas } from './canvas.js';
import { announce, call, el } from './dom.js';

/** Review rule for an inbox app: the first canvas stays below this height, in pixels. */
const FIRST_CANVAS_HEIGHT = 400;

/**
 * @typedef {object} View one opened conversation
 * @property {string} workspaceId
 * @property {string} adminId
 * @property {string} conversationId
 * @property {() => boolean} isCurrent false once the teammate has gone on
 * @property {() => 'empty' | 'omit'} untouched
 * @property {(exchange: any, note: string | null) => void} onExchange
 *
 * @typedef {object} PanelState what one app shows for one participant
 * @property {boolean} waiting
 * @property {any} canvas null: nothing to show yet, or an error
 * @property {boolean} failed
 * @property {boolean} first
 * @property {any[]} flags what a reviewer would say of the first canvas
 * @property {() => void} retry
 * @property {number} request counts requests, so that only the latest answer is painted
 */

/**
 * The card of one pinned app. `show` chooses the participant whose canvas is on screen and asks the app for it when that
 * has not happened yet.
 *
 * @param {{ client_id: string, name: string }} app
 * @param {View} view
 */
export function createPanel(app, view) {
  /** @type {Map<string, PanelState>} */
  const states = new Map();
  let shown = '';
  const body = el('div', { class: 'panel-body', tabIndex: -1, role: 'group', 'aria-label': app.name });
  const checks = el('p', { class: 'panel-checks' });
  const element = el(
    'section',
    { class: 'panel', 'aria-label': app.name },
    el('h3', {}, app.name),
    body,
    checks,
  );

  /** @param {string} contactId @returns {PanelState} */
  function stateOf(contactId) {
    const known = states.get(contactId);
    if (known !== undefined) return known;
    const state = {
      waiting: false,
      canvas: null,
      failed: false,
      first: true,
      flags: [],
      retry: () => undefined,
      request: 0,
    };
    states.set(contactId, state);
    return state;
  }

  /** @param {string} contactId */
  function initialize(contactId) {
    const state = stateOf(contactId);
    state.first = true;
    state.canvas = null;
    void send(contactId, 'initialize', {});
  }

  /**
   * @param {string} contactId
   * @param {'initialize' | 'submit'} kind
   * @param {Record<string, unknown>} extra
   */
  async function send(contactId, kind, extra) {
    const state = stateOf(contactId);
    state.request += 1;
    const request = state.request;
    state.waiting = true;
    state.failed = false;
    state.retry = () => void send(contactId, kind, extra);
    if (shown === contactId) showWaiting(state);
    /** @type {any} */
    let answer;
    try {
      answer = await call('POST', `/inbox/api/${kind}`, {
        workspace_id: view.workspaceId,
        admin_id: view.adminId,
        conversation_id: view.conversationId,
        contact_id: contactId,
        client_id: app.client_id,
        ...extra,
      });
    } catch (error) {
      answer = { canvas: null, exchange: null, error };
    }
    const late = !view.isCurrent() || state.request !== request;
    if (answer.exchange !== null)
      view.onExchange(answer.exchange, late ? 'Answer came late and was dropped.' : null);
    if (late) return;
    state.waiting = false;
    state.failed = answer.canvas === null;
    state.canvas = answer.canvas;
    state.first = kind === 'initialize';
    state.flags = (answer.exchange?.violations ?? []).filter(
      (/** @type {any} */ one) => one.severity === 'review',
    );
    if (shown !== contactId) return;
    paint(state, contactId);
    if (kind === 'submit') body.focus();
    announce(state.failed ? `${app.name}: something went wrong.` : `${app.name}: ${firstWords(body)}`);
  }

  /** The canvas stays in sight while a click is under way, and nothing on it can be used. @param {PanelState} state */
  function showWaiting(state) {
    body.setAttribute('aria-busy', 'true');
    checks.textContent = '';
    const spinner = el('p', { class: 'spinner', role: 'status' }, el('span', {}, 'Loading…'));
    if (state.canvas === null || body.querySelector('.canvas') === null) {
      body.replaceChildren(spinner);
      return;
    }
    body.querySelector('.canvas')?.setAttribute('inert', '');
    body.append(spinner);
  }

  /** @param {PanelState} state @param {string} contactId */
  function paint(state, contactId) {
    body.removeAttribute('aria-busy');
    checks.replaceChildren();
    if (state.failed) {
      body.replaceChildren(
        el(
          'div',
          { class: 'error-card', role: 'alert' },
          el('p', {}, 'Something went wrong'),
          el(
            'button',
            { type: 'button', className: 'button button-secondary', onclick: state.retry },
            'Retry',
          ),
        ),
      );
      return;
    }
    const painted = paintCanvas(state.canvas, (componentId) => {
      if (state.waiting) return;
      void send(contactId, 'submit', {
        component_id: componentId,
        input_values: painted.values(view.untouched()),
        current_canvas: state.canvas,
      });
    });
    body.replaceChildren(painted.element);
    if (state.first) measure(painted.element, state);
  }

  /** @param {HTMLElement} canvas @param {PanelState} state */
  function measure(canvas, state) {
    const height = Math.ceil(canvas.getBoundingClientRect().height);
    const tooHigh = height >= FIRST_CANVAS_HEIGHT;
    if (tooHigh) canvas.append(el('div', { class: 'ruler', 'aria-hidden': 'true' }));
    checks.append(
      el(
        'span',
        { class: tooHigh ? 'flag' : 'muted' },
        `First canvas: ${height} of ${FIRST_CANVAS_HEIGHT} px${tooHigh ? ', too high' : ''}`,
      ),
      ...state.flags.map((flag) => el('span', { class: 'flag' }, `⚑ ${flag.message}`)),
    );
  }

  /** @param {string} contactId */
  function show(contactId) {
    shown = contactId;
    const state = states.get(contactId);
    if (state === undefined || state.request === 0) initialize(contactId);
    else if (state.waiting) showWaiting(state);
    else paint(state, contactId);
  }

  /** Asks for participants who are not on screen yet. @param {string[]} contactIds */
  function prefetch(contactIds) {
    for (const id of contactIds) if (!states.has(id)) initialize(id);
  }

  return { element, show, prefetch };
}

/** @param {HTMLElement} body */
function firstWords(body) {
  return body.querySelector('h4, p')?.textContent ?? 'updated';
}
