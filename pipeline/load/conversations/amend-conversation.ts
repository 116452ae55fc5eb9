import type { ChangeNotice, MappingIssue } from '../../../objects/mapping.ts';
import type { ConversationPayload, FileRef, ThreadPart } from '../../../objects/payloads.ts';
import { isSame } from '../people-edits.ts';

/**
 * A conversation's opening and what stands in its thread can be neither edited nor deleted through the API (Intercom API
 * 2.16: parts are redacted only), so they stay as they were written, and every difference is named. New entries follow
 * behind what is there, each at its own second unless that lies before it.
 */
export function amendConversation(
  next: ConversationPayload,
  last: ConversationPayload,
): { payload: ConversationPayload; warnings: MappingIssue[] } {
  const thread = amendThread(next.parts, last.parts);
  const warnings = [...thread.warnings];
  if (next.body !== last.body)
    warnings.push(
      warning('edited_at_source', 'body', next.body, 'The opening message was edited in Infraon'),
    );
  if (!isSame(next.from, last.from))
    warnings.push(
      warning('edited_at_source', 'from', next.from.sourceId, 'The incident was given to another requester'),
    );
  const files = amendFiles(next.files, last.files, 'files');
  const { body, from, created_at, marker } = last;
  return {
    payload: { ...next, ...files.named, body, from, created_at, marker, parts: thread.parts },
    warnings: [...warnings, ...files.warnings],
  };
}

/** Files that were sent stay where they are; new ones follow and find their own place (pipeline/load/conversations/thread-layout.ts). */
function amendFiles(
  next: readonly FileRef[] = [],
  last: readonly FileRef[] = [],
  field: string,
): { named: { files?: FileRef[] }; warnings: MappingIssue[] } {
  const sent = new Set(last.map(({ key }) => key));
  const files = [...last, ...next.filter(({ key }) => !sent.has(key))];
  const left = last.filter(({ key, name }) => !next.some((file) => file.key === key && file.name === name));
  return {
    named: files.length === 0 ? {} : { files },
    warnings: left.map(({ name }) =>
      warning('deleted_at_source', field, name, 'A file was removed in Infraon'),
    ),
  };
}

function amendThread(
  next: readonly ThreadPart[],
  last: readonly ThreadPart[],
): { parts: ThreadPart[]; warnings: MappingIssue[] } {
  const wanted = new Map(next.map((part) => [part.key, part]));
  const written = new Set(last.map((part) => part.key));
  const warnings: MappingIssue[] = [];
  const parts = last.map((part) => {
    const now = wanted.get(part.key);
    const field = `parts.${part.key}`;
    if (now === undefined)
      warnings.push(warning('deleted_at_source', field, null, 'A thread entry was deleted in Infraon'));
    else if (now.body !== part.body || now.kind !== part.kind)
      warnings.push(warning('edited_at_source', field, now.body, 'A thread entry was edited in Infraon'));
    const files = amendFiles(now === undefined ? part.files : now.files, part.files, `${field}.files`);
    warnings.push(...files.warnings);
    return { ...part, ...files.named };
  });
  let latest = last.at(-1)?.created_at ?? 0;
  for (const part of next) {
    if (written.has(part.key)) continue;
    latest = Math.max(part.created_at, latest + 1);
    parts.push({ ...part, created_at: latest });
  }
  return { parts, warnings };
}

function warning(code: ChangeNotice, field: string, value: unknown, what: string): MappingIssue {
  return {
    code,
    field,
    value,
    message: `${what} after it was loaded. Intercom cannot edit what was sent, so it stays as it was.`,
    suggestion: 'Look at the record in Infraon; add a note in Intercom if the change matters.',
  };
}
