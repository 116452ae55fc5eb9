import type {
  IntercomClient,
  NewConversationAttribute,
  NewDataAttribute,
} from '../connectors/intercom/client.ts';
import { runExclusive } from './batch.ts';
import { RejectedError, messageOf } from '../errors.ts';
import { attributesOf, type AttributeSpec } from '../objects/attributes.ts';
import { countCall } from './count-calls.ts';
import type { Deps } from './deps.ts';
import { pinnedMap, requireRun, type FrozenRun } from './frozen-run.ts';
import { intercomFor } from './intercom-access.ts';
import { actionFor } from './failure-policy.ts';
import { pauseForReason } from './run-control.ts';
import { WORKING_STATES } from './run-state.ts';

/**
 * Makes what the maps need in the workspace: contact, company and conversation attributes (tags come with the records
 * that carry them). It looks before it creates, so it can be repeated; custom object types are people's work and were
 * proven before the run.
 */
export async function prepareRun(deps: Deps, workspaceId: string, runId: string): Promise<void> {
  const { sql } = deps.db;
  const run = await requireRun(sql, workspaceId, runId);
  if (run.prepared || !WORKING_STATES.includes(run.state)) return;
  await runExclusive(deps, run, 'prepare', async (_signal, fence) => {
    const { client } = await intercomFor(
      deps,
      workspaceId,
      deps.rateGates(workspaceId),
      countCall(deps, run, 'workspace'),
      fence.check,
    );
    try {
      const needed = await neededAttributes(deps, run);
      for (const model of ['contact', 'company'] as const)
        await prepareDataAttributes(deps, run, client, model, needed);
      await prepareConversationAttributes(deps, run, client, needed);
      await sql`update runs set prepared = true where id = ${runId} and workspace_id = ${workspaceId}`;
    } catch (error) {
      if (actionFor(error, deps.clock.now(), 0).action === 'retry') throw error;
      await pauseForReason(sql, workspaceId, runId, `Preparing the workspace failed: ${messageOf(error)}`);
    }
  });
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

async function prepareDataAttributes(
  deps: Deps,
  run: FrozenRun,
  client: IntercomClient,
  model: 'contact' | 'company',
  needed: AttributeSpec[],
): Promise<void> {
  // Relationships from people to custom objects can only be made in Settings (Intercom API 2.16).
  const wanted = needed.filter((spec) => spec.model === model && spec.type !== 'relationship');
  if (wanted.length === 0) return;
  const existing = await client.listDataAttributes(model);
  for (const spec of wanted) {
    const found = existing.find((attribute) => attribute.name === spec.name && attribute.archived !== true);
    const attribute =
      found ??
      (await client.createDataAttribute({
        name: spec.name,
        model,
        data_type: DATA_TYPES[spec.type],
        description: 'From Infraon Desk',
      }));
    await remember(deps, run, model, spec, attribute.id ?? spec.name, found === undefined);
  }
}

async function prepareConversationAttributes(
  deps: Deps,
  run: FrozenRun,
  client: IntercomClient,
  needed: AttributeSpec[],
): Promise<void> {
  const wanted = needed.filter((spec) => spec.model === 'conversation');
  if (wanted.length === 0) return;
  const existing = await client.listConversationAttributes();
  for (const spec of wanted) {
    const found = existing.find((attribute) => attribute.name === spec.name && attribute.archived !== true);
    if (found === undefined) {
      const created = await client.createConversationAttribute(newConversationAttribute(spec));
      await remember(deps, run, 'conversation', spec, created.id, true);
      continue;
    }
    if (spec.type === 'list') {
      const labels = new Set(
        found.options.filter((option) => option.archived !== true).map((option) => option.label),
      );
      for (const option of spec.options ?? []) {
        if (!labels.has(option)) await client.addConversationAttributeOption(found.id, option);
      }
    } else if (found.data_type !== newConversationAttribute(spec).data_type) {
      throw new RejectedError(
        `Intercom already has a conversation attribute "${spec.name}" of type ${found.data_type ?? 'unknown'}; the map needs ${spec.type}. Rename the target in the map, or archive that attribute.`,
        { code: 'attribute_missing', field: spec.name },
      );
    }
    await remember(deps, run, 'conversation', spec, found.id, false);
  }
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

async function remember(
  deps: Deps,
  run: FrozenRun,
  kind: string,
  spec: AttributeSpec,
  id: string,
  created: boolean,
): Promise<void> {
  await deps.db.sql`
    insert into prepared_items (workspace_id, kind, name, destination_id, origin, detail, run_id)
    values (${run.workspaceId}, ${kind}, ${spec.name}, ${id}, ${created ? 'created' : 'adopted'},
      ${JSON.stringify({ type: spec.type, options: spec.options ?? null })}::jsonb, ${run.id})
    on conflict (workspace_id, kind, name) do update set destination_id = excluded.destination_id, detail = excluded.detail, updated_at = now()`;
}
