import { mapRecord } from '../../objects/map-record.ts';
import { ObjectMap } from '../../objects/mapping.ts';
import { loadRegistry } from '../../objects/registry.ts';
import type { BenchStage } from './bench-stage.ts';
import { WORKSPACE } from './intercom.ts';
import { rounded, type Report } from './figures.ts';

const RECORDS_PER_OBJECT = 1_000;
const LONG_ENOUGH_MS = 3_000;

/** Mapping alone, on the records and the approved maps of the load; the reference reads and writes the same as JSON. */
export async function benchMapping(report: Report, stage: BenchStage): Promise<void> {
  const { sql } = stage.db;
  const registry = await loadRegistry();
  const work: { text: string; map: (raw: Record<string, unknown>) => void }[] = [];
  for (const definition of registry.all()) {
    const maps = await sql`
      select rules, unmapped from object_maps where workspace_id = ${WORKSPACE} and object = ${definition.name}
      order by version desc limit 1`;
    if (maps.length === 0) continue;
    const { rules } = ObjectMap.parse(maps[0]);
    const rows = await sql<{ raw: string }[]>`
      select raw::text as raw from source_records where workspace_id = ${WORKSPACE} and object = ${definition.name}
      order by seq limit ${RECORDS_PER_OBJECT}`;
    const context = { timezone: 'UTC', now: new Date(), companyRule: 'organization_name' } as const;
    const map = (raw: Record<string, unknown>) => void mapRecord(raw, definition, rules, context);
    for (const { raw } of rows) work.push({ text: raw, map });
  }
  const raws = work.map(({ text, map }) => ({ raw: JSON.parse(text) as Record<string, unknown>, map }));
  const mapped = perSecond(raws, ({ raw, map }) => map(raw));
  const copied = perSecond(work, ({ text }) => void JSON.stringify(JSON.parse(text)));
  report.figure('map_records_per_second', mapped, 'records/s', {
    records: work.length,
    json_round_trips_per_second: rounded(copied, 1),
    ratio: rounded(mapped / copied),
  });
}

function perSecond<T>(items: readonly T[], work: (item: T) => void): number {
  for (const item of items) work(item);
  const startedAt = performance.now();
  let done = 0;
  while (performance.now() - startedAt < LONG_ENOUGH_MS) {
    for (const item of items) work(item);
    done += items.length;
  }
  return done / ((performance.now() - startedAt) / 1000);
}
