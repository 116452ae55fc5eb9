import type { Conversation, Part } from '../records.ts';

/** Reporting figures, computed from the parts and therefore from the times those carry. */
export function statisticsOf(conversation: Conversation): Record<string, unknown> {
  const { parts } = conversation;
  const start = conversation.createdAt;
  const fromContact = parts.filter(
    (part) => (part.author.type === 'user' || part.author.type === 'lead') && part.body !== null,
  );
  const fromAdmin = parts.filter((part) => part.author.type === 'admin' && part.partType === 'comment');
  const assignments = parts.filter(
    (part) => part.partType === 'assignment' || part.partType === 'assign_and_reopen',
  );
  const closes = parts.filter((part) => part.partType === 'close');
  const reopens = parts.filter((part) => part.partType === 'open' || part.partType === 'assign_and_reopen');
  const firstReply = fromAdmin[0];
  const lastClose = closes.at(-1);
  const beforeReply = assignments
    .filter((part) => firstReply === undefined || part.createdAt <= firstReply.createdAt)
    .at(-1);
  return {
    type: 'conversation_statistics',
    time_to_assignment: since(start, beforeReply),
    time_to_admin_reply: since(start, firstReply),
    time_to_first_close: since(start, closes[0]),
    time_to_last_close: since(start, lastClose),
    median_time_to_reply: since(start, firstReply),
    first_contact_reply_at: start,
    first_assignment_at: assignments[0]?.createdAt ?? null,
    first_admin_reply_at: firstReply?.createdAt ?? null,
    first_close_at: closes[0]?.createdAt ?? null,
    last_assignment_at: assignments.at(-1)?.createdAt ?? null,
    last_assignment_admin_reply_at: fromAdmin.at(-1)?.createdAt ?? null,
    last_contact_reply_at: fromContact.at(-1)?.createdAt ?? start,
    last_admin_reply_at: fromAdmin.at(-1)?.createdAt ?? null,
    last_close_at: lastClose?.createdAt ?? null,
    last_closed_by_id: lastClose?.author.id ?? null,
    count_reopens: reopens.length,
    count_assignments: assignments.length,
    count_conversation_parts: parts.length,
  };
}

function since(start: number, part: Part | undefined): number | null {
  return part === undefined ? null : Math.max(0, part.createdAt - start);
}
