import { ALL_CURSORS, pageQuery, parsePage } from '../paging.ts';
import { firstText } from '../paths.ts';
import type { Query } from '../read-guard.ts';
import type { ListSample, ProbeContext } from './context.ts';

const SORT_PAGE_SIZE = 10;

function stampOf(text: string | null): number | null {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? null : at;
}

async function stamps(
  context: ProbeContext,
  sample: ListSample,
  paths: string[],
  sort: Query,
  page: number,
): Promise<number[]> {
  const mode = context.pinned.cursors[sample.object] ?? ALL_CURSORS;
  const reply = await context.transport.get({
    kind: 'list',
    template: sample.spec.list.path,
    query: {
      ...sample.spec.list.query,
      ...sort,
      ...pageQuery(sample.paging, { size: SORT_PAGE_SIZE, page, mode }),
    },
  });
  const { rows } = parsePage(sample.paging, reply.body);
  return rows.map((row) => stampOf(firstText(row, paths))).filter((at) => at !== null);
}

function isOrdered(values: readonly number[], direction: 1 | -1): boolean {
  return values.every(
    (value, index) => index === 0 || (value - (values[index - 1] ?? value)) * direction >= 0,
  );
}

function fill(query: Query, field: string): Query {
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => [key, value.replace('{field}', field)]),
  );
}

/** Proven only if both directions come out as asked: a list that happens to lie in one order proves nothing. */
async function isHonoured(
  context: ProbeContext,
  sample: ListSample,
  paths: string[],
  desc: Query,
  asc: Query,
): Promise<boolean> {
  const down = await stamps(context, sample, paths, desc, 1);
  const up = await stamps(context, sample, paths, asc, 1);
  const [newest, oldest] = [down[0], up[0]];
  if (newest === undefined || oldest === undefined || newest <= oldest) return false;
  if (!isOrdered(down, -1) || !isOrdered(up, 1)) return false;
  return isOrdered([...down, ...(await stamps(context, sample, paths, desc, 2))], -1);
}

/** The queries that give both directions of an order by a stamp; null when no spelling is honoured or too few rows tell. */
export async function findSort(
  context: ProbeContext,
  sample: ListSample,
  paths: string[] | undefined,
): Promise<{ desc: Query; asc: Query } | null> {
  const field = paths?.[0]?.split('.').at(-1);
  if (paths === undefined || field === undefined) return null;
  const distinct = new Set(sample.rows.map((row) => firstText(row, paths)).filter((text) => text !== null));
  if (distinct.size < 2) return null;
  for (const candidate of context.deps.profile.sorting) {
    const [desc, asc] = [fill(candidate.desc, field), fill(candidate.asc, field)];
    if (await isHonoured(context, sample, paths, desc, asc)) return { desc, asc };
  }
  return null;
}
