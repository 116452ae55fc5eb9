// @ts-check
import { el, freshId } from './dom.js';

/** @typedef {import('./canvas.js').Painter} Painter */
/** @typedef {import('./canvas.js').Field} Field */

/** @param {any} component */
function isBlocked(component) {
  return component.disabled === true || component.save_state === 'saved';
}

/**
 * What surrounds a control: its label, and the words for a state that otherwise only has a colour.
 *
 * @param {any} component
 * @param {string} id of the control
 * @param {...Node} controls
 */
function labelled(component, id, ...controls) {
  const failed = component.save_state === 'failed' || component.error === true;
  return el(
    'div',
    { class: `field ${failed ? 'failed' : ''}` },
    component.label === undefined ? null : el('label', { htmlFor: id }, String(component.label)),
    ...controls,
    stateNote(component.save_state, failed),
  );
}

/**
 * @param {string | undefined} saveState
 * @param {boolean} failed
 */
function stateNote(saveState, failed) {
  if (failed) return el('span', { class: 'visually-hidden' }, 'This value was not accepted.');
  return saveState === 'saved' ? el('span', { class: 'saved' }, '✓ Saved') : null;
}

/**
 * @param {Painter} painter
 * @param {any} component
 * @param {() => string | string[]} read
 * @returns {() => void} to be called when the person changes the value
 */
function register(painter, component, read) {
  /** @type {Field} */
  const field = { id: component.id, touched: false, preset: component.value !== undefined, read };
  painter.fields.push(field);
  return () => {
    field.touched = true;
  };
}

/** @param {any} component */
function controlProperties(component) {
  return {
    placeholder: component.placeholder ?? '',
    value: component.value ?? '',
    disabled: isBlocked(component),
    'aria-invalid': component.save_state === 'failed' || component.error === true ? 'true' : null,
    // Without a label the placeholder is all there is.
    'aria-label': component.label === undefined ? (component.placeholder ?? component.id) : null,
    autocomplete: 'off',
  };
}

/**
 * @param {any} component
 * @param {Painter} painter
 */
export function input(component, painter) {
  const id = freshId();
  const control = el('input', { id, type: 'text', ...controlProperties(component) });
  control.addEventListener(
    'input',
    register(painter, component, () => control.value),
  );
  if (component.action?.type !== 'submit') return labelled(component, id, control);
  const send = el(
    'button',
    {
      type: 'button',
      className: 'button button-secondary inline',
      disabled: isBlocked(component),
      'aria-label': `Submit ${component.label ?? component.id}`,
      onclick: () => painter.submit(component.id),
    },
    '→',
  );
  return labelled(component, id, el('div', { class: 'row' }, control, send));
}

/**
 * @param {any} component
 * @param {Painter} painter
 */
export function textarea(component, painter) {
  const id = freshId();
  const control = el('textarea', { id, rows: 3, ...controlProperties(component) });
  control.addEventListener(
    'input',
    register(painter, component, () => control.value),
  );
  return labelled(component, id, control);
}

/**
 * @param {any} component
 * @param {Painter} painter
 */
export function dropdown(component, painter) {
  const id = freshId();
  const chosen = component.value ?? '';
  const options = (component.options ?? []).map((/** @type {any} */ option) =>
    el(
      'option',
      { value: option.id, disabled: option.disabled === true, selected: option.id === chosen },
      option.text,
    ),
  );
  const empty = el('option', { value: '', selected: chosen === '' }, 'Choose…');
  const control = el(
    'select',
    { id, disabled: isBlocked(component), 'aria-label': component.label === undefined ? component.id : null },
    chosen === '' ? empty : null,
    ...options,
  );
  control.addEventListener(
    'change',
    register(painter, component, () => control.value),
  );
  return labelled(component, id, control);
}

/**
 * @param {any} component
 * @param {Painter} painter
 */
export function singleSelect(component, painter) {
  let chosen = component.value ?? '';
  const touch = register(painter, component, () => chosen);
  const buttons = (component.options ?? []).map((/** @type {any} */ option) =>
    el(
      'button',
      {
        type: 'button',
        className: 'choice',
        disabled: isBlocked(component) || option.disabled === true,
        'aria-pressed': String(option.id === chosen),
        onclick: (/** @type {Event} */ event) => {
          chosen = option.id;
          touch();
          for (const each of buttons) each.setAttribute('aria-pressed', String(each === event.currentTarget));
          if (component.action?.type === 'submit') painter.submit(component.id);
        },
      },
      option.text,
    ),
  );
  return choices(component, el('div', { class: 'choices' }, ...buttons));
}

/**
 * @param {any} component
 * @param {Painter} painter
 */
export function checkbox(component, painter) {
  const given = Array.isArray(component.value) ? component.value : [];
  const boxes = (component.options ?? component.option ?? []).map((/** @type {any} */ option) =>
    el('input', {
      type: 'checkbox',
      value: option.id,
      checked: given.includes(option.id),
      disabled: isBlocked(component) || option.disabled === true,
      'data-text': option.text,
    }),
  );
  const touch = register(painter, component, () =>
    boxes.filter((/** @type {any} */ box) => box.checked).map((/** @type {any} */ box) => box.value),
  );
  for (const box of boxes) box.addEventListener('change', touch);
  return choices(
    component,
    ...boxes.map((/** @type {any} */ box) => el('label', { class: 'check' }, box, ` ${box.dataset.text}`)),
  );
}

/**
 * @param {any} component
 * @param {...Node} controls
 */
function choices(component, ...controls) {
  const failed = component.save_state === 'failed';
  return el(
    'fieldset',
    { class: `field ${failed ? 'failed' : ''}` },
    el('legend', {}, String(component.label ?? component.id)),
    ...controls,
    stateNote(component.save_state, failed),
  );
}
