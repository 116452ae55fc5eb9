import { AppError, NotFoundError, SchemaError } from '../../errors.ts';
import { ALL_CURSORS, pageQuery, parsePage, recordId, sameRows } from './paging.ts';
import { asRecords, findRows, firstText, readAll } from './paths.ts';
import type { ChildSpec, InfraonProfile, ObjectSpec, PagingSpec } from './profile.ts';
import { objectSpec } from './lists.ts';
import type { Transport } from './transport.ts';
import type { PinnedCandidate, PinnedFacts, RawRecord } from './types.ts';

export interface ChildReader {
  canRead(object: string, child: string): boolean;
  rows(object: string, child: string, record: RawRecord): Promise<RawRecord[]>;
  /** Rows that one way of asking gives; probing compares them. */
  ask(object: string, child: string, candidate: PinnedCandidate, record: RawRecord): Promise<RawRecord[]>;
}

/** A child list longer than this is a server that ignores paging. */
const MAX_CHILD_PAGES = 1000;

function childSpec(spec: ObjectSpec, object: string, child: string): ChildSpec {
  const found = spec.children?.[child];
  if (found === undefined)
    throw new SchemaError(`the profile has no ${object}.${child}`, {
      code: 'source_object_unknown',
      field: `${object}.${child}`,
    });
  return found;
}

/** The candidates of the profile, complete with where their rows are. */
export function candidatesOf(spec: ChildSpec): PinnedCandidate[] {
  return spec.candidates.map(({ path, query, rows }) => ({
    rows: rows ?? spec.rows,
    ...(path === undefined ? {} : { path }),
    ...(query === undefined ? {} : { query }),
  }));
}

/** What makes two rows the same entry when several lists are read together. */
export function childKey(spec: ChildSpec, row: RawRecord): string {
  return (spec.id === undefined ? null : firstText(row, spec.id)) ?? JSON.stringify(row);
}

/** Whether a row says that it belongs to the record: it names it, names another one, or names none. */
export function parentOf(spec: ChildSpec, row: RawRecord, id: string): 'this' | 'other' | 'unsaid' {
  const parents = (spec.parent ?? [])
    .flatMap((path) => readAll(row, path))
    .filter((value) => typeof value === 'string' || typeof value === 'number');
  if (parents.length === 0) return 'unsaid';
  return parents.some((parent) => String(parent) === id) ? 'this' : 'other';
}

/**
 * Refuses rows of another record: a server that ignores a parameter would give everybody's notes to everybody. A thread
 * may hold some entries of records that were merged into it, so a proven way is refused only when no row is its own.
 */
export function refuseForeignRows(
  spec: ChildSpec,
  candidate: PinnedCandidate,
  rows: readonly RawRecord[],
  id: string,
): void {
  const parents = rows.map((row) => parentOf(spec, row, id));
  const foreign =
    candidate.assumed === true
      ? parents.some((parent) => parent !== 'this')
      : parents.includes('other') && !parents.includes('this');
  if (!foreign) return;
  throw new SchemaError('the rows that came belong to another record', {
    code: 'source_child_foreign',
    field: id,
  });
}

/** The same entry can have another id in another list; then its text and its time still agree. */
function signatureOf(spec: ChildSpec, row: RawRecord): string | null {
  const { body, at } = spec.fields ?? {};
  if (body === undefined || at === undefined) return null;
  const [text, time] = [firstText(row, body.paths), firstText(row, at.paths)];
  return text === null || time === null ? null : JSON.stringify([text, time]);
}

/**
 * One list of all entries. Two entries of one list are two entries, even when they say the same at the same time; an
 * entry of a further list is dropped when an earlier list holds it.
 */
export function mergeChildLists(spec: ChildSpec, lists: readonly RawRecord[][]): RawRecord[] {
  const all = new Map<string, RawRecord>();
  const signatures = new Set<string>();
  for (const rows of lists) {
    const fresh = rows.filter((row) => !signatures.has(signatureOf(spec, row) ?? ''));
    for (const row of fresh) {
      const key = childKey(spec, row);
      if (!all.has(key)) all.set(key, row);
    }
    for (const row of rows) {
      const signature = signatureOf(spec, row);
      if (signature !== null) signatures.add(signature);
    }
  }
  return [...all.values()];
}

function isEmptyBody(body: unknown): boolean {
  return body === null || body === '' || (typeof body === 'object' && Object.keys(body).length === 0);
}

