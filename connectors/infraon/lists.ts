import { NotFoundError, SchemaError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import {
  ALL_CURSORS,
  UNPAGED,
  continuation,
  flattenNested,
  otherModes,
  pageQuery,
  parsePage,
  passesFilter,
  recordId,
  sameRows,
  shrunkSize,
  type ParsedPage,
} from './paging.ts';
import { keepOnly } from './paths.ts';
import type { InfraonProfile, ObjectSpec, PagingSpec } from './profile.ts';
import type { Query } from './read-guard.ts';
import type { Transport } from './transport.ts';
import type { Cursor, Page, PinnedFacts } from './types.ts';

interface ListSource {
  object: string;
  spec: ObjectSpec;
  paging: PagingSpec;
}

interface Fetched extends ParsedPage {
  ids: string[];
  repaired: number;
}

export interface ListReader {
  page(object: string, cursor: Cursor | null, order?: 'created' | 'updated'): Promise<Page>;
}

const WHOLE_LIST_SIZE = 1_000_000;

export function objectSpec(profile: InfraonProfile, object: string): ObjectSpec {
  const spec = profile.objects[object];
  if (spec === undefined)
    throw new SchemaError(`the profile has no object ${object}`, {
      code: 'source_object_unknown',
      field: object,
    });
  return spec;
}

export function createListReader(
  transport: Transport,
  profile: InfraonProfile,
  pinned: PinnedFacts,
  log: Log,
): ListReader {
  /** Cursor modes and sizes learned while reading, until a probe pins them. */
  const learned = { modes: new Map<string, string>(), sizes: new Map<string, number>() };

  function sourceOf(object: string): ListSource {
    const spec = objectSpec(profile, object);
    const paging = profile.paging[spec.list.paging];
    if (paging === undefined)
      throw new SchemaError('unknown paging', { code: 'source_object_unknown', field: object });
    return { object, spec, paging };
  }

  function sortQuery(object: string, order: Cursor['order']): Query {
    if (order === 'none') return {};
    return pinned.sorts[object]?.[order] ?? {};
  }

  function firstCursor({ object, paging }: ListSource, order: 'created' | 'updated'): Cursor {
    const proven = (pinned.sorts[object]?.[order] ?? null) !== null;
    if (order === 'updated' && !proven) {
      throw new SchemaError(`the order of ${object} by change is not proven`, {
        code: 'source_sort_unproven',
        field: object,
      });
    }
    const mode = learned.modes.get(object) ?? pinned.cursors[object] ?? ALL_CURSORS;
    const size =
      learned.sizes.get(object) ?? pinned.pageSizes[object] ?? paging.size?.initial ?? WHOLE_LIST_SIZE;
    return { order: proven ? order : 'none', mode, size, page: 1, seen: 0, lastIds: [], next: null };
  }

  async function request(source: ListSource, cursor: Cursor, query: Query): Promise<Fetched> {
    const { list } = source.spec;
    try {
      const reply = await transport.get({
        kind: 'list',
        template: list.path,
        query: { ...list.query, ...sortQuery(source.object, cursor.order), ...query },
      });
      const parsed = parsePage(source.paging, reply.body);
      const rows = flattenNested(source.spec, parsed.rows).map((row) =>
        keepOnly(row, source.spec.keep ?? {}),
      );
      return {
        ...parsed,
        rows,
        ids: rows.map((row) => recordId(source.spec, row) ?? JSON.stringify(row)),
        repaired: reply.repaired,
      };
    } catch (error) {
      // Page numbers beyond the end are a 404 in Django REST Framework.
      if (error instanceof NotFoundError && cursor.page > 1) {
        return { rows: [], ids: [], count: null, next: null, serverMax: null, repaired: 0 };
      }
      throw error;
    }
  }

  function fetchPage(source: ListSource, cursor: Cursor): Promise<Fetched> {
    const followed =
      cursor.next === null ? null : transport.guard.nextQuery(cursor.next, source.spec.list.path);
    return request(source, cursor, followed ?? pageQuery(source.paging, cursor));
  }

  function stuck(source: ListSource): SchemaError {
    return new SchemaError(`the list of ${source.spec.label} answers the same page again and again`, {
      code: 'source_paging_stuck',
      field: source.object,
    });
  }

  /**
   * Does asking for one row give one row? If not, the server knows no pages and has sent the whole list. A list of a
   * single row cannot be told apart and is taken for whole.
   */
  async function ignoresSize(source: ListSource, cursor: Cursor): Promise<boolean> {
    if (cursor.lastIds.length === 1) return true;
    const one = { ...cursor, page: 1, size: 1, next: null };
    return (await request(source, one, pageQuery(source.paging, one))).rows.length > 1;
  }

  /** The same rows came twice: asks for the page again, with one cursor parameter at a time. */
  async function unstick(
    source: ListSource,
    cursor: Cursor,
  ): Promise<{ cursor: Cursor; fetched: Fetched } | null> {
    for (const mode of otherModes(source.paging, cursor.next === null ? cursor.mode : '')) {
      const retry = { ...cursor, mode, next: null };
      const fetched = await fetchPage(source, retry);
      if (fetched.ids.length === 0 || sameRows(cursor.lastIds, fetched.ids)) continue;
      learned.modes.set(source.object, mode);
      log.warn({ object: source.object, mode }, 'infraon list heeds one cursor parameter only');
      return { cursor: retry, fetched };
    }
    return null;
  }

  function isRepeat(cursor: Cursor, fetched: Fetched): boolean {
    return cursor.page > 1 && fetched.ids.length > 0 && sameRows(cursor.lastIds, fetched.ids);
  }

  /** A page that repeats the one before is the end only if the list had no pages, or pages advanced until here. */
  async function resolveRepeat(
    source: ListSource,
    cursor: Cursor,
  ): Promise<{ cursor: Cursor; fetched: Fetched }> {
    const other = await unstick(source, cursor);
    if (other !== null) return other;
    const end: Fetched = { rows: [], ids: [], count: null, next: null, serverMax: null, repaired: 0 };
    if (cursor.page === 2 && (await ignoresSize(source, cursor))) {
      learned.modes.set(source.object, UNPAGED);
      return { cursor, fetched: end };
    }
    // Some servers answer the last page for every number beyond it.
    if (cursor.page > 2) return { cursor, fetched: end };
    throw stuck(source);
  }

  function toPage(source: ListSource, cursor: Cursor, fetched: Fetched, restarted: boolean): Page {
    const known = new Set(cursor.lastIds);
    const seen = cursor.seen + fetched.ids.filter((id) => !known.has(id)).length;
    const rows = fetched.rows.filter((row) => passesFilter(source.spec, row));
    return {
      rows,
      next: nextCursor(source, cursor, fetched, seen),
      count: fetched.count,
      pageSize: cursor.size,
      filtered: fetched.rows.length - rows.length,
      restarted,
      repaired: fetched.repaired,
    };
  }

  function nextCursor(source: ListSource, cursor: Cursor, fetched: Fetched, seen: number): Cursor | null {
    const unpaged =
      source.paging.size === undefined || cursor.mode === UNPAGED || fetched.rows.length > cursor.size;
    if (unpaged && fetched.next === null) {
      if (fetched.count === null || fetched.count <= seen) return null;
      throw new SchemaError(
        `the list of ${source.spec.label} gave ${seen} of ${fetched.count} rows and no way to ask for more`,
        {
          code: 'source_list_incomplete',
          field: source.object,
        },
      );
    }
    const step = continuation(fetched, cursor, seen);
    if (step === 'end') return null;
    const size = step === 'look_once_more' ? fetched.rows.length : cursor.size;
    return { ...cursor, size, page: cursor.page + 1, seen, lastIds: fetched.ids, next: fetched.next };
  }

  async function page(
    object: string,
    given: Cursor | null,
    order: 'created' | 'updated' = 'created',
  ): Promise<Page> {
    const source = sourceOf(object);
    let cursor = given ?? firstCursor(source, order);
    let fetched = await fetchPage(source, cursor);
    if (isRepeat(cursor, fetched)) ({ cursor, fetched } = await resolveRepeat(source, cursor));
    const size =
      source.paging.size === undefined
        ? null
        : shrunkSize(fetched, cursor, cursor.seen + fetched.rows.length);
    if (size === null) return toPage(source, cursor, fetched, false);
    learned.sizes.set(object, size);
    log.info({ object, size }, 'infraon page limit is smaller: the list starts again');
    const again: Cursor = { ...cursor, size, page: 1, seen: 0, lastIds: [], next: null };
    return toPage(source, again, await fetchPage(source, again), true);
  }

  return { page };
}
