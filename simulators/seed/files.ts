import type { StoredFile } from '../infraon/desk.ts';
import { zuluTime } from '../infraon/timestamps.ts';
import { MODULES } from '../infraon/vocabulary.ts';
import type { ModuleName } from '../infraon/vocabulary.ts';
import type { Build } from './build.ts';

const KINDS = [
  { name: 'screenshot', extension: 'png', mime: 'image/png', low: 2_000, high: 90_000 },
  { name: 'vpn-log', extension: 'txt', mime: 'text/plain', low: 200, high: 20_000 },
  { name: 'export', extension: 'csv', mime: 'text/csv', low: 500, high: 30_000 },
  { name: 'angebot äöü', extension: 'pdf', mime: 'application/pdf', low: 8_000, high: 120_000 },
  { name: '見積書', extension: 'pdf', mime: 'application/pdf', low: 8_000, high: 60_000 },
] as const;

export type FilePlace = { module: ModuleName; refId: string; at: number; author: string };

/** Stores a file of the given name and size for a ticket and answers it. */
export function storeFile(
  build: Build,
  place: FilePlace,
  file: { name: string; mime: string; bytes: number; inline?: boolean; unreachable?: boolean },
): StoredFile {
  const id = build.id(place.at);
  const folder = file.inline ? 'inline' : MODULES[place.module].resource;
  const stored: StoredFile = {
    attachment_id: id,
    ref_id: place.refId,
    module_id: MODULES[place.module].moduleId,
    file_name: file.name,
    file_path: `/media/uploads/${build.desk.organization}/${folder}/${id}/${file.name}`,
    mime: file.mime,
    bytes: file.bytes,
    creation_time: zuluTime(place.at),
    created_by: place.author,
    unreachable: file.unreachable ?? false,
    inline: file.inline ?? false,
  };
  build.desk.files.push(stored);
  return stored;
}

/** An ordinary attachment. */
export function attachSomething(build: Build, place: FilePlace): StoredFile {
  const { prng } = build;
  const kind = prng.pick(KINDS);
  const name = `${kind.name}-${prng.between(1, 99).toString()}.${kind.extension}`;
  return storeFile(build, place, { name, mime: kind.mime, bytes: prng.between(kind.low, kind.high) });
}

/** A picture inside HTML; it is in no attachment list. */
export function inlineImage(build: Build, place: FilePlace): string {
  const file = storeFile(build, place, {
    name: 'image001.png',
    mime: 'image/png',
    bytes: build.prng.between(1_000, 8_000),
    inline: true,
  });
  return `<p><img src="${encodeURI(file.file_path)}" alt="image001" width="320"></p>`;
}
