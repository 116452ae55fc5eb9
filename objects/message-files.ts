import { isTooDeep } from './transforms/html.ts';
import { inlineImages, lostStructures, originalCopy } from './transforms/html-files.ts';
import type { FileRef } from './payloads.ts';
import { looksLikeHtml } from './read-values.ts';

function pathname(address: string): string {
  const path = URL.canParse(address, 'http://desk.invalid') ? new URL(address, 'http://desk.invalid') : null;
  return path?.pathname ?? address;
}

/** The files of one record by id and by address. */
export interface ListedFiles {
  all: readonly FileRef[];
  byId: (id: string) => FileRef | undefined;
  byPath: (path: string) => FileRef | undefined;
}

export function listedFiles(value: unknown): ListedFiles {
  const all = Array.isArray(value) ? (value as FileRef[]) : [];
  const ids = new Map(all.map((file) => [file.key, file]));
  const paths = new Map(all.flatMap((file) => (file.path === null ? [] : [[pathname(file.path), file]])));
  return { all, byId: (id) => ids.get(id), byPath: (path) => paths.get(pathname(path)) };
}

/**
 * Files of one message: those it names by id, the pictures in its text, and a copy of its markup where words are not
 * all of it. An id that the desk does not list is a file nobody can fetch, which is said and not dropped.
 */
export function messageFiles(html: string, ids: readonly string[], listed: ListedFiles): FileRef[] {
  const named = ids.map(
    (id): FileRef =>
      listed.byId(id) ?? { key: id, name: `file ${id}`, content_type: null, size: null, path: null },
  );
  if (!looksLikeHtml(html)) return named;
  const images = inlineImages(html, listed.byPath).filter((image) => !named.includes(image));
  const lost = lostStructures(html, isTooDeep(html));
  return [...named, ...images, ...(lost.length === 0 ? [] : [originalCopy(html, lost)])];
}
