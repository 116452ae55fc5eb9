import { UserError } from '../../errors.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { Queryable } from '../../db/client.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { discoveryOf } from '../discovery/discover.ts';
import type { MapDocument, MapSummary, RuleInput } from './map-document.ts';
import { applyEdits } from './map-edit.ts';
import { sampler } from './map-samples.ts';
import { insertMap, mapDocument, newestMaps, type StoredMap } from './map-store.ts';
import { getSettingsFor } from '../settings.ts';
import { teammateName } from '../install/teammate-name.ts';

/** The newest map of every object, in loading order. */
export async function listMaps(deps: Deps, actor: Actor): Promise<MapSummary[]> {
  const maps = await newestMaps(deps.db.sql, actor.workspaceId);
  return deps.registry
    .all()
    .map((definition) => maps.get(definition.name))
    .filter((map) => map !== undefined)
    .map((map) => {
      const { rules, unmapped, ...document } = mapDocument(map);
      return { ...document, rules: rules.length, unmapped: unmapped.length };
    });
}

function definitionOf(deps: Deps, object: string): ObjectDefinition {
  const definition = deps.registry.find(object);
  if (definition !== undefined) return definition;
  throw new UserError(`There is no object "${object}".`, { code: 'unknown_object', httpStatus: 404 });
}

async function newestMap(
  sql: Queryable,
  workspaceId: string,
  definition: ObjectDefinition,
): Promise<StoredMap> {
  const map = (await newestMaps(sql, workspaceId)).get(definition.name);
  if (map !== undefined) return map;
  throw new UserError(
    `${definition.plural} have no map yet. Discover the source first; if they could not be read, its result says why.`,
    { code: 'map_not_found', httpStatus: 404 },
  );
}

function conflict(definition: ObjectDefinition, newest: number): UserError {
  return new UserError(
    `The map of ${definition.plural.toLowerCase()} has changed: its newest version is ${newest}. Look at it again.`,
    { code: 'map_version_conflict', field: 'version', httpStatus: 409 },
  );
}

export async function getMap(deps: Deps, actor: Actor, object: string): Promise<MapDocument> {
  const definition = definitionOf(deps, object);
  return mapDocument(await newestMap(deps.db.sql, actor.workspaceId, definition));
}

/**
 * Changes rules and stores the result as a new, proposed version; every rule is checked before anything is stored.
 * Throws `UserError` 409 `map_version_conflict` unless `version` is the newest, 422 `rule_invalid` for a wrong rule.
 */
export async function editMap(
  deps: Deps,
  actor: Actor,
  object: string,
  input: { version: number; rules: RuleInput[] },
): Promise<MapDocument> {
  requireRole(actor, 'operator');
  const definition = definitionOf(deps, object);
  const { workspaceId } = actor;
  const before = await newestMap(deps.db.sql, workspaceId, definition);
  if (before.version !== input.version) throw conflict(definition, before.version);

  const settings = await getSettingsFor(deps, workspaceId);
  const discovery = await discoveryOf(deps, workspaceId);
  const inventory = discovery.objects.find((found) => found.object === object)?.fields ?? [];
  const edited = applyEdits(
    definition,
    before,
    input.rules,
    inventory,
    await teammateName(deps.db.sql, workspaceId, actor.adminId),
  );
  const samplesOf = await sampler(deps, workspaceId, definition, inventory, {
    timezone: settings.source_timezone,
    now: deps.clock.now(),
    companyRule: settings.company_rule,
    ...(settings.default_country === '' ? {} : { defaultCountry: settings.default_country }),
  });
  const rules = edited.rules.map((rule) =>
    edited.changed.has(rule.id) ? { ...rule, samples: samplesOf(rule) } : rule,
  );

  const version = before.version + 1;
  await deps.db.sql.begin(async (tx) => {
    const next = { object, version, rules, unmapped: edited.unmapped, createdBy: actor.adminId };
    if (!(await insertMap(tx, workspaceId, next))) throw conflict(definition, version);
    await writeAudit(tx, actor, 'map_edited', { object, version, rules: [...edited.changed] });
  });
  return getMap(deps, actor, object);
}

/**
 * Approves the newest version, in the name of the actor. A custom object's map may be approved before its type exists;
 * the readiness checks ask for the proof.
 */
export async function approveMap(
  deps: Deps,
  actor: Actor,
  object: string,
  version: number,
): Promise<MapDocument> {
  requireRole(actor, 'owner');
  const definition = definitionOf(deps, object);
  const { workspaceId } = actor;
  const name = await teammateName(deps.db.sql, workspaceId, actor.adminId);
  await deps.db.sql.begin(async (tx) => {
    await tx`
      select 1 from object_maps where workspace_id = ${workspaceId} and object = ${object} for update`;
    const newest = await newestMap(tx, workspaceId, definition);
    if (newest.version !== version) throw conflict(definition, newest.version);
    if (newest.state === 'approved') return;
    await tx`
      update object_maps set state = 'approved', approved_by = ${name}, approved_at = ${deps.clock.now()}
      where workspace_id = ${workspaceId} and object = ${object} and version = ${version}`;
    await writeAudit(tx, actor, 'map_approved', { object, version });
  });
  return getMap(deps, actor, object);
}
