import type { ObjectSpec } from '../../connectors/infraon/profile.ts';
import type { InfraonClient } from '../../connectors/infraon/types.ts';
import { AppError, AuthError, NotFoundError, RejectedError, SchemaError, messageOf } from '../../errors.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { Raw } from '../../objects/paths.ts';
import { readFields } from '../../objects/read-fields.ts';
import { textOf } from '../../objects/read-values.ts';
import { discoverDerived } from './discover-derived.ts';
import {
  isReferredTo,
  openDerivations,
  qualityContext,
  type DiscoveryContext,
  type ObjectReading,
} from './discovery-context.ts';
import { combineInventories, createFieldInventory } from './discovery-fields.ts';
import { createShapeTally } from './estimate.ts';
import { createQualityCheck, mergeFindings, type QualityFinding } from './quality.ts';
import {
  exclusionOf,
  hasMoreThanRow,
  keyOf,
  pagesOf,
  readFullRecord,
  type SourceKey,
} from '../source/read-source.ts';
import { createVariedSample } from '../extract/spread-sample.ts';

/** Details are read side by side; the client's own gate decides how many really are. */
const DETAIL_READERS = 8;
const MAX_EXAMPLES = 5;

interface Counts {
  all: number;
  excluded: Map<string, SourceKey[]>;
  excludedCount: Map<string, number>;
  unidentified: number;
}

function specOf(client: InfraonClient, object: string): ObjectSpec {
  const spec = client.profile.objects[object];
  if (spec === undefined) {
    throw new SchemaError(`The connection's profile describes no ${object}`, {
      code: 'source_not_described',
    });
  }
  return spec;
}

/** Joined look-ups are decoration: an account that may not read them still has its records discovered. */
async function joined(
  client: InfraonClient,
  object: string,
  rows: Raw[],
  problems: Set<string>,
): Promise<Raw[]> {
  try {
    return await client.join(object, rows);
  } catch (error) {
    const lookupRefused =
      error instanceof AuthError ||
      error instanceof NotFoundError ||
      error instanceof RejectedError ||
      error instanceof SchemaError;
    if (!lookupRefused) throw error;
    problems.add(`Look-ups beside ${object.replaceAll('_', ' ')} could not be read: ${messageOf(error)}.`);
    return rows;
  }
}

/** Walks the complete list of one object, then reads a sample of full records. Holds aggregates and the sample only. */
export async function discoverObject(
  definition: ObjectDefinition,
  context: DiscoveryContext,
): Promise<ObjectReading> {
  if (definition.source.kind === 'derived') return discoverDerived(definition, context);
  const { object } = definition.source;
  const problems = new Set<string>();
  const list = await readList(definition, object, context, problems);
  const full = hasMoreThanRow(context.client, definition)
    ? await readSample(definition, object, list.sample, context, problems)
    : { records: list.sample.map(({ row, key }) => ({ raw: row, key })), failures: [] };

  const { inventory, quality, add } = gatherer(definition, object, context);
  const shape = createShapeTally(definition);
  for (const { raw, key } of full.records) shape.add(add(raw, key));
  const onlyInFull = (field: string | null) =>
    field !== null && list.inventory.filled(field) === 0 && inventory.filled(field) > 0;
  return {
    document: {
      object: definition.name,
      count: list.counts.all,
      fields: combineInventories(list.inventory, inventory),
      quality: mergeFindings([
        list.quality.findings((field) => !onlyInFull(field)),
        quality.findings(onlyInFull),
        countFindings(list.counts),
        full.failures,
      ]),
    },
    samples: full.records.map(({ raw }) => raw),
    shape: shape.average(),
    movable: list.movable,
    problems: [...problems],
  };
}

