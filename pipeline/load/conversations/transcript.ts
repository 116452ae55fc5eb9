import type { ThreadPart } from '../../../objects/payloads.ts';

function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function entryText(entry: ThreadPart): string {
  const kind = entry.kind === 'comment' ? 'public' : 'internal';
  const files = (entry.files ?? []).map((file) => file.name);
  const lines = [`[${timeText(entry.created_at)}, ${entry.author.name}, ${kind}]`, entry.body];
  return [...lines, ...(files.length === 0 ? [] : [`Files: ${files.join(', ')}`])].join('\n');
}

/**
 * Entries as text, oldest first, each under a line with its time, author and privacy. Split between entries when it
 * would be longer than `maxLength`; one entry is never split.
 */
export function transcriptTexts(entries: readonly ThreadPart[], maxLength: number): string[] {
  const first = entries[0];
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return [];
  const noun = entries.length === 1 ? 'entry' : 'entries';
  const title = `Transcript of ${entries.length} ${noun}, ${timeText(first.created_at)} to ${timeText(last.created_at)}, oldest first`;
  const chunks: string[][] = [];
  let length = 0;
  for (const text of entries.map(entryText)) {
    const open = chunks.at(-1);
    if (open === undefined || length + text.length > maxLength) {
      chunks.push([text]);
      length = text.length;
    } else {
      open.push(text);
      length += text.length;
    }
  }
  return chunks.map((texts, index) => {
    const number = chunks.length === 1 ? '' : ` (${index + 1} of ${chunks.length})`;
    return [`${title}${number}`, ...texts].join('\n\n');
  });
}
