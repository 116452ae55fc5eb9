import type {
  NewConversationAttribute,
  NewDataAttribute,
} from '../../connectors/intercom/attribute-calls.ts';
import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { ConversationAttribute } from '../../connectors/intercom/schemas.ts';
import { isConnectionLoss } from '../../db/client.ts';
import { mirrorTeammates } from '../install/teammates.ts';
import { runExclusive } from '../runs/batch.ts';
import { RejectedError, messageOf } from '../../errors.ts';
import { attributesOf, type AttributeSpec } from '../../objects/attributes.ts';
import type { Deps } from '../deps.ts';
import { pinnedMap, type FrozenRun } from '../runs/frozen-run.ts';
import { actionFor } from '../failure-policy.ts';
import { findOrMake, intendedItems, type Item, type Maker } from './prepared-items.ts';
import { runClient } from '../runs/run-client.ts';
import { pauseForReason } from '../runs/run-control.ts';

/**
 * Makes what the maps need in the workspace: contact, company and conversation attributes (tags come with the records
 * that carry them). It looks before it creates, so it can be repeated; custom object types are people's work and were
 * proven before the run.
 */
export async function prepareRun(deps: Deps, workspaceId: string, runId: string): Promise<void> {
  const { sql } = deps.db;
  const isToDo = ({ prepared }: FrozenRun) => !prepared;
  await runExclusive(
    deps,
    { workspaceId, runId },
    'prepare',
    isToDo,
    async ({ run, signal, fence, token }) => {
      const client = await runClient(deps, run, 'workspace', fence);
      const preparing: Preparing = { deps, run, lease: token, client, signal };
      try {
        await meetTeammates(deps, run, client);
        const needed = await neededAttributes(deps, run);
        for (const model of ['contact', 'company'] as const)
          await prepareDataAttributes(preparing, model, needed);
        await prepareConversationAttributes(preparing, needed);
        await sql`update runs set prepared = true where id = ${runId} and workspace_id = ${workspaceId}`;
      } catch (error) {
        const { action } = actionFor(error, deps.clock.now(), 0);
        // Not for a person, for it is tried again or another worker is at it; or a dead token, of which every job says the same.
        if (action !== 'reject' && action !== 'crash') throw error;
        if (isConnectionLoss(error) || signal.aborted) throw error;
        await pauseForReason(sql, workspaceId, runId, `Preparing the workspace failed: ${messageOf(error)}`);
      }
    },
  );
}

/** Who was invited since the installation, as the readiness list asks for, speaks and is assigned as themselves. */
async function meetTeammates(deps: Deps, run: FrozenRun, client: IntercomClient): Promise<void> {
  const admins = await client.listAdmins();
  await deps.db.sql.begin((tx) => mirrorTeammates(tx, run.workspaceId, admins));
}

async function neededAttributes(deps: Deps, run: FrozenRun): Promise<AttributeSpec[]> {
  const specs = new Map<string, AttributeSpec>();
  for (const object of run.objects) {
    const { rules } = await pinnedMap(deps.db.sql, run, object);
    for (const spec of attributesOf(deps.registry.get(object), rules)) {
      const key = `${spec.model}:${spec.name}`;
      specs.set(key, merged(specs.get(key), spec));
    }
  }
  return [...specs.values()];
}

/** Two objects may share an attribute (people of both kinds): options are the union. */
function merged(known: AttributeSpec | undefined, spec: AttributeSpec): AttributeSpec {
  if (known?.options === undefined || spec.options === undefined) return spec;
  return { ...spec, options: [...new Set([...known.options, ...spec.options])] };
}

/** Contact and company attributes hold texts, not options, wherever a value could lie outside the list. */
const DATA_TYPES: Record<AttributeSpec['type'], NewDataAttribute['data_type']> = {
  string: 'string',
  text: 'string',
  integer: 'integer',
  decimal: 'float',
  boolean: 'boolean',
  datetime: 'datetime',
  list: 'string',
  relationship: 'string',
};

interface Preparing extends Maker {
  client: IntercomClient;
  signal: AbortSignal;
}