/** Every row of the list once, with what can be told from rows alone, and some of each variant to be read in full. */
async function readList(
  definition: ObjectDefinition,
  object: string,
  context: DiscoveryContext,
  problems: Set<string>,
) {
  const { client, signal } = context;
  const spec = specOf(client, object);
  const { inventory, quality, add } = gatherer(definition, object, context);
  const sample = createVariedSample<{ row: Raw; key: SourceKey }>(context.sampleSize);
  const counts: Counts = { all: 0, excluded: new Map(), excludedCount: new Map(), unidentified: 0 };
  const seen = new Set<string>();
  const ids = new Set<string>();
  const derivations = openDerivations(definition, context);

  for await (const page of pagesOf(client, object, signal)) {
    signal?.throwIfAborted();
    for (const row of await joined(client, object, page.rows, problems)) {
      const key = keyOf(spec, row);
      if (key === null) {
        counts.unidentified += 1;
        continue;
      }
      if (seen.has(key.sourceId)) continue;
      seen.add(key.sourceId);
      counts.all += 1;
      const exclusion = exclusionOf(spec, row);
      if (exclusion !== null) {
        exclude(counts, exclusion, key);
        continue;
      }
      ids.add(key.sourceId);
      const values = add(row, key);
      sample.add({ row, key }, textOf(values[definition.variants ?? '']) ?? '');
      for (const derivation of derivations.values()) derivation.add(row);
    }
  }
  if (isReferredTo(context.registry, definition.name)) context.ids.set(definition.name, ids);
  for (const [name, derivation] of derivations) context.derivations.set(name, derivation);
  return { inventory, quality, counts, movable: ids.size, sample: sample.take() };
}

/** What is learnt of records as they pass by, one at a time. */
function gatherer(definition: ObjectDefinition, object: string, context: DiscoveryContext) {
  const { timezone } = context;
  const paths = context.fieldPaths(object);
  const inventory = createFieldInventory(definition, timezone, paths);
  const quality = createQualityCheck(definition, qualityContext(context));
  return {
    inventory,
    quality,
    add: (raw: Raw, key: SourceKey): Record<string, unknown> => {
      const values = readFields(raw, definition, { timezone, paths });
      inventory.add(raw, values);
      quality.add(raw, values, shownAs(definition, values, key));
      return values;
    },
  };
}

/** What people call a record: its number, else the module's display field unless that is somebody's name. */
function shownAs(definition: ObjectDefinition, values: Record<string, unknown>, key: SourceKey): SourceKey {
  const field = definition.fields.find((candidate) => candidate.key === definition.displayField);
  const value = field === undefined || field.personal === true ? undefined : values[field.key];
  return key.displayId !== null || typeof value !== 'string' ? key : { ...key, displayId: value };
}

function exclude(counts: Counts, exclusion: string, key: SourceKey): void {
  const examples = counts.excluded.get(exclusion) ?? [];
  if (examples.length < MAX_EXAMPLES) examples.push(key);
  counts.excluded.set(exclusion, examples);
  counts.excludedCount.set(exclusion, (counts.excludedCount.get(exclusion) ?? 0) + 1);
}

function countFindings(counts: Counts): QualityFinding[] {
  const findings: QualityFinding[] = [...counts.excluded].map(([exclusion, keys]) => ({
    code: `excluded_${exclusion}`,
    count: counts.excludedCount.get(exclusion) ?? 0,
    examples: keys.map((key) => ({ source_id: key.sourceId, display_id: key.displayId, value: null })),
  }));
  if (counts.unidentified > 0) {
    findings.push({ code: 'source_unreadable', count: counts.unidentified, examples: [] });
  }
  return findings;
}

/**
 * Full records of the sampled rows. One that cannot be read is a finding; a connection that no longer works ends the
 * object.
 */
async function readSample(
  definition: ObjectDefinition,
  object: string,
  taken: { row: Raw; key: SourceKey }[],
  context: DiscoveryContext,
  problems: Set<string>,
): Promise<{ records: { raw: Raw; key: SourceKey }[]; failures: QualityFinding[] }> {
  const records: ({ raw: Raw; key: SourceKey } | undefined)[] = [];
  const failures: { key: SourceKey; reason: string }[] = [];
  let next = 0;
  async function reader(): Promise<void> {
    for (let index = next++; index < taken.length; index = next++) {
      const item = taken[index];
      if (item === undefined) return;
      context.signal?.throwIfAborted();
      try {
        const full = await readFullRecord(context.client, definition, item.row, item.key.sourceId);
        const [raw] = await joined(context.client, object, [full], problems);
        records[index] = { raw: raw ?? full, key: item.key };
      } catch (error) {
        const ends =
          error instanceof AuthError || (error instanceof AppError && error.code === 'source_circuit_open');
        if (ends || !(error instanceof AppError)) throw error;
        failures.push({ key: item.key, reason: messageOf(error) });
      }
    }
  }
  await Promise.all(Array.from({ length: DETAIL_READERS }, reader));
  const examples = failures.slice(0, MAX_EXAMPLES).map(({ key, reason }) => ({
    source_id: key.sourceId,
    display_id: key.displayId,
    value: reason,
  }));
  return {
    records: records.filter((record) => record !== undefined),
    failures: failures.length === 0 ? [] : [{ code: 'source_unreadable', count: failures.length, examples }],
  };
}
