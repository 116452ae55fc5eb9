// @ts-check
import { checkbox, dropdown, input, singleSelect, textarea } from './canvas-inputs.js';
import { el } from './dom.js';
import { canvasText, isWebAddress, outsideLink } from './markup.js';

/**
 * What a canvas in the panel can do: its element, and the values of everything that can be filled in.
 *
 * @typedef {object} PaintedCanvas
 * @property {HTMLElement} element
 * @property {(untouched: 'empty' | 'omit') => Record<string, string | string[]>} values
 *
 * @typedef {object} Field
 * @property {string} id
 * @property {boolean} touched
 * @property {boolean} preset whether the app sent a value
 * @property {() => string | string[]} read
 *
 * @typedef {object} Painter
 * @property {(componentId: string) => void} submit
 * @property {Field[]} fields
 */

/**
 * Paints a canvas for a person. Components that are wrong in some way are painted as far as they go, because the lenient
 * mode shows them.
 *
 * @param {any} canvas
 * @param {(componentId: string) => void} submit
 * @returns {PaintedCanvas}
 */
export function paintCanvas(canvas, submit) {
  /** @type {Painter} */
  const painter = { submit, fields: [] };
  const components = canvas.content.components;
  const element = el('div', { class: 'canvas' });
  for (const component of components) element.append(paint(component, painter));
  return {
    element,
    values: (untouched) =>
      Object.fromEntries(
        painter.fields
          .filter((field) => field.touched || field.preset || untouched === 'empty')
          .map((field) => [field.id, field.read()]),
      ),
  };
}

/**
 * @param {any} component
 * @param {Painter} painter
 * @returns {Node}
 */
function paint(component, painter) {
  switch (component?.type) {
    case 'text':
      return text(component);
    case 'button':
      return button(component, painter);
    case 'list':
      return list(component, painter);
    case 'input':
      return input(component, painter);
    case 'textarea':
      return textarea(component, painter);
    case 'dropdown':
      return dropdown(component, painter);
    case 'single-select':
      return singleSelect(component, painter);
    case 'checkbox':
      return checkbox(component, painter);
    case 'data-table':
      return table(component);
    case 'divider':
      return el('hr', { class: margin(component) });
    case 'spacer':
      return el('div', { class: `spacer spacer-${component.size ?? 's'}`, 'aria-hidden': 'true' });
    case 'image':
      return image(component);
    default:
      return el('p', { class: 'text text-error' }, `Unknown component: ${String(component?.type)}`);
  }
}

/** @param {any} component */
function margin(component) {
  return component.bottom_margin === 'none' ? 'no-margin' : '';
}

/** @param {any} component */
function text(component) {
  const style = component.style ?? 'paragraph';
  const classes = `text text-${style} align-${component.align ?? 'left'} ${margin(component)}`;
  return el(style === 'header' ? 'h4' : 'p', { class: classes }, ...canvasText(String(component.text ?? '')));
}

/**
 * @param {any} component
 * @param {Painter} painter
 */
function button(component, painter) {
  const look = `button button-${component.style ?? 'primary'}`;
  const { action } = component;
  if (action?.type === 'url' && component.disabled !== true && isWebAddress(action.url))
    return outsideLink(action.url, component.label, look);
  return el(
    'button',
    {
      type: 'button',
      className: look,
      disabled: component.disabled === true,
      onclick: () => painter.submit(component.id),
    },
    String(component.label ?? ''),
  );
}

/**
 * @param {any} component
 * @param {Painter} painter
 */
function list(component, painter) {
  const items = (component.items ?? []).map((/** @type {any} */ item) =>
    el('li', {}, listItem(item, painter, component.disabled === true)),
  );
  return el('ul', { class: 'plain items' }, ...items);
}

/**
 * @param {any} item
 * @param {Painter} painter
 * @param {boolean} listDisabled
 */
function listItem(item, painter, listDisabled) {
  const second = [item.subtitle, item.tertiary_text].filter(Boolean).join(' • ');
  const picture =
    item.image === undefined
      ? null
      : el('img', {
          src: item.image,
          width: item.image_width,
          height: item.image_height,
          alt: '',
          className: item.rounded_image === true ? 'rounded' : '',
        });
  const words = el(
    'span',
    { class: 'item-words' },
    el('span', { class: 'item-title' }, String(item.title ?? '')),
    // Read aloud as two phrases, not as one word.
    second === '' ? null : el('span', { class: 'visually-hidden' }, ', '),
    second === '' ? null : el('span', { class: 'item-second' }, second),
  );
  const disabled = listDisabled || item.disabled === true;
  if (item.action?.type === 'url' && !disabled && isWebAddress(item.action.url)) {
    const link = outsideLink(item.action.url, '', 'item');
    link.prepend(...[picture, words].filter((node) => node !== null));
    return link;
  }
  if (item.action?.type === 'submit') {
    return el(
      'button',
      { type: 'button', className: 'item', disabled, onclick: () => painter.submit(item.id) },
      picture,
      words,
    );
  }
  return el('div', { class: 'item' }, picture, words);
}

/** Long values are cut with a tooltip, as the inbox does it. @param {any} component */
function table(component) {
  const rows = (component.items ?? []).map((/** @type {any} */ row) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row', title: row.field }, String(row.field ?? '')),
      el('td', { title: row.value }, String(row.value ?? '')),
    ),
  );
  return el('table', { class: 'values' }, el('tbody', {}, ...rows));
}

/** @param {any} component */
function image(component) {
  const classes = `picture align-${component.align ?? 'left'} ${component.rounded === true ? 'rounded' : ''} ${margin(component)}`;
  const picture = el('img', {
    src: component.url,
    width: component.width,
    height: component.height,
    alt: '',
    className: classes,
  });
  if (component.action?.type !== 'url' || !isWebAddress(component.action.url)) return picture;
  const link = outsideLink(component.action.url, '');
  link.prepend(picture);
  return link;
}
