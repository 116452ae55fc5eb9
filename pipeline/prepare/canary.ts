import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { CustomObjectInstance } from '../../connectors/intercom/schemas.ts';
import { messageOf } from '../../errors.ts';
import type { SchemaType } from '../../objects/attributes.ts';
import { RESOURCES } from '../../objects/resources.ts';
import {
  isRefusal,
  probeType,
  removeAll,
  removeCanary,
  upsertCanary,
  type CanaryVerdict,
} from './canary-instance.ts';
import { canaryValue, isKept, type SheetAttribute } from './canary-values.ts';

/** Options proven per list, one write each. */
const MAX_OPTION_ROUNDS = 50;

interface Canary {
  type: SchemaType;
  /** Intercom's id of the canary instance. */
  id: string;
  problems: Problems;
  /** References that exist but had nothing to point at yet. */
  untried: string[];
}

/** What is wrong with each attribute, by its name, as the rest of a sentence; '' for the type as a whole. */
type Problems = Map<string, string>;

/**
 * Proves every type of the sheet: a canary instance with a value for every attribute is written, read back, compared
 * and deleted, whatever happens in between. References between types are proven with each other's canaries.
 * @param records a contact and a conversation that the migration made, by reference type, for references to those.
 */
export async function proveTypes(
  client: IntercomClient,
  types: readonly SchemaType[],
  now: Date,
  records: ReadonlyMap<string, string> = new Map(),
): Promise<Map<string, CanaryVerdict>> {
  const verdicts = new Map<string, CanaryVerdict>();
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const canaries: Canary[] = [];
  const touched: SchemaType[] = [];
  try {
    for (const type of types) {
      const absent = await probeType(client, type);
      if (absent !== null) {
        verdicts.set(type.identifier, absent);
        continue;
      }
      touched.push(type);
      await removeCanary(client, type);
      const canary = await writeCanary(client, type, nowSeconds);
      if ('state' in canary) verdicts.set(type.identifier, canary);
      else canaries.push(canary);
    }
    for (const canary of canaries) {
      await proveReferences(client, canary, canaries, records);
    }
  } finally {
    const left = await removeAll(client, touched);
    for (const canary of canaries) {
      const kept = left.get(canary.type.identifier);
      if (kept !== undefined) canary.problems.set('', `the canary instance could not be deleted: ${kept}`);
    }
  }
  for (const canary of canaries) verdicts.set(canary.type.identifier, verdictOf(canary));
  return verdicts;
}

function verdictOf(canary: Canary): CanaryVerdict {
  const { type, problems, untried } = canary;
  if (problems.size > 0) {
    const formats = new Map(type.attributes.map((attribute) => [attribute.name, attribute.format]));
    const named = [...problems].map(([name, problem]) =>
      name === '' ? problem : `"${name}" (${formats.get(name) ?? 'attribute'}) ${problem}`,
    );
    return { state: 'incomplete', detail: `${type.name}: ${named.join('; ')}.` };
  }
  const count = type.attributes.length;
  return {
    state: 'proven',
    detail: `A canary instance kept ${count === 1 ? 'its attribute' : `all ${count} attributes`} and was deleted.${untriedText(untried)}`,
  };
}

function untriedText(untried: readonly string[]): string {
  if (untried.length === 0) return '';
  const names = untried.map((name) => `"${name}"`).join(', ');
  return ` Of ${names} only that they exist: there is no migrated record yet that they could point at. The sample reads them back.`;
}

async function writeCanary(
  client: IntercomClient,
  type: SchemaType,
  nowSeconds: number,
): Promise<Canary | CanaryVerdict> {
  const values = new Map<SheetAttribute, unknown>();
  for (const attribute of type.attributes) {
    const value = canaryValue(attribute, nowSeconds);
    if (value !== undefined) values.set(attribute, value);
  }
  const written = Object.fromEntries([...values].map(([attribute, value]) => [attribute.name, value]));
  const problems: Problems = new Map();
  let created: CustomObjectInstance;
  try {
    created = await upsertCanary(client, type, written);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const one = await writeOneByOne(client, type, values, problems);
    if ('state' in one) return one;
    created = one;
  }
  const read = ((await client.getInstance(type.identifier, created.id)) ?? created).custom_attributes;
  const lostOptions = new Map<string, string[]>();
  for (const [attribute, value] of values) {
    const { name } = attribute;
    if (problems.has(name) || isKept(attribute, value, read[name])) continue;
    if (attribute.format === 'list') lostOptions.set(name, [String(value)]);
    else problems.set(name, droppedProblem(value, read[name]));
  }
  await proveOptions(client, type, problems, lostOptions);
  return { type, id: created.id, problems, untried: [] };
}

