import type { ConversationPart } from '../../../connectors/intercom/schemas.ts';
import type { FileRef } from '../../../objects/payloads.ts';
import type { Comparison } from '../destination.ts';
import type { FileFact } from './file-facts.ts';
import type { StoredBytes, StoredFiles } from './stored-files.ts';

type ReadFile = ConversationPart['attachments'][number];

/** What the bytes of the attachments of an answer are; absent where nobody read them. */
export type BytesRead = ReadonlyMap<ReadFile, StoredBytes>;

/** The value of `Comparison.file` where the bytes were compared. */
export const BY_BYTES = 'bytes';

function shown(file: {
  name?: unknown;
  size?: unknown;
  type?: unknown;
  sha256?: string | null | undefined;
}): Record<string, unknown> {
  const { sha256 } = file;
  const hash = sha256 === undefined || sha256 === null ? {} : { sha256 };
  return { name: file.name ?? null, size: file.size ?? null, content_type: file.type ?? null, ...hash };
}

/**
 * Reads the bytes of a thread's files, one after the other. Only where it can matter: a file that we sent, whose hash is
 * known, and whose name and size are still those that were sent.
 */
export async function readBytes(
  parts: readonly Pick<ConversationPart, 'attachments'>[],
  facts: readonly FileFact[],
  stored: StoredFiles,
): Promise<BytesRead> {
  const read = new Map<ReadFile, StoredBytes>();
  for (const file of parts.flatMap(({ attachments }) => attachments)) {
    const isOurs = facts.some(
      (fact) => fact.sent && fact.sha256 !== null && fact.name === file.name && fact.size === file.filesize,
    );
    if (isOurs) read.set(file, await stored.hash(file.url, file.filesize ?? 0));
  }
  return read;
}

function typeOf(type: string | null | undefined): string {
  return (type ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * The files of one part by name, size and type, and by their bytes where those could be read. Files that stayed behind
 * were announced in the text.
 */
export function compareFiles(
  part: { key: string; files: FileRef[] },
  read: Pick<ConversationPart, 'attachments'>,
  facts: readonly FileFact[],
  bytes: BytesRead,
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
    comparisons.push(compareFile(field, file, fact, left, bytes));
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
  bytes: BytesRead,
): Comparison {
  const named = left.filter((candidate) => candidate.name === file.name);
  const sized = named.filter((candidate) => candidate.filesize === fact?.size);
  const found = sized.find((candidate) => hashOf(candidate, bytes) === fact?.sha256) ?? sized[0] ?? named[0];
  if (found === undefined || fact === undefined) {
    const expected = shown({ name: file.name, size: fact?.size, type: fact?.content_type });
    return { field, class: 'missing', expected, actual: null };
  }
  left.splice(left.indexOf(found), 1);
  const read = bytes.get(found);
  const hasOtherBytes = read !== undefined && 'sha256' in read && read.sha256 !== fact.sha256;
  const same = found.filesize === fact.size && typeOf(found.content_type) === typeOf(fact.content_type);
  if (same && !hasOtherBytes) return { field, class: 'equal', file: proofOf(fact, read) };
  const [ours, theirs] = hasOtherBytes ? [fact.sha256, read.sha256] : [];
  return {
    field,
    class: 'mismatch',
    expected: shown({ name: file.name, size: fact.size, type: fact.content_type, sha256: ours }),
    actual: shown({ name: found.name, size: found.filesize, type: found.content_type, sha256: theirs }),
    file: proofOf(fact, read),
  };
}

function hashOf(file: ReadFile, bytes: BytesRead): string | null {
  const read = bytes.get(file);
  return read !== undefined && 'sha256' in read ? read.sha256 : null;
}

/** What the verdict on a file rests on: its bytes, or only its name and size, and why. */
function proofOf(fact: Extract<FileFact, { sent: true }>, read: StoredBytes | undefined): string {
  if (fact.sha256 === null) return 'nobody could hash what was sent';
  if (read === undefined) return 'its name or size tells already';
  return 'sha256' in read ? BY_BYTES : read.unreadable;
}
