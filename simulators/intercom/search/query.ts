import type { ApiContext } from '../context.ts';
import { ApiFailure, invalid } from '../failure.ts';
import { fieldsOf, isFields, sizeOf, type Fields } from '../request-fields.ts';
import { compileFilter, type FieldSpec } from './operators.ts';

export interface SearchRequest<T> {
  matches: (record: T) => boolean;
  /** Equality filters that every match fulfils, for picking an index. */
  equals: { field: string; value: string }[];
  sort: { field: string; ascending: boolean } | null;
  perPage: number;
  startingAfter: string | null;
}

export type FieldLookup<T> = (field: string) => FieldSpec<T> | null;

const LARGEST_GROUP = 15;
const DEEPEST_NESTING = 2;
const LARGEST_PAGE = 150;

/** Reads `{query, pagination, sort}`: at most two levels of groups and fifteen filters in each. */
export function readSearch<T>(
  context: ApiContext,
  lookup: FieldLookup<T>,
  defaultPage: number,
): SearchRequest<T> {
  const fields = fieldsOf(context);
  const { query, pagination, sort } = fields;
  if (!isFields(query))
    throw new ApiFailure(400, 'parameter_not_found', 'query not specified', { field: 'query' });
  const equals: { field: string; value: string }[] = [];
  const matches = compile(query, lookup, 1, equals);
  const paging = isFields(pagination) ? pagination : {};
  const startingAfter = paging['starting_after'];
  return {
    matches,
    equals,
    sort: readSort(sort),
    perPage: sizeOf(paging['per_page'], defaultPage, LARGEST_PAGE),
    startingAfter: typeof startingAfter === 'string' ? startingAfter : null,
  };
}

function readSort(sort: unknown): { field: string; ascending: boolean } | null {
  if (sort === undefined || sort === null) return null;
  if (!isFields(sort) || typeof sort['field'] !== 'string')
    throw invalid('sort needs a field and an order', 'sort');
  const { order } = sort;
  if (order !== undefined && order !== 'ascending' && order !== 'descending') {
    throw new ApiFailure(400, 'invalid_sort_order', `'${JSON.stringify(order)}' is not a valid sort order`);
  }
  return { field: sort['field'], ascending: order === 'ascending' };
}

function compile<T>(
  query: Fields,
  lookup: FieldLookup<T>,
  level: number,
  equals: { field: string; value: string }[] | null,
): (record: T) => boolean {
  const { operator, value } = query;
  if (operator === 'AND' || operator === 'OR') {
    if (level > DEEPEST_NESTING) throw invalid('Queries can be nested at most 2 levels deep', 'query');
    if (!Array.isArray(value) || value.length === 0)
      throw invalid(`${operator} needs an array of filters`, 'query');
    if (value.length > LARGEST_GROUP) throw invalid('A group can have at most 15 filters', 'query');
    const inner = operator === 'AND' || value.length === 1 ? equals : null;
    const parts = value.map((item: unknown) => {
      if (!isFields(item)) throw invalid('A filter is an object', 'query');
      return compile(item, lookup, level + 1, inner);
    });
    return operator === 'AND'
      ? (record) => parts.every((part) => part(record))
      : (record) => parts.some((part) => part(record));
  }
  const { field } = query;
  if (typeof field !== 'string') throw invalid('A filter needs a field', 'query');
  const spec = lookup(field);
  if (spec === null) throw invalid(`'${field}' is not a searchable field`, field);
  if (operator === '=' && typeof value === 'string') equals?.push({ field, value });
  return compileFilter(field, spec, operator, value);
}
