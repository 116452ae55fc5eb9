import type { ObjectDefinition } from '../../objects/define-object.ts';
import { readFields } from '../../objects/read-fields.ts';
import { SELECTED } from '../runs/advance.ts';
import type { Deps } from '../deps.ts';
import { addToLedger } from './stage-rows.ts';
import { runExclusive } from '../runs/batch.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { chooseVaried, type Candidate } from './choose-varied.ts';

type Raw = Record<string, unknown>;

/** Records of one object in a sample, unless the owner says otherwise. */
const DEFAULT_SIZE = 12;
/** Long texts and lists are as telling as rare values: they are put into classes by powers of this number. */
const SIZE_CLASS = 4;

/** Rows of one object that are looked at, spread evenly over all of them; each costs the better part of a millisecond. */
const LOOKED_AT = 1_000;
/** And so many of the longest rows, wherever they are. */
const LONGEST = 100;

/**
 * Chooses a sample that hits the hard cases: records that together show most of what there is to see – a field that is
 * filled or empty, a value of an enumeration, a length. What they refer to comes along when they are mapped. One worker
 * chooses; the gate may ask for it again meanwhile.
 */
export async function selectSample(deps: Deps, workspaceId: string, runId: string): Promise<void> {
  const isToDo = ({ kind, extraction }: FrozenRun) => kind === 'sample' && extraction[SELECTED] === undefined;
  await runExclusive(deps, { workspaceId, runId }, 'select', isToDo, async ({ run, signal }) => {
    const chosen = new Map<string, string[]>();
    for (const object of run.objects) {
      if (signal.aborted) return;
      chosen.set(object, await chooseFrom(deps, run, deps.registry.get(object)));
    }
    await deps.db.sql.begin(async (tx) => {
      const marked = await tx`
        update runs set extraction = extraction || ${JSON.stringify({ [SELECTED]: true })}::jsonb
        where id = ${runId} and workspace_id = ${workspaceId} and not extraction ? ${SELECTED} returning 1`;
      if (marked.length === 0) return;
      for (const [object, ids] of chosen) await addToLedger(tx, run, object, ids);
    });
  });
}

async function chooseFrom(deps: Deps, run: FrozenRun, definition: ObjectDefinition): Promise<string[]> {
  const candidates: Candidate[] = [];
  const scan = deps.db.sql<{ sourceId: string; raw: Raw }[]>`
    with there as (
      select seq, row_number() over (order by seq) - 1 as place, count(*) over () as all_of_them,
        row_number() over (order by pg_column_size(raw) desc, seq) as by_length
      from source_records
      where workspace_id = ${run.workspaceId} and object = ${definition.name} and excluded is null and seen_in_run = ${run.id}
    )
    select r.source_id as "sourceId", r.raw from source_records r join there using (seq)
    where r.workspace_id = ${run.workspaceId} and r.object = ${definition.name}
      and (place % ceil(all_of_them / ${LOOKED_AT}::numeric)::bigint = 0 or by_length <= ${LONGEST})
    order by seq`;
  for await (const rows of scan.cursor(500)) {
    for (const { sourceId, raw } of rows)
      candidates.push({ id: sourceId, features: featuresOf(raw, definition, run.settings.source_timezone) });
  }
  return chooseVaried(candidates, run.sampleSize ?? DEFAULT_SIZE);
}

function featuresOf(raw: Raw, definition: ObjectDefinition, timezone: string): string[] {
  const values = readFields(raw, definition, { timezone });
  return definition.fields.flatMap((field) => {
    const value = values[field.key];
    if (value === undefined || value === null || value === '') return [`${field.key}:empty`];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    switch (field.type) {
      case 'enum':
      case 'boolean':
        return [`${field.key}=${text}`];
      case 'list':
      case 'references':
      case 'thread':
      case 'files':
        return [`${field.key}#${sizeClass(Array.isArray(value) ? value.length : 1)}`];
      case 'string':
      case 'html':
        return [`${field.key}#${sizeClass(text.length)}`];
      case 'email':
        return [`${field.key}:${text.includes('*') ? 'masked' : 'filled'}`];
      case 'integer':
      case 'decimal':
      case 'datetime':
      case 'phone':
      case 'reference':
        return [`${field.key}:filled`];
    }
  });
}

function sizeClass(size: number): number {
  return Math.floor(Math.log(Math.max(1, size)) / Math.log(SIZE_CLASS));
}
