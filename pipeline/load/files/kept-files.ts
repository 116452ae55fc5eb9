import type { Queryable } from '../../../db/client.ts';
import { safeFileName } from '../../../objects/file-rows.ts';
import type { RecordRef } from '../../../objects/mapping.ts';
import type { CustomObjectPayload, FileRef } from '../../../objects/payloads.ts';
import type { Comparison, LoadContext, Step, StepResult, StepTarget } from '../destination.ts';
import { fileFacts, toFacts, type FileFact } from './file-facts.ts';
import type { FileSource } from './file-source.ts';

/** A larger file stays behind: it would make a package that nobody can pass on. */
const MAX_BYTES = 1_000_000_000;
/** Bytes of one row. */
const PIECE = 1_000_000;
/** The part that these files belong to in the facts of their record. */
const PART = 'kept';

/** Keeps one file of a record for the handoff package; answers what became of it. */
export type KeepFile = (record: RecordRef, file: FileRef, attempts: number) => Promise<FileFact>;

/**
 * The bytes go from the desk into rows, a piece at a time and without a transaction around the download; the row's hash
 * is written last, so that a file which a crash cut short is not there, and is begun anew.
 */
export function createKeepFile(sql: Queryable, workspaceId: string, source: FileSource): KeepFile {
  return async (record, file, attempts) => {
    const base = { part: PART, key: file.key, name: file.name };
    const id = await begin(sql, workspaceId, record, file);
    let number = 0;
    const write = async (bytes: Buffer) => {
      number += 1;
      await sql`
        insert into kept_file_pieces (workspace_id, file_id, number, bytes)
        values (${workspaceId}, ${id}, ${number}, ${bytes})`;
    };
    const { take, flush } = inPieces(write);
    const got = await source.pour(file, MAX_BYTES, attempts, take);
    if ('code' in got) {
      await sql`delete from kept_files where workspace_id = ${workspaceId} and id = ${id}`;
      return { ...base, sent: false, ...got };
    }
    await flush();
    await sql`
      update kept_files set size = ${got.size}, sha256 = ${got.sha256}
      where workspace_id = ${workspaceId} and id = ${id}`;
    return { ...base, sent: true, content_type: got.contentType, size: got.size, sha256: got.sha256 };
  };
}

/** Gathers what comes into pieces of one size, for a stream comes in many small ones. */
function inPieces(write: (bytes: Buffer) => Promise<void>) {
  let held: Buffer[] = [];
  let size = 0;
  async function flush(): Promise<void> {
    if (size === 0) return;
    const bytes = Buffer.concat(held);
    [held, size] = [[], 0];
    await write(bytes);
  }
  return {
    flush,
    take: async (bytes: Buffer): Promise<void> => {
      held.push(bytes);
      size += bytes.length;
      if (size >= PIECE) await flush();
    },
  };
}

/** A row of its own with a place in the package that no other file of the record has, whatever the system ignores case. */
async function begin(sql: Queryable, workspaceId: string, record: RecordRef, file: FileRef): Promise<number> {
  const { ref: object, sourceId } = record;
  await sql`
    delete from kept_files
    where workspace_id = ${workspaceId} and object = ${object} and source_id = ${sourceId} and key = ${file.key}`;
  const taken = await sql<{ path: string }[]>`
    select lower(path) as path from kept_files
    where workspace_id = ${workspaceId} and object = ${object} and source_id = ${sourceId}`;
  const path = freePath(
    `files/${object}/${packageName(sourceId)}/`,
    packageName(file.name),
    new Set(taken.map((row) => row.path)),
  );
  const [row] = await sql<{ id: number }[]>`
    insert into kept_files (workspace_id, object, source_id, key, path)
    values (${workspaceId}, ${object}, ${sourceId}, ${file.key}, ${path}) returning id`;
  return Number(row?.id);
}

/** What every system can unpack: Windows refuses some signs, and names that end in a dot or blank. */
export function packageName(name: string): string {
  const clean = safeFileName(name, 'file')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/[. ]+$/, '');
  return /^(?:con|prn|aux|nul|com\d|lpt\d)?(?:\.|$)/i.test(clean) ? `_${clean}` : clean;
}

function freePath(folder: string, name: string, taken: ReadonlySet<string>): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let number = 1; ; number += 1) {
    const path = `${folder}${stem}${number === 1 ? '' : ` (${number})`}${extension}`;
    if (!taken.has(path.toLowerCase())) return path;
  }
}

/** One step per file, after the record itself; a file that is kept is not fetched again. */
export function keepFileSteps(payload: CustomObjectPayload): Step[] {
  return (payload.files ?? []).map((file) => ({
    key: `file:${file.key}`,
    once: 'ever',
    operation: 'file for the handoff',
    identity: { key: file.key, name: file.name },
    perform: (context: LoadContext, target: StepTarget) => keep(context, target, file),
    // A file that a crash cut short has no hash: it is begun anew.
    probe: () => Promise.resolve('repeat' as const),
  }));
}

async function keep(context: LoadContext, target: StepTarget, file: FileRef): Promise<StepResult> {
  const fact = await context.keepFile(target.record, file, target.attempts);
  return { facts: toFacts([fact]), result: { files: [fact] } };
}

/** Announced in the map: what Intercom cannot hold lies in the package, or stayed behind for a reason that is named. */
export function compareKept(payload: CustomObjectPayload, facts: Record<string, unknown>): Comparison[] {
  const kept = new Map(fileFacts(facts).map((fact) => [fact.key, fact]));
  return (payload.files ?? []).map((file): Comparison => {
    const fact = kept.get(file.key);
    const field = `files.${file.key}`;
    if (fact === undefined) return { field, class: 'missing', expected: file.name, actual: null };
    const where = fact.sent
      ? { kept_in: 'the handoff package, under files/', sha256: fact.sha256 }
      : fact.reason;
    return { field, class: 'lossy_by_design', expected: file.name, actual: where };
  });
}
