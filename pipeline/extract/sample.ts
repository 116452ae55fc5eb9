import { enqueueAdvance } from '../../db/queue.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import { readFields } from '../../objects/read-fields.ts';
import { SELECTED } from '../runs/advance.ts';
import type { Deps } from '../deps.ts';
import { addToLedger } from './stage-rows.ts';
import { requireRun, type FrozenRun } from '../runs/frozen-run.ts';

type Raw = Record<string, unknown>;

/** Records of one object in a sample, unless the owner says otherwise. */
const DEFAULT_SIZE = 12;
/** Long texts and lists are as telling as rare values: they are put into classes by powers of this number. */
const SIZE_CLASS = 4;

/**
 * Chooses a sample that hits the hard cases: record by record, the one that shows most that was not seen yet — a field
 * that is filled or empty, a value of an enumeration, a length. What they refer to comes along when they are mapped.
 */
export async function selectSample(deps: Deps, workspaceId: string, runId: string): Promise<void> {
  const run = await requireRun(deps.db.sql, workspaceId, runId);
  if (run.kind !== 'sample' || run.extraction[SELECTED] !== undefined) return;
  const chosen = new Map<string, string[]>();
  for (const object of run.objects) {
    chosen.set(object, await chooseFrom(deps, run, deps.registry.get(object)));
  }
  await deps.db.sql.begin(async (tx) => {
    for (const [object, ids] of chosen) await addToLedger(tx, run, object, ids);
    await tx`update runs set extraction = extraction || ${JSON.stringify({ [SELECTED]: true })}::jsonb where id = ${runId}`;
    await enqueueAdvance(tx, { workspaceId, runId });
  });
}

async function chooseFrom(deps: Deps, run: FrozenRun, definition: ObjectDefinition): Promise<string[]> {
  const size = run.sampleSize ?? DEFAULT_SIZE;
  const seen = new Set<string>();
  const chosen: string[] = [];
  const reserve: string[] = [];
  const scan = deps.db.sql<{ sourceId: string; raw: Raw }[]>`
    select source_id as "sourceId", raw from source_records
    where workspace_id = ${run.workspaceId} and object = ${definition.name} and excluded is null and seen_in_run = ${run.id}
    order by seq`;
  // One pass with a falling bar: the first rows show nearly everything, later ones must show something rare.
  for await (const rows of scan.cursor(500)) {
    for (const row of rows) {
      const news = featuresOf(row.raw, definition, run.settings.source_timezone).filter(
        (feature) => !seen.has(feature),
      );
      if (news.length > 0 && chosen.length < size) {
        chosen.push(row.sourceId);
        for (const feature of news) seen.add(feature);
      } else if (reserve.length < size) {
        reserve.push(row.sourceId);
      }
    }
  }
  return [...chosen, ...reserve].slice(0, size);
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
