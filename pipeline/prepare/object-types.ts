import { AuthError, UserError } from '../../errors.ts';
import { schemaTypeOf, type SchemaType } from '../../objects/attributes.ts';
import { canonicalJson } from '../../objects/payload-hash.ts';
import { RESOURCES } from '../../objects/resources.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import { proveTypes } from './canary.ts';
import type { CanaryVerdict } from './canary-instance.ts';
import type { Deps } from '../deps.ts';
import { intercomFor } from '../install/intercom-access.ts';
import { approvedMaps, newestMaps } from '../maps/map-store.ts';
import { withWorkspaceLock } from '../workspace-lock.ts';

/** A type of the sheet with what is known about it. */
export type ObjectTypeDocument = SchemaType & CanaryVerdict;

type StoredType = CanaryVerdict & { identifier: string; sheet: unknown };

/** The custom object types that the maps need, by object: approved maps where there are any, else proposals. */
async function schemaSheet(deps: Deps, workspaceId: string): Promise<Map<string, SchemaType>> {
  const newest = await newestMaps(deps.db.sql, workspaceId);
  const approved = await approvedMaps(deps.db.sql, workspaceId);
  const sheet = new Map<string, SchemaType>();
  for (const definition of deps.registry.all()) {
    const map = approved.get(definition.name) ?? newest.get(definition.name);
    const type = map === undefined ? null : schemaTypeOf(definition, map.rules);
    if (type !== null) sheet.set(definition.name, type);
  }
  return sheet;
}

/** The sheet with what is known about each type; a type whose sheet changed since its proof is unproven again. */
export async function objectTypesOf(
  deps: Deps,
  workspaceId: string,
): Promise<{ object: string; type: ObjectTypeDocument }[]> {
  const sheet = await schemaSheet(deps, workspaceId);
  const stored = await deps.db.sql<StoredType[]>`
    select identifier, sheet, state, detail from object_types where workspace_id = ${workspaceId}`;
  const known = new Map(stored.map((type) => [type.identifier, type]));
  return [...sheet].map(([object, type]) => {
    const before = known.get(type.identifier);
    const current = before !== undefined && canonicalJson(before.sheet) === canonicalJson(type);
    const verdict: CanaryVerdict = current
      ? before
      : {
          state: 'unproven',
          detail:
            before === undefined
              ? 'Create this type in Settings > Data > Custom objects, then probe it.'
              : 'The map has changed since this type was proven. Bring the type up to date, then probe it again.',
        };
    return { object, type: { ...type, state: verdict.state, detail: verdict.detail } };
  });
}

export async function getObjectTypes(deps: Deps, actor: Actor): Promise<{ types: ObjectTypeDocument[] }> {
  const types = await objectTypesOf(deps, actor.workspaceId);
  return { types: types.map(({ type }) => type) };
}

/**
 * Probes every type of the sheet and proves its attributes with a canary instance, which is deleted again. Throws
 * `UserError` 409 when Intercom no longer accepts the token.
 */
export async function probeObjectTypes(deps: Deps, actor: Actor): Promise<{ types: ObjectTypeDocument[] }> {
  requireRole(actor, 'operator');
  const { workspaceId } = actor;
  const sheet = [...(await schemaSheet(deps, workspaceId)).values()];
  let verdicts = new Map<string, CanaryVerdict>();
  const free = await withWorkspaceLock(deps, workspaceId, 'probe', async () => {
    verdicts = await prove(deps, workspaceId, sheet);
  });
  if (!free) {
    throw new UserError('The types are being probed already. Wait for the result.', {
      code: 'probe_active',
      httpStatus: 409,
    });
  }
  await deps.db.sql.begin(async (tx) => {
    for (const type of sheet) {
      const verdict = verdicts.get(type.identifier);
      if (verdict === undefined) continue;
      await tx`
        insert into object_types (workspace_id, identifier, sheet, state, detail, probed_at)
        values (${workspaceId}, ${type.identifier}, ${JSON.stringify(type)}::jsonb, ${verdict.state},
          ${verdict.detail}, ${deps.clock.now()})
        on conflict (workspace_id, identifier) do update set sheet = excluded.sheet, state = excluded.state,
          detail = excluded.detail, probed_at = excluded.probed_at`;
    }
    const states = Object.fromEntries([...verdicts].map(([identifier, { state }]) => [identifier, state]));
    await writeAudit(tx, actor, 'object_types_probed', states);
  });
  return getObjectTypes(deps, actor);
}

/** One record of the migration for each kind that references may point at beside custom objects. */
async function migratedRecords(deps: Deps, workspaceId: string): Promise<Map<string, string>> {
  const records = new Map<string, string>();
  for (const { name, referenceType } of Object.values(RESOURCES)) {
    if (referenceType === undefined) continue;
    const [row] = await deps.db.sql<{ id: string }[]>`
      select destination_id as id from id_map
      where workspace_id = ${workspaceId} and resource = ${name} and origin = 'created' and state = 'complete'
      order by updated_at desc limit 1`;
    if (row !== undefined) records.set(referenceType, row.id);
  }
  return records;
}

async function prove(
  deps: Deps,
  workspaceId: string,
  sheet: readonly SchemaType[],
): Promise<Map<string, CanaryVerdict>> {
  try {
    const { client } = await intercomFor(deps, workspaceId);
    return await proveTypes(client, sheet, deps.clock.now(), await migratedRecords(deps, workspaceId));
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    throw new UserError('Intercom no longer accepts the access of this workspace. Install the app again.', {
      code: 'intercom_unauthorized',
      httpStatus: 409,
      cause: error,
    });
  }
}
