import { AppError, NotFoundError, TransientError } from '../../../errors.ts';
import {
  ALL_CURSORS,
  UNPAGED,
  flattenNested,
  otherModes,
  pageQuery,
  parsePage,
  passesFilter,
  recordId,
  sameRows,
} from '../paging.ts';
import { firstValue } from '../paths.ts';
import type { ObjectSpec, PagingSpec } from '../profile.ts';
import type { Capability, RawRecord } from '../types.ts';
import { amount, capability, reasonOf, type ListSample, type ProbeContext } from './context.ts';
import { findSort } from './sorting.ts';

export interface ListFindings {
  capabilities: Capability[];
  /** Null when the list cannot be read. */
  sample: ListSample | null;
}

interface Probed {
  rows: RawRecord[];
  ids: string[];
  count: number | null;
  largeNumbers: number;
}

const SMALL = 2;

async function read(
  context: ProbeContext,
  spec: ObjectSpec,
  paging: PagingSpec,
  size: number,
  page: number,
  mode: string,
): Promise<Probed> {
  try {
    const reply = await context.transport.get({
      kind: 'list',
      template: spec.list.path,
      query: { ...spec.list.query, ...pageQuery(paging, { size, page, mode }) },
    });
    const parsed = parsePage(paging, reply.body);
    const rows = flattenNested(spec, parsed.rows);
    return {
      rows,
      ids: rows.map((row) => recordId(spec, row) ?? ''),
      count: parsed.count,
      largeNumbers: reply.largeNumbers,
    };
  } catch (error) {
    if (error instanceof NotFoundError && page > 1)
      return { rows: [], ids: [], count: null, largeNumbers: 0 };
    throw error;
  }
}

/**
 * Finds the cursor parameters that advance by exactly one page: page 2 of two rows must be rows 3 and 4 of a larger
 * page. A server that adds `page` and `offset` up would skip rows, so the strict test comes first; rows that shift
 * meanwhile are allowed for by the lenient one.
 */
async function findCursor(
  context: ProbeContext,
  spec: ObjectSpec,
  paging: PagingSpec,
  first: Probed,
): Promise<string | null> {
  const larger = await read(context, spec, paging, 2 * SMALL, 1, ALL_CURSORS);
  const expected = larger.ids.slice(SMALL);
  let lenient: string | null = null;
  for (const mode of [ALL_CURSORS, ...otherModes(paging, ALL_CURSORS)]) {
    const { ids } = await read(context, spec, paging, SMALL, 2, mode);
    if (sameRows(ids, expected)) return mode;
    if (ids.length > 0 && !ids.some((id) => first.ids.includes(id))) lenient ??= mode;
  }
  return lenient;
}

/** A full first page, and the page size the server really gives. */
async function fullPage(
  context: ProbeContext,
  spec: ObjectSpec,
  paging: PagingSpec,
  mode: string,
): Promise<Probed & { size: number; complete: boolean }> {
  const asked = paging.size?.initial ?? 0;
  const page = await read(context, spec, paging, asked, 1, mode);
  const got = page.rows.length;
  if (paging.size === undefined || mode === UNPAGED) return { ...page, size: asked, complete: true };
  if (got === 0 || got >= asked) return { ...page, size: asked, complete: got === 0 || page.count === got };
  const more =
    page.count === null
      ? (await read(context, spec, paging, got, 2, mode)).ids.some((id) => !page.ids.includes(id))
      : page.count > got;
  return { ...page, size: more ? got : asked, complete: !more };
}

async function probePaging(
  context: ProbeContext,
  object: string,
  spec: ObjectSpec,
  paging: PagingSpec,
): Promise<{ found: Capability | null; mode: string }> {
  if (paging.size === undefined) return { found: null, mode: UNPAGED };
  const id = `paging:${object}`;
  const first = await read(context, spec, paging, SMALL, 1, ALL_CURSORS);
  if (first.rows.length > SMALL) {
    return { found: capability(id, true, `The ${spec.label} come as one whole list.`), mode: UNPAGED };
  }
  if (first.rows.length < SMALL) {
    return {
      found: capability(id, true, `There are too few ${spec.label} for a second page.`),
      mode: ALL_CURSORS,
    };
  }
  const mode = await findCursor(context, spec, paging, first);
  if (mode === null) {
    const text = `The list of ${spec.label} answers its first page whatever is asked for, so it cannot be read to its end.`;
    return { found: capability(id, false, text), mode: ALL_CURSORS };
  }
  const how = mode === ALL_CURSORS ? 'as expected' : `by ${mode} only`;
  return { found: capability(id, true, `The pages of ${spec.label} advance ${how}.`), mode };
}