function droppedProblem(written: unknown, read: unknown): string {
  if (read === undefined || read === null) return 'was dropped';
  return `came back as ${JSON.stringify(read)} instead of ${JSON.stringify(written)}`;
}

/** A refusal names one attribute at most: written one at a time, each is accepted or named. */
async function writeOneByOne(
  client: IntercomClient,
  type: SchemaType,
  values: Map<SheetAttribute, unknown>,
  problems: Problems,
): Promise<CustomObjectInstance | CanaryVerdict> {
  let last: CustomObjectInstance;
  try {
    last = await upsertCanary(client, type, {});
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return {
      state: 'incomplete',
      detail: `${type.name}: Intercom refuses an instance: ${messageOf(error)}.`,
    };
  }
  for (const [attribute, value] of values) {
    try {
      last = await upsertCanary(client, type, { [attribute.name]: value });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      problems.set(attribute.name, `was refused: ${messageOf(error)}`);
    }
  }
  return last;
}

/**
 * A list value without a matching option clears the attribute silently (Intercom, custom object instance model), so
 * every option is written once, one of each list at a time.
 * @param lost options found missing when the canary was written with the first of each list.
 */
async function proveOptions(
  client: IntercomClient,
  type: SchemaType,
  problems: Problems,
  lost: Map<string, string[]>,
): Promise<void> {
  const lists = type.attributes.filter(({ format, name }) => format === 'list' && !problems.has(name));
  const longest = Math.max(0, ...lists.map((attribute) => attribute.options?.length ?? 0));
  for (let round = 1; round < Math.min(MAX_OPTION_ROUNDS, longest); round += 1) {
    const written = new Map<SheetAttribute, string>();
    for (const attribute of lists) {
      const option = attribute.options?.[round];
      if (option !== undefined) written.set(attribute, option);
    }
    const values = Object.fromEntries([...written].map(([{ name }, option]) => [name, option]));
    let read: Record<string, unknown> = {};
    try {
      read = (await upsertCanary(client, type, values)).custom_attributes;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    for (const [attribute, option] of written) {
      if (isKept(attribute, option, read[attribute.name])) continue;
      lost.set(attribute.name, [...(lost.get(attribute.name) ?? []), option]);
    }
  }
  for (const [name, options] of lost) {
    const all = lists.find((attribute) => attribute.name === name)?.options?.length;
    problems.set(name, options.length === all ? 'was dropped' : `does not take ${options.join(', ')}`);
  }
}

/** Reference types whose records are people's, not ours to make up. */
const PEOPLES_RECORDS = new Set(
  Object.values(RESOURCES).flatMap(({ referenceType }) =>
    referenceType === undefined ? [] : [referenceType],
  ),
);

/**
 * A reference is proven with the canary of the type it points at, itself for a self-reference; one to contacts or
 * conversations with a record of the migration, or emptily before there is one.
 */
async function proveReferences(
  client: IntercomClient,
  canary: Canary,
  canaries: readonly Canary[],
  records: ReadonlyMap<string, string>,
): Promise<void> {
  const { type, problems, untried } = canary;
  for (const attribute of type.attributes) {
    if (attribute.format !== 'reference') continue;
    const wanted = attribute.references?.type ?? '';
    const target = canaries.find((other) => other.type.identifier === wanted)?.id ?? records.get(wanted);
    const empty = target === undefined && PEOPLES_RECORDS.has(wanted);
    if (target === undefined && !empty) {
      problems.set(attribute.name, `cannot be proven before the type ${wanted} exists`);
      continue;
    }
    try {
      await upsertCanary(client, type, { [attribute.name]: target === undefined ? [] : [target] });
      if (target === undefined) {
        untried.push(attribute.name);
        continue;
      }
      const read = await client.getInstance(type.identifier, canary.id);
      if (!isKept(attribute, target, read?.custom_attributes[attribute.name])) {
        problems.set(attribute.name, 'was dropped');
      }
    } catch (error) {
      if (!isRefusal(error)) throw error;
      problems.set(attribute.name, `was refused: ${messageOf(error)}`);
    }
  }
}