async function prepareDataAttributes(
  preparing: Preparing,
  model: 'contact' | 'company',
  needed: AttributeSpec[],
): Promise<void> {
  // Relationships from people to custom objects can only be made in Settings (Intercom API 2.16).
  const wanted = needed.filter((spec) => spec.model === model && spec.type !== 'relationship');
  if (wanted.length === 0) return;
  const { client, signal } = preparing;
  let existing = await client.listDataAttributes(model);
  const idOf = (attribute: { id?: string | undefined; name: string }) => attribute.id ?? attribute.name;
  const makings = wanted.map((spec) => ({
    item: itemOf(model, spec),
    find() {
      const found = existing.find(({ name, archived }) => name === spec.name && archived !== true);
      return found === undefined ? undefined : idOf(found);
    },
    async make() {
      const attribute = {
        name: spec.name,
        model,
        data_type: DATA_TYPES[spec.type],
        description: 'From Infraon Desk',
      };
      // A name stays taken while its attribute is archived, as a rollback leaves it (Intercom API 2.16, POST /data_attributes).
      const all = await client.listDataAttributes(model, { archivedToo: true });
      const archived = all.find(({ name, archived: is }) => name === spec.name && is === true)?.id;
      return idOf(
        archived === undefined
          ? await client.createDataAttribute(attribute)
          : await client.setDataAttributeArchived(archived, false),
      );
    },
  }));
  const relist = async () => void (existing = await client.listDataAttributes(model));
  await findOrMake(preparing, makings, relist, signal);
}

async function prepareConversationAttributes(preparing: Preparing, needed: AttributeSpec[]): Promise<void> {
  const wanted = needed.filter((spec) => spec.model === 'conversation');
  if (wanted.length === 0) return;
  const { client, signal } = preparing;
  let existing = await client.listConversationAttributes();
  const known = (spec: AttributeSpec) =>
    existing.find(({ name, archived }) => name === spec.name && archived !== true);
  const makings = wanted.map((spec) => ({
    item: itemOf('conversation', spec),
    find: () => known(spec)?.id,
    make: async () => (await client.createConversationAttribute(newConversationAttribute(spec))).id,
  }));
  const relist = async () => void (existing = await client.listConversationAttributes());
  await findOrMake(preparing, makings, relist, signal);
  for (const spec of wanted) {
    const found = known(spec);
    if (found === undefined) continue;
    if (spec.type === 'list') {
      await addMissingOptions(preparing, found, spec);
    } else if (found.data_type !== newConversationAttribute(spec).data_type) {
      throw new RejectedError(
        `Intercom already has a conversation attribute "${spec.name}" of type ${found.data_type ?? 'unknown'}; the map needs ${spec.type}. Rename the target in the map, or archive that attribute.`,
        { code: 'attribute_missing', field: spec.name },
      );
    }
  }
}

async function addMissingOptions(
  preparing: Preparing,
  attribute: ConversationAttribute,
  spec: AttributeSpec,
): Promise<void> {
  const { deps, run, client, signal } = preparing;
  let { options } = attribute;
  const idOf = (label: string) => {
    const found = options.find((each) => each.label === label && each.archived !== true);
    return found === undefined ? undefined : `${attribute.id}/${found.id ?? label}`;
  };
  const nameOf = (label: string) => `${attribute.name}: ${label}`;
  const intended = await intendedItems(deps.db.sql, run, OPTION_KIND);
  // Options that were there before are nobody's work: nothing is kept of them.
  const makings = (spec.options ?? [])
    .filter((label) => idOf(label) === undefined || intended.has(nameOf(label)))
    .map((label) => ({
      item: { kind: OPTION_KIND, name: nameOf(label), detail: { attribute: attribute.name } },
      find: () => idOf(label),
      async make() {
        ({ options } = await client.addConversationAttributeOption(attribute.id, label));
        return idOf(label) ?? `${attribute.id}/${label}`;
      },
    }));
  await findOrMake(
    preparing,
    makings,
    async () => {
      const again = await client.listConversationAttributes();
      options = again.find(({ id }) => id === attribute.id)?.options ?? [];
    },
    signal,
  );
}

function newConversationAttribute(spec: AttributeSpec): NewConversationAttribute {
  const base = { name: spec.name, description: 'From Infraon Desk' };
  const options = spec.options ?? [];
  switch (spec.type) {
    case 'text':
      return { ...base, data_type: 'string', multiline: true };
    case 'string':
      return { ...base, data_type: 'string', multiline: false };
    case 'list':
      // A list needs two options or more (Intercom API 2.16); with fewer it is a text.
      return options.length < 2
        ? { ...base, data_type: 'string' }
        : { ...base, data_type: 'list', options: options.map((label) => ({ label })) };
    case 'relationship':
      return {
        ...base,
        data_type: 'relationship',
        reference: {
          type: spec.references?.cardinality ?? 'many',
          object_type_id: spec.references?.type ?? '',
        },
      };
    case 'integer':
    case 'decimal':
    case 'boolean':
    case 'datetime':
      return { ...base, data_type: spec.type };
  }
}

function itemOf(kind: string, spec: AttributeSpec): Item {
  return { kind, name: spec.name, detail: { type: spec.type, options: spec.options ?? null } };
}

/** Kind of what is remembered of an option that was added to a list attribute. */
export const OPTION_KIND = 'conversation_option';
