import { createHash } from 'node:crypto';
import type { Queryable } from '../../db/client.ts';
import { fileFacts } from '../load/files/file-facts.ts';
import type { PackageFile } from './archive.ts';
import { csvTable } from './csv.ts';
import { ROWS_AT_A_TIME } from './snapshot.ts';

/** Pieces of a file read at a time, a megabyte each. */
const PIECES_AT_A_TIME = 4;

/** The files that Intercom cannot hold, each at its place under `files/`. Only their names are held at a time. */
export async function keptFiles(sql: Queryable, workspaceId: string): Promise<PackageFile[]> {
  const rows = await sql<{ id: number; path: string; sha256: string }[]>`
    select id, path, sha256 from kept_files where workspace_id = ${workspaceId} and sha256 is not null order by path, id`;
  return rows.map(({ id, path, sha256 }) => ({
    name: path,
    content: () => piecesOf(sql, workspaceId, id, path, sha256),
  }));
}

async function* piecesOf(
  sql: Queryable,
  workspaceId: string,
  id: number,
  path: string,
  sha256: string,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const batches = sql<{ bytes: Buffer }[]>`
    select bytes from kept_file_pieces where workspace_id = ${workspaceId} and file_id = ${id} order by number
  `.cursor(PIECES_AT_A_TIME);
  for await (const batch of batches) {
    for (const { bytes } of batch) {
      hash.update(bytes);
      yield bytes;
    }
  }
  if (hash.digest('hex') !== sha256)
    throw new Error(`the kept file ${path} is not what was fetched from Infraon: load its record again`);
}

/** Every file of the desk that a moved record names: where it is now, or why it stayed behind. */
export function filesTable(sql: Queryable, workspaceId: string): AsyncGenerator<string> {
  const batches = sql<
    { object: string; sourceId: string; displayId: string | null; facts: Record<string, unknown> }[]
  >`
    select object, source_id as "sourceId", display_id as "displayId", facts from id_map
    where workspace_id = ${workspaceId} and jsonb_path_exists(facts, '$.keyvalue() ? (@.key starts with "file:")')
    order by object, source_id`.cursor(ROWS_AT_A_TIME);
  return csvTable(COLUMNS, withFiles(sql, workspaceId, batches), (row) => row);
}

const COLUMNS = [
  'object',
  'source_id',
  'number',
  'file',
  'where',
  'path',
  'size',
  'sha256',
  'code',
  'reason',
];

async function* withFiles(
  sql: Queryable,
  workspaceId: string,
  batches: AsyncIterable<
    { object: string; sourceId: string; displayId: string | null; facts: Record<string, unknown> }[]
  >,
): AsyncGenerator<unknown[][]> {
  const places = await sql<{ object: string; sourceId: string; key: string; path: string }[]>`
    select object, source_id as "sourceId", key, path from kept_files
    where workspace_id = ${workspaceId} and sha256 is not null`;
  const pathOf = new Map(
    places.map((each) => [[each.object, each.sourceId, each.key].join('\n'), each.path]),
  );
  for await (const batch of batches) {
    yield batch.flatMap(({ object, sourceId, displayId, facts }) =>
      fileFacts(facts).map((fact) => {
        const path = pathOf.get([object, sourceId, fact.key].join('\n'));
        const head = [object, sourceId, displayId, fact.name];
        if (!fact.sent) return [...head, 'stayed in Infraon', '', '', '', fact.code, fact.reason];
        const where = path === undefined ? 'in Intercom, with its message' : 'in this package';
        return [...head, where, path ?? '', fact.size, fact.sha256, '', ''];
      }),
    );
  }
}
