import type { FileRef } from '../../../objects/payloads.ts';
import { INLINE_KEY } from '../../../objects/transforms/html-files.ts';
import type { FileFact } from './file-facts.ts';
import type { ThreadLimits } from '../conversations/thread-limits.ts';

export interface FileGroup {
  /** Key of the part that carries the group. */
  key: string;
  files: FileRef[];
  /** An earlier load sent it, or gave its files up. */
  settled: boolean;
}

/**
 * Bytes to reckon with: a file too large to be fetched takes no room, one of unknown size a whole part. Pictures in a
 * text have no stated size either, are many and small, and share a part.
 */
function weightOf(file: FileRef, limits: ThreadLimits): number {
  if (file.path === null) return 0;
  if (file.size !== null) return file.size > limits.bytesPerFile ? 0 : file.size;
  const isPicture = file.key.includes(INLINE_KEY);
  return Math.floor(limits.bytesPerPart / (isPicture ? PICTURES_PER_PART : 1));
}

/** Pictures of unknown size that are sent together. */
const PICTURES_PER_PART = 4;

function pack(files: readonly FileRef[], limits: ThreadLimits): FileRef[][] {
  const groups: FileRef[][] = [];
  let bytes = 0;
  for (const file of files) {
    const weight = weightOf(file, limits);
    const open = groups.at(-1);
    if (
      open === undefined ||
      open.length >= limits.filesPerPart ||
      (bytes > 0 && bytes + weight > limits.bytesPerPart)
    ) {
      groups.push([file]);
      bytes = weight;
    } else {
      open.push(file);
      bytes += weight;
    }
  }
  return groups;
}

/**
 * Spreads files over parts. A file that an earlier load sent, or gave up, stays in its part, so that a file added to
 * the ticket later goes into a part of its own and nothing is sent twice.
 * @param keyOf key of the n-th part, counted from 1.
 */
export function groupFiles(
  files: readonly FileRef[],
  limits: ThreadLimits,
  facts: readonly FileFact[],
  keyOf: (number: number) => string,
): FileGroup[] {
  const groups: FileGroup[] = [];
  let left = [...files];
  for (;;) {
    const key = keyOf(groups.length + 1);
    const settled = new Set(facts.filter((fact) => fact.part === key).map((fact) => fact.key));
    if (settled.size === 0) break;
    groups.push({ key, files: left.filter((file) => settled.has(file.key)), settled: true });
    left = left.filter((file) => !settled.has(file.key));
  }
  for (const group of pack(left, limits))
    groups.push({ key: keyOf(groups.length + 1), files: group, settled: false });
  return groups;
}

/** Bytes of a group that are fetched at most. */
export function bytesOf(files: readonly FileRef[], limits: ThreadLimits): number {
  const total = files.reduce((sum, file) => sum + Math.min(weightOf(file, limits), limits.bytesPerFile), 0);
  return Math.min(total, limits.bytesPerPart);
}