export function createChildReader(
  transport: Transport,
  profile: InfraonProfile,
  pinned: PinnedFacts,
): ChildReader {
  function known(object: string, child: string): PinnedCandidate[] | null {
    const probed = pinned.children[`${object}.${child}`];
    if (probed !== undefined) return probed.length === 0 ? null : probed;
    const candidates = candidatesOf(childSpec(objectSpec(profile, object), object, child));
    return candidates.length === 1 ? candidates : null;
  }

  function rowsOf(spec: ChildSpec, candidate: PinnedCandidate, body: unknown): RawRecord[] {
    const rows = findRows(body, candidate.rows);
    if (rows !== null) return asRecords(rows);
    if (isEmptyBody(body)) return [];
    if (spec.single === true) return asRecords([body]);
    // Rows embedded in a record are left out where there are none.
    if (!candidate.rows.includes('')) return [];
    throw new SchemaError('the answer holds no list of rows', { code: 'source_child_shape' });
  }

  /** Goes on where a child list is paged like the lists of records, announced by `next` or by a larger count. */
  async function remaining(call: PagedCall, first: unknown, rows: RawRecord[]): Promise<RawRecord[]> {
    if (typeof first !== 'object' || first === null || findRows(first, call.paging.rows) === null)
      return rows;
    const { count, next } = parsePage(call.paging, first);
    if (next === null && (count === null || count <= rows.length)) return rows;
    return readPages(call, Math.max(1, rows.length), count);
  }

  interface PagedCall {
    spec: ChildSpec;
    paging: PagingSpec;
    candidate: PinnedCandidate & { path: string };
    id: string;
  }

  async function readPages(call: PagedCall, size: number, count: number | null): Promise<RawRecord[]> {
    const all = new Map<string, RawRecord>();
    let last: string[] = [];
    for (let page = 1; page <= MAX_CHILD_PAGES; page += 1) {
      const query = { ...call.candidate.query, ...pageQuery(call.paging, { size, page, mode: ALL_CURSORS }) };
      const reply = await transport.get({
        kind: 'detail',
        template: call.candidate.path,
        id: call.id,
        query,
      });
      const rows = rowsOf(call.spec, call.candidate, reply.body);
      const keys = rows.map((row) => childKey(call.spec, row));
      if (rows.length === 0 || sameRows(last, keys)) break;
      rows.forEach((row, index) => all.set(keys[index] ?? '', row));
      if (count !== null && all.size >= count) break;
      last = keys;
    }
    if (count !== null && all.size < count) {
      throw new SchemaError(`a list gave ${all.size} of ${count} rows`, { code: 'source_child_incomplete' });
    }
    return [...all.values()];
  }

  async function ask(
    object: string,
    child: string,
    candidate: PinnedCandidate,
    record: RawRecord,
  ): Promise<RawRecord[]> {
    const owner = objectSpec(profile, object);
    const spec = childSpec(owner, object, child);
    if (candidate.path === undefined) return rowsOf(spec, candidate, record);
    const id = recordId(owner, record);
    if (id === null)
      throw new SchemaError('the record has no id', { code: 'source_row_without_id', field: object });
    const paging = profile.paging[owner.list.paging];
    const reply = await transport.get({
      kind: 'detail',
      template: candidate.path,
      id,
      query: candidate.query ?? {},
    });
    const rows = rowsOf(spec, candidate, reply.body);
    if (paging === undefined) return rows;
    return remaining(
      { spec, paging, candidate: { ...candidate, path: candidate.path }, id },
      reply.body,
      rows,
    );
  }

  async function askOrNone(
    object: string,
    child: string,
    candidate: PinnedCandidate,
    record: RawRecord,
  ): Promise<RawRecord[]> {
    try {
      return await ask(object, child, candidate, record);
    } catch (error) {
      // A record without children can be a 404: the list is addressed by the record's own id.
      if (error instanceof NotFoundError) return [];
      throw error;
    }
  }

  async function rows(object: string, child: string, record: RawRecord): Promise<RawRecord[]> {
    const owner = objectSpec(profile, object);
    const spec = childSpec(owner, object, child);
    const candidates = known(object, child);
    if (candidates === null) {
      throw new SchemaError(
        `how to ask for the ${child} of one ${object} is not known on this installation`,
        {
          code: 'source_child_unresolved',
          field: `${object}.${child}`,
        },
      );
    }
    const lists: RawRecord[][] = [];
    for (const candidate of candidates) {
      const rows = await askOrNone(object, child, candidate, record);
      refuseForeignRows(spec, candidate, rows, recordId(owner, record) ?? '');
      lists.push(rows);
    }
    return mergeChildLists(spec, lists);
  }

  return { canRead: (object, child) => known(object, child) !== null, rows, ask };
}

/** True for failures that say "this is not the way to ask", false for those that say nothing about it. */
export function isWrongWay(error: unknown): boolean {
  return (
    error instanceof AppError &&
    (error instanceof NotFoundError ||
      error instanceof SchemaError ||
      error.code === 'source_refused' ||
      error.status === 403)
  );
}
