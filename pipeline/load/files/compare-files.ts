import type { ConversationPart } from '../../../connectors/intercom/schemas.ts';
import type { FileRef } from '../../../objects/payloads.ts';
import type { Comparison } from '../destination.ts';
import type { FileFact } from './file-facts.ts';

type ReadFile = ConversationPart['attachments'][number];

function shown(file: { name?: unknown; size?: unknown; type?: unknown }): Record<string, unknown> {
  return { name: file.name ?? null, size: file.size ?? null, content_type: file.type ?? null };
}

function typeOf(type: string | null | undefined): string {
  return (type ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * The files of one part by name, size and type: download addresses expire after about half an hour, so they prove
 * nothing later (Intercom API 2.16, conversation attachments). Files that stayed behind were announced in the text.
 */
export function compareFiles(
  part: { key: string; files: FileRef[] },
  read: Pick<ConversationPart, 'attachments'>,
  facts: readonly FileFact[],
): Comparison[] {
  const left: ReadFile[] = [...read.attachments];
  const comparisons: Comparison[] = [];
  for (const file of part.files) {
    const field = `parts.${part.key}.files.${file.key}`;
    const fact = facts.find((known) => known.key === file.key);
    if (file.keeps !== undefined)
      comparisons.push({
        field: `${field}.text`,
        class: 'lossy_by_design',
        expected: file.keeps,
        actual: file.name,
      });
    if (fact?.sent === false) {
      const actual = { code: fact.code, reason: fact.reason };
      comparisons.push({ field, class: 'lossy_by_design', expected: file.name, actual });
      continue;
    }
    if (fact?.again === true) {
      const actual = 'attached again at the end';
      comparisons.push({ field, class: 'lossy_by_design', expected: file.name, actual });
      continue;
    }
    comparisons.push(compareFile(field, file, fact, left));
  }
  for (const file of left) {
    const actual = shown({ name: file.name, size: file.filesize, type: file.content_type });
    comparisons.push({
      field: `parts.${part.key}.files.intercom:${file.name ?? ''}`,
      class: 'extra',
      expected: null,
      actual,
    });
  }
  return comparisons;
}

/** Takes the file it finds out of `left`: two files of one name and size are two. */
function compareFile(
  field: string,
  file: FileRef,
  fact: Extract<FileFact, { sent: true }> | undefined,
  left: ReadFile[],
): Comparison {
  const expected = shown({ name: file.name, size: fact?.size, type: fact?.content_type });
  const named = left.filter((candidate) => candidate.name === file.name);
  const found = named.find((candidate) => candidate.filesize === fact?.size) ?? named[0];
  if (found === undefined || fact === undefined) return { field, class: 'missing', expected, actual: null };
  left.splice(left.indexOf(found), 1);
  const same = found.filesize === fact.size && typeOf(found.content_type) === typeOf(fact.content_type);
  if (same) return { field, class: 'equal' };
  const actual = shown({ name: found.name, size: found.filesize, type: found.content_type });
  return { field, class: 'mismatch', expected, actual };
}
