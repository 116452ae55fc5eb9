// @ts-check
import { el, timeText } from './dom.js';

/**
 * What is known of the person and the conversation, below the apps.
 *
 * @param {any} detail
 * @param {any} contact the participant who is chosen
 * @returns {Node[]}
 */
export function detailSections(detail, contact) {
  const { conversation } = detail;
  const tags = conversation.tags.tags.map((/** @type {any} */ tag) => tag.name);
  return [
    contact === undefined ? null : section('Person', personRows(contact), contact.tags),
    section('Conversation attributes', attributeRows(conversation.custom_attributes), []),
    section(
      'Conversation',
      [
        ['State', conversation.state],
        ['Assignee', detail.assignee],
        ['Team', detail.team],
        ['Priority', conversation.priority],
        ['Created', timeText(conversation.created_at)],
        ['Updated', timeText(conversation.updated_at)],
      ],
      tags,
    ),
  ].filter((node) => node !== null);
}

/** @param {any} contact @returns {[string, unknown][]} */
function personRows(contact) {
  return [
    ['Name', contact.display_name],
    ['Role', contact.role],
    ['E-mail', contact.email],
    ['Phone', contact.phone],
    ['External id', contact.external_id],
    [
      'Companies',
      contact.company_list.map((/** @type {any} */ one) => one.name ?? one.company_id).join(', '),
    ],
    ...attributeRows(contact.custom_attributes),
  ];
}

/** @param {Record<string, any>} attributes @returns {[string, unknown][]} */
function attributeRows(attributes) {
  return Object.entries(attributes).map(([name, value]) => [name, shown(value)]);
}

/** A reference is a list of what it points to. @param {any} value */
function shown(value) {
  if (typeof value !== 'object' || value === null) return value;
  const targets = value.instances ?? value.contacts ?? value.conversations;
  if (!Array.isArray(targets)) return JSON.stringify(value);
  return targets
    .map((target) => target.custom_attributes?.name ?? target.external_id ?? target.id)
    .join(', ');
}

/**
 * @param {string} title
 * @param {[string, unknown][]} rows
 * @param {string[]} tags
 */
function section(title, rows, tags) {
  const filled = rows.filter(([, value]) => value !== null && value !== undefined && value !== '');
  if (filled.length === 0 && tags.length === 0) return null;
  return el(
    'details',
    { class: 'facts', open: true },
    el('summary', {}, title),
    el(
      'dl',
      {},
      ...filled.map(([name, value]) =>
        el('div', {}, el('dt', {}, name), el('dd', { dir: 'auto' }, String(value))),
      ),
    ),
    tags.length === 0
      ? null
      : el(
          'ul',
          { class: 'plain tags', 'aria-label': `Tags of ${title.toLowerCase()}` },
          ...tags.map((tag) => el('li', {}, tag)),
        ),
  );
}
