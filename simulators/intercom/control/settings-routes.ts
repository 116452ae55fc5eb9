import { ok, open, param, type OpenContext, type Reply } from '../context.ts';
import { readFaultRules } from '../faults.ts';
import { DeclarationRefused, declareType } from '../objects/declare-types.ts';
import { deleteInstance } from '../objects/instance-routes.ts';
import type { ObjectType } from '../records.ts';
import type { Route } from '../router.ts';
import { issueToken, revokeTokens } from '../state.ts';
import { patchSwitches } from '../switches.ts';
import { bodyOf, refuse, workspaceOf } from './reply.ts';

/** What a person, the developer hub or the network decides: switches, limits, apps, tokens, object types, faults. */
export const settingsRoutes: Route[] = [
  { method: 'GET', path: '/_sim/switches', handler: open(({ state }) => ok(state.switches)) },
  { method: 'PATCH', path: '/_sim/switches', handler: open(changeSwitches) },
  { method: 'GET', path: '/_sim/limits', handler: open((context) => ok(limits(context))) },
  { method: 'PATCH', path: '/_sim/limits', handler: open(changeLimits) },
  { method: 'POST', path: '/_sim/apps', handler: open(registerApp) },
  { method: 'POST', path: '/_sim/tokens', handler: open(newToken) },
  { method: 'POST', path: '/_sim/revoke', handler: open(revoke) },
  { method: 'POST', path: '/_sim/object-types', handler: open(declareTypes) },
  { method: 'GET', path: '/_sim/object-types', handler: open(listTypes) },
  { method: 'DELETE', path: '/_sim/object-types/{identifier}', handler: open(removeType) },
  { method: 'POST', path: '/_sim/faults', handler: open(addFaults) },
  { method: 'GET', path: '/_sim/faults', handler: open(({ state }) => ok({ rules: state.faults.list() })) },
  { method: 'DELETE', path: '/_sim/faults', handler: open(clearFaults) },
  { method: 'POST', path: '/_sim/reset', handler: open(reset) },
];

function changeSwitches(context: OpenContext): Reply {
  const refused = patchSwitches(context.state.switches, bodyOf(context));
  return refused.length === 0
    ? ok(context.state.switches)
    : refuse(`unknown or mistyped switch: ${refused.join(', ')}`);
}

function limits({ state }: OpenContext): Record<string, number> {
  return {
    limit_per_window: state.rates.limit(),
    window_ms: state.rates.windowMs,
    search_lag_ms: state.searchLagMs,
  };
}

function changeLimits(context: OpenContext): Reply {
  const { limit_per_window: limit, search_lag_ms: lag } = bodyOf(context);
  if (typeof limit === 'number') context.state.rates.setLimit(limit);
  if (typeof lag === 'number') context.state.searchLagMs = lag;
  return ok(limits(context));
}

function registerApp(context: OpenContext): Reply {
  const { client_id: id, client_secret: secret, name, redirect_uris: uris } = bodyOf(context);
  if (typeof id !== 'string' || typeof secret !== 'string' || !Array.isArray(uris)) {
    return refuse('client_id, client_secret and redirect_uris are required');
  }
  context.state.apps.set(id, {
    clientId: id,
    clientSecret: secret,
    name: typeof name === 'string' ? name : id,
    redirectUris: uris.map(String),
  });
  return ok({ client_id: id });
}

/** A token without the consent page, as the developer hub shows one for the own workspace. */
function newToken(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  const { client_id: id, admin_id: adminId } = bodyOf(context);
  const app = typeof id === 'string' ? context.state.apps.get(id) : context.state.apps.values().next().value;
  if (workspace === null || app === undefined) return refuse('no such workspace or app', 404);
  const request = { workspaceId: workspace.id, clientId: app.clientId };
  return ok({
    token: issueToken(context.state, typeof adminId === 'string' ? { ...request, adminId } : request),
  });
}

function revoke(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  if (workspace === null) return refuse('no such workspace', 404);
  return ok({ revoked: revokeTokens(context.state, workspace.id) });
}

function declareTypes(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  const { types } = bodyOf(context);
  if (workspace === null) return refuse('no such workspace', 404);
  if (!Array.isArray(types)) return refuse('types is an array');
  try {
    for (const type of types as unknown[]) declareType(workspace, type, context.now);
  } catch (error) {
    if (error instanceof DeclarationRefused) return refuse(error.message, 422);
    throw error;
  }
  return listTypes(context);
}

function listTypes(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  if (workspace === null) return refuse('no such workspace', 404);
  return ok({ types: [...workspace.objectTypes.values()].map(typeView) });
}

function typeView(type: ObjectType): Record<string, unknown> {
  return {
    identifier: type.identifier,
    name: type.name,
    attributes: [...type.attributes.values()].map((attribute) => ({
      name: attribute.name,
      format: attribute.format,
      ...(attribute.format === 'list' ? { options: attribute.options } : {}),
      ...(attribute.references === null ? {} : { references: attribute.references }),
    })),
  };
}

function removeType(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  const identifier = param(context, 0);
  if (workspace?.objectTypes.has(identifier) !== true) return refuse('no such object type', 404);
  for (const instance of [...(workspace.instances.get(identifier)?.values() ?? [])])
    deleteInstance(workspace, instance);
  workspace.objectTypes.delete(identifier);
  return ok({ deleted: true });
}

function addFaults(context: OpenContext): Reply {
  const rules = readFaultRules(context.body);
  if (typeof rules === 'string') return refuse(rules);
  context.state.faults.add(rules);
  return ok({ rules: context.state.faults.list() });
}

function clearFaults(context: OpenContext): Reply {
  context.state.faults.clear();
  return ok({ rules: [] });
}

function reset(context: OpenContext): Reply {
  context.state.reset();
  return ok({ reset: true });
}
