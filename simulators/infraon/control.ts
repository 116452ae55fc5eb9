import type { Json } from './desk.ts';
import { faultRule } from './faults.ts';
import { applyEdits, readEdit } from './mutate.ts';
import { json, notFound } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { forgetIndexes } from './state.ts';
import { patchSwitches } from './switches.ts';

function bodyObject(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : {};
}

/** One item, a list of items, or a list under `key`. */
function bodyList(body: unknown, key: string): Record<string, unknown>[] {
  const inner = bodyObject(body)[key];
  const list: unknown[] = Array.isArray(body) ? body : Array.isArray(inner) ? inner : [body];
  return list.map(bodyObject);
}

/** A mistake of the caller is a 400 with its reason, never a silent no-op. */
function guarded(work: () => Json): Reply {
  try {
    return json(work());
  } catch (error) {
    return json({ error: error instanceof Error ? error.message : 'failed' }, 400);
  }
}

function setSwitches({ state, body }: Call): Reply {
  return guarded(() => {
    state.switches = patchSwitches(state.switches, bodyObject(body));
    forgetIndexes(state);
    return state.switches;
  });
}

function addFaults({ state, body }: Call): Reply {
  return guarded(() => {
    state.faults.push(...bodyList(body, 'faults').map(faultRule));
    return { faults: state.faults as unknown as Json };
  });
}

function mutate({ state, body }: Call): Reply {
  return guarded(() => ({
    ids: applyEdits(state, bodyList(body, 'edits').map(readEdit)),
    at: new Date(state.now()).toISOString(),
  }));
}

function requests({ state, query }: Call): Reply {
  const since = Number(query.get('since') ?? 0);
  const rows = state.requests.filter(({ seq }) => seq > since);
  return json({ total: state.requestCount, logins: state.logins, requests: rows });
}

/** The whole desk, or one of its lists with `?list=incidents`. */
function desk({ state, query }: Call): Reply {
  const list = query.get('list');
  const whole = state.desk as unknown as Record<string, Json>;
  if (list === null) return json(whole);
  return whole[list] === undefined ? notFound() : json(whole[list]);
}

/** What stands for people and accidents on the tenant. No authentication: it is not part of the API. */
export function controlRoutes(): Route[] {
  return [
    { method: 'GET', path: '/_sim/switches', handler: ({ state }) => json(state.switches) },
    { method: 'PATCH', path: '/_sim/switches', handler: setSwitches },
    { method: 'GET', path: '/_sim/requests', handler: requests },
    { method: 'GET', path: '/_sim/side-effects', handler: ({ state }) => json(state.sideEffects) },
    { method: 'GET', path: '/_sim/desk', handler: desk },
    {
      method: 'GET',
      path: '/_sim/faults',
      handler: ({ state }) => json({ faults: state.faults as unknown as Json }),
    },
    { method: 'POST', path: '/_sim/faults', handler: addFaults },
    {
      method: 'DELETE',
      path: '/_sim/faults',
      handler: ({ state }) => {
        state.faults = [];
        return json({ faults: [] });
      },
    },
    { method: 'POST', path: '/_sim/mutate', handler: mutate },
  ];
}
