// @ts-check
import { byId, call, el, freshId } from './dom.js';

const NAMES = /** @type {Record<string, string>} */ ({
  mode: 'Answers with errors',
  untouchedInputs: 'Untouched inputs without a value',
  bodyStyle: 'Spelling of request bodies',
  signature: 'Signature',
  region: 'Send workspace_region',
  contactKey: 'Person sent as',
  currentCanvas: 'Shape of current_canvas',
  largeConversation: 'Pad the conversation to 2 MB',
  doubleSubmit: 'Send every click twice',
  timeoutMs: 'Time-out in milliseconds',
  network: 'Network',
});

const KEPT = 100;

/** The drawer for whoever develops an app: what the host does, what was exchanged, and what was wrong with it. */
export function createDrawer() {
  const drawer = byId('drawer');
  const toggle = byId('drawer-toggle');
  /** @type {any} */
  let settings = {};
  const form = el('form', { class: 'settings' });
  const log = el('ol', { class: 'plain exchanges' });
  const empty = el('p', { class: 'muted' }, 'Nothing was exchanged yet.');
  drawer.append(
    el('div', { class: 'drawer-column' }, el('h2', {}, 'Host settings'), form),
    el(
      'div',
      { class: 'drawer-column wide' },
      el('h2', {}, 'Requests to apps'),
      el('a', { href: '/inbox/api/exchanges', download: 'exchanges.json' }, 'Export all as JSON'),
      empty,
      log,
    ),
  );

  toggle.addEventListener('click', () => {
    drawer.hidden = !drawer.hidden;
    toggle.setAttribute('aria-expanded', String(!drawer.hidden));
    // A test may have changed them since.
    if (!drawer.hidden) void load();
  });

  async function load() {
    paint(await call('GET', '/_sim/inbox-settings'));
  }

  /** @param {any} answer */
  function paint(answer) {
    settings = answer.settings;
    form.replaceChildren(
      ...Object.entries(settings).map(([name, value]) => setting(name, value, answer.choices[name])),
    );
  }

  /** @param {string} name @param {unknown} value @param {string[] | undefined} choices */
  function setting(name, value, choices) {
    const id = freshId();
    const change = async (/** @type {unknown} */ changed) => {
      const answer = await call('PATCH', '/_sim/inbox-settings', { [name]: changed });
      settings = answer.settings;
    };
    const listen = (/** @type {any} */ event) => {
      const { target } = event;
      if (typeof value === 'boolean') void change(target.checked);
      else void change(typeof value === 'number' ? Number(target.value) : target.value);
    };
    const control =
      choices !== undefined
        ? el(
            'select',
            { id, onchange: listen },
            ...choices.map((each) => el('option', { value: each, selected: each === value }, each)),
          )
        : typeof value === 'boolean'
          ? el('input', { id, type: 'checkbox', checked: value, onchange: listen })
          : el('input', { id, type: 'number', min: '1', value: String(value), onchange: listen });
    return el('div', { class: 'setting' }, el('label', { htmlFor: id }, NAMES[name] ?? name), control);
  }

  /** @param {any} exchange @param {string | null} note */
  function add(exchange, note) {
    empty.hidden = true;
    log.prepend(entry(exchange, note));
    while (log.children.length > KEPT) log.lastElementChild?.remove();
    const errors = log.querySelectorAll('.severity-error').length;
    toggle.textContent = errors === 0 ? 'Developer drawer' : `Developer drawer (${errors} wrong)`;
  }

  return { load, add, untouched: () => settings.untouchedInputs ?? 'empty' };
}

/** @param {any} exchange @param {string | null} note */
function entry(exchange, note) {
  const status = exchange.status === null ? 'no answer' : `status ${exchange.status}`;
  const line = `${exchange.seq}. ${exchange.kind} · ${status} · ${exchange.ms} ms · ${exchange.requestBytes} bytes sent, ${exchange.responseBytes} received · ${exchange.bodyStyle}`;
  const content = el('div', {});
  // Long texts are put in when somebody looks: the page holds a hundred of these.
  const fill = () => {
    if (content.children.length > 0) return;
    content.append(
      block('Address', exchange.url),
      block('X-Body-Signature', exchange.signature ?? 'not sent'),
      block('Request', pretty(exchange.requestBody)),
      block('Answer', pretty(exchange.responseBody)),
      el('a', { href: `/inbox/api/exchanges/${exchange.seq}` }, 'Whole exchange'),
    );
  };
  return el(
    'li',
    {},
    el('details', { ontoggle: fill }, el('summary', {}, line), content),
    note === null ? null : el('p', { class: 'severity-warning' }, note),
    exchange.violations.length === 0
      ? null
      : el(
          'ul',
          { class: 'plain violations' },
          ...exchange.violations.map((/** @type {any} */ violation) =>
            el(
              'li',
              { class: `severity-${violation.severity}` },
              `${violation.severity}: ${violation.where}: ${violation.message}`,
            ),
          ),
        ),
  );
}

/** @param {string} title @param {string} text */
function block(title, text) {
  return el('div', {}, el('h3', {}, title), el('pre', { tabIndex: 0 }, text));
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
