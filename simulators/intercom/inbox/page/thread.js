// @ts-check
import { el, timeText } from './dom.js';
import { messageHtml } from './markup.js';

/**
 * The thread of a conversation: opening message and parts in their order.
 *
 * @param {any} detail
 * @returns {Node[]}
 */
export function threadOf(detail) {
  const { conversation } = detail;
  const { source } = conversation;
  const parts = conversation.conversation_parts.conversation_parts;
  return [
    el(
      'header',
      { class: 'thread-head' },
      el('h2', {}, detail.title),
      el(
        'p',
        { class: 'muted' },
        [
          `Conversation ${conversation.id}`,
          conversation.state,
          detail.assignee === null ? 'unassigned' : `assigned to ${detail.assignee}`,
          detail.team,
          `opened ${timeText(conversation.created_at)}`,
        ]
          .filter(Boolean)
          .join(' · '),
      ),
    ),
    el(
      'ol',
      { class: 'plain parts' },
      message({ ...source, part_type: 'source', created_at: conversation.created_at }),
      ...together(parts).map(message),
    ),
  ];
}

const ATTRIBUTE_CHANGE = 'conversation_attribute_updated_by_admin';

/**
 * Each changed attribute is a part of its own; those of one change are one line here.
 *
 * @param {any[]} parts
 * @returns {any[]}
 */
function together(parts) {
  const lines = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (part.part_type === ATTRIBUTE_CHANGE && last?.part_type === ATTRIBUTE_CHANGE) last.changes += 1;
    else lines.push({ ...part, changes: 1 });
  }
  return lines;
}

const EVENTS = /** @type {Record<string, string>} */ ({
  assignment: 'assigned the conversation',
  close: 'closed the conversation',
  open: 'opened the conversation',
  snoozed: 'snoozed the conversation',
  participant_added: 'added a participant',
  participant_removed: 'removed a participant',
});

/** @param {any} part */
function message(part) {
  const who = part.author?.name ?? part.author?.email ?? part.author?.type ?? 'Somebody';
  const when = el('time', { class: 'muted' }, timeText(part.created_at));
  if (part.body === null || part.body === '') {
    const what =
      part.part_type === ATTRIBUTE_CHANGE
        ? `changed ${part.changes === 1 ? 'an attribute' : `${part.changes} attributes`}`
        : (EVENTS[part.part_type] ?? part.part_type.replaceAll('_', ' '));
    return el('li', { class: 'event muted' }, `${who} ${what} · `, when, ...attachments(part));
  }
  const note = part.part_type === 'note';
  const side = part.author?.type === 'admin' || part.author?.type === 'bot' ? 'ours' : 'theirs';
  return el(
    'li',
    { class: `message ${side} ${note ? 'note' : ''}` },
    el(
      'p',
      { class: 'message-head' },
      el('strong', {}, who),
      note ? el('span', { class: 'badge' }, 'Note') : null,
      when,
    ),
    part.subject ? el('p', { class: 'subject' }, part.subject) : null,
    el('div', { class: 'message-body', dir: 'auto' }, ...messageHtml(part.body)),
    ...attachments(part),
  );
}

/** @param {any} part */
function attachments(part) {
  if (!part.attachments?.length) return [];
  return [
    el(
      'ul',
      { class: 'plain attachments' },
      ...part.attachments.map((/** @type {any} */ file) =>
        el('li', {}, `📎 ${file.name} (${file.content_type}, ${file.filesize} bytes)`),
      ),
    ),
  ];
}