/** What tells the objects apart that share this list, and whether the rows say it at all. */
function describeFilter(
  spec: ObjectSpec,
  rows: readonly RawRecord[],
  own: readonly RawRecord[],
): { ok: boolean; text: string } {
  const { filter } = spec;
  if (filter === undefined || rows.length === 0) return { ok: true, text: '' };
  const seen = new Map<string, number>();
  for (const row of rows) {
    const value = firstValue(row, [filter.path]);
    const text = value === undefined ? 'none' : JSON.stringify(value);
    seen.set(text, (seen.get(text) ?? 0) + 1);
  }
  if (seen.size === 1 && seen.has('none')) {
    return {
      ok: false,
      text: ` No row says its ${filter.path}, so ${spec.label} cannot be told from the rest of the list.`,
    };
  }
  const values = [...seen].map(([value, count]) => `${value} (${amount(count)})`).join(', ');
  return {
    ok: true,
    text: ` ${amount(own.length)} of the first ${amount(rows.length)} rows are ${spec.label}, judged by ${filter.path}: ${values}.`,
  };
}

function describeList(sample: ListSample): Capability {
  const { spec, object, rows, own } = sample;
  const id = `list:${object}`;
  if (rows.length > 0 && rows.every((row) => recordId(spec, row) === null)) {
    return capability(id, false, `The rows of ${spec.label} carry no id under ${spec.id.join(' or ')}.`);
  }
  const filter = describeFilter(spec, rows, own);
  const total = sample.count ?? (sample.complete ? rows.length : null);
  const counted =
    total === null
      ? `The list does not say how many ${spec.label} there are.`
      : `${amount(total)} ${spec.filter === undefined ? spec.label : 'rows'}.`;
  return capability(id, filter.ok, counted + filter.text);
}

async function probeSort(context: ProbeContext, sample: ListSample): Promise<Capability | null> {
  const { spec, object, paging } = sample;
  if (paging.size === undefined || context.pinned.cursors[object] === UNPAGED) return null;
  const created = await findSort(context, sample, spec.createdAt);
  const updated = spec.delta.mode === 'sorted' ? await findSort(context, sample, spec.updatedAt) : null;
  context.pinned.sorts[object] = { created: created?.asc ?? null, updated: updated?.desc ?? null };
  if (spec.delta.mode !== 'sorted') return null;
  return updated === null
    ? capability(
        `sort:${object}`,
        false,
        `An order of ${spec.label} by last change is not proven: a later delta reads the whole list.`,
      )
    : capability(`sort:${object}`, true, `The ${spec.label} can be read by last change.`);
}

async function probeDetail(context: ProbeContext, sample: ListSample): Promise<Capability | null> {
  const { spec, object } = sample;
  const row = sample.own.find((candidate) => recordId(spec, candidate) !== null);
  const id = row === undefined ? null : recordId(spec, row);
  if (spec.detail === undefined || row === undefined || id === null) return null;
  try {
    const record = await context.client.detail(object, id);
    const added = Object.keys(record).filter((key) => !(key in row)).length;
    return capability(
      `detail:${object}`,
      true,
      added === 0
        ? 'A full record has the fields of its row.'
        : `A full record adds ${added} to the fields of its row.`,
    );
  } catch (error) {
    return capability(
      `detail:${object}`,
      false,
      `A full record of ${spec.label} could not be read: ${reasonOf(error)}.`,
    );
  }
}

function unreadable(context: ProbeContext, object: string, spec: ObjectSpec, error: unknown): ListFindings {
  if (!(error instanceof AppError)) throw error;
  const reason = reasonOf(error);
  // A failure that may pass is no verdict about the tenant; it is not pinned.
  if (!(error instanceof TransientError)) context.pinned.disabled[object] = reason;
  return {
    capabilities: [capability(`list:${object}`, false, `The ${spec.label} could not be read: ${reason}.`)],
    sample: null,
  };
}

/** Looks at one list: is it there, what is in it, how it is paged and sorted, does a full record open. */
export async function probeList(
  context: ProbeContext,
  object: string,
  spec: ObjectSpec,
  paging: PagingSpec,
): Promise<ListFindings> {
  try {
    const pages = await probePaging(context, object, spec, paging);
    const full = await fullPage(context, spec, paging, pages.mode);
    if (paging.size !== undefined) {
      context.pinned.cursors[object] = pages.mode;
      context.pinned.pageSizes[object] = Math.max(1, full.size);
    }
    const own = full.rows.filter((row) => passesFilter(spec, row));
    const sample: ListSample = { object, spec, paging, own, ...full };
    const found = [
      describeList(sample),
      pages.found,
      await probeSort(context, sample),
      await probeDetail(context, sample),
    ];
    return { capabilities: found.filter((item) => item !== null), sample };
  } catch (error) {
    return unreadable(context, object, spec, error);
  }
}
