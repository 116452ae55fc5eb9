import { describe, expect, it } from 'vitest';
import {
  continuation,
  flattenNested,
  otherModes,
  pageQuery,
  parsePage,
  passesFilter,
  sameRows,
  shrunkSize,
} from '../../../../connectors/infraon/paging.ts';
import { defaultProfile, type ObjectSpec, type PagingSpec } from '../../../../connectors/infraon/profile.ts';
import type { Cursor } from '../../../../connectors/infraon/types.ts';

const profile = defaultProfile();
const ux = profile.paging['ux'] as PagingSpec;
const cursor: Cursor = { order: 'none', mode: 'all', size: 100, page: 1, seen: 0, lastIds: [], next: null };
const rows = (length: number) => Array.from({ length }, (_, index) => ({ id: String(index) }));
const page = (length: number, extra: object = {}) => ({
  rows: rows(length),
  count: null,
  next: null,
  serverMax: null,
  ...extra,
});

describe('parsePage', () => {
  it.each([
    ['bare array', [{ id: 1 }], { count: null, next: null, serverMax: null }],
    ['counted', { count: 5, results: [{ id: 1 }] }, { count: 5 }],
    ['counted as text', { total_count: '5', data: [{ id: 1 }] }, { count: 5 }],
    [
      'full',
      { count: 5, next: '?offset=1', max_page_limit: 1, results: [{ id: 1 }] },
      { count: 5, next: '?offset=1', serverMax: 1 },
    ],
    ['count zero', { count: 0, results: [] }, { count: 0, rows: [] }],
  ])('%s', (_name, body, expected) => {
    expect(parsePage(ux, body)).toMatchObject({ rows: [{ id: 1 }], ...expected });
  });

  it('refuses an answer without a list', () => {
    expect(() => parsePage(ux, { status: 'success' })).toThrow(
      expect.objectContaining({ code: 'source_list_shape' }) as Error,
    );
  });
});

describe('pageQuery', () => {
  it('sends every cursor parameter together, or the only one that is heeded', () => {
    const third = { ...cursor, page: 3 };
    expect(pageQuery(ux, third)).toEqual({ items_per_page: '100', page: '3', offset: '200' });
    expect(pageQuery(ux, { ...third, mode: 'offset' })).toEqual({ items_per_page: '100', offset: '200' });
    expect(pageQuery(ux, { ...third, mode: 'unpaged' })).toEqual({});
    expect(otherModes(ux, 'all')).toEqual(['page', 'offset']);
    expect(otherModes(ux, 'page')).toEqual(['offset']);
  });
});

describe('shrunkSize', () => {
  it.each([
    ['a full page', page(100), cursor, null],
    ['the last page', page(30, { count: 30 }), cursor, null],
    ['an announced limit with more to come', page(50, { count: 200, serverMax: 50 }), cursor, 50],
    ['an unannounced limit with more to come', page(50, { count: 200 }), cursor, 50],
    ['a limit that is no limit of rows', page(100, { count: 8000, serverMax: 80 }), cursor, null],
    ['an announced limit without a count', page(50, { serverMax: 50 }), cursor, 50],
    ['a short page in the middle of a scan', page(99, { count: 500 }), { ...cursor, page: 2 }, null],
    ['an empty page', page(0, { count: 10 }), cursor, null],
  ])('%s', (_name, parsed, at, size) => {
    expect(shrunkSize(parsed, at, parsed.rows.length)).toBe(size);
  });
});

describe('continuation', () => {
  it.each([
    ['empty', page(0), cursor, 0, 'end'],
    ['a next link', page(5, { next: '?offset=5' }), cursor, 5, 'next'],
    ['counted and complete', page(100, { count: 100 }), cursor, 100, 'end'],
    ['counted and not complete', page(100, { count: 101 }), cursor, 100, 'next'],
    ['full without a count', page(100), cursor, 100, 'next'],
    ['a short first page without a count', page(40), cursor, 40, 'look_once_more'],
    ['a short later page without a count', page(40), { ...cursor, page: 2 }, 140, 'end'],
  ])('%s', (_name, parsed, at, seen, expected) => {
    expect(continuation(parsed, at, seen)).toBe(expected);
  });
});

describe('rows', () => {
  it('are the same whatever their order', () => {
    expect(sameRows(['a', 'b'], ['b', 'a'])).toBe(true);
    expect(sameRows(['a', 'b'], ['a', 'c'])).toBe(false);
    expect(sameRows(['a'], ['a', 'b'])).toBe(false);
  });

  it('inside rows are lifted out and told their parent', () => {
    const spec = profile.objects['service_catalogue_item'] as ObjectSpec;
    const tree = [
      {
        catalogue_id: '1',
        name: 'IT',
        children: [{ catalogue_id: '2', name: 'Mail', children: [{ catalogue_id: '3', parent_id: '2' }] }],
      },
      { catalogue_id: '4', name: 'HR', children: [] },
    ];
    expect(flattenNested(spec, tree)).toEqual([
      { catalogue_id: '1', name: 'IT' },
      { catalogue_id: '2', name: 'Mail', parent_id: '1' },
      { catalogue_id: '3', parent_id: '2' },
      { catalogue_id: '4', name: 'HR' },
    ]);
  });

  it('are filtered by class, as numbers or as text; a row without class is no asset', () => {
    const item = profile.objects['configuration_item'] as ObjectSpec;
    const asset = profile.objects['asset'] as ObjectSpec;
    const classes = [{ cmdb_class: 1 }, { cmdb_class: '2' }, { cmdb_class: 2 }, { cmdb_class: 3 }, {}];
    expect(classes.map((row) => passesFilter(item, row))).toEqual([true, false, false, false, true]);
    expect(classes.map((row) => passesFilter(asset, row))).toEqual([false, true, true, false, false]);
  });
});
