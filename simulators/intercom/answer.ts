import type { IncomingHttpHeaders } from 'node:http';
import { settleJobs } from './bulk/jobs.ts';
import type { ApiContext, OpenContext, Reply } from './context.ts';
import { ApiFailure, errorList } from './failure.ts';
import type { Match } from './router.ts';
import type { SimState, Token } from './state.ts';
import { parseVersion } from './versions.ts';

export interface Incoming {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  match: Match | null;
  /** Throws when the body cannot be read as its content type says. */
  body: () => unknown;
  requestId: string;
}

export interface Answer extends Reply {
  workspaceId: string | null;
}

/**
 * Runs a request the way the platform orders its checks: token (401 without rate headers), rate window (429), `Accept`
 * (406), version, path (404), body. `intercept` may answer in place of the handler once the rate has been counted.
 */
export async function answer(
  state: SimState,
  incoming: Incoming,
  intercept: () => Reply | null,
): Promise<Answer> {
  const nowMs = state.nowMs();
  const handler = incoming.match?.route.handler;
  const context: OpenContext = {
    state,
    method: incoming.method,
    params: incoming.match?.params.map(decode) ?? [],
    query: incoming.query,
    headers: incoming.headers,
    body: undefined,
    nowMs,
    now: Math.floor(nowMs / 1_000),
    requestId: incoming.requestId,
  };
  if (handler?.kind === 'open') {
    const reply =
      intercept() ?? (await guarded(incoming, () => handler.run({ ...context, body: readable(incoming) })));
    return { ...reply, workspaceId: null };
  }

  const owner = authenticate(state, incoming.headers);
  if (owner === null) {
    const failure = new ApiFailure(401, 'unauthorized', 'Access Token Invalid');
    return { status: 401, body: errorList(failure, incoming.requestId), workspaceId: null };
  }
  const rate = state.rates.take(rateKey(state, owner), nowMs);
  const headers = {
    'X-RateLimit-Limit': String(rate.limit),
    'X-RateLimit-Remaining': String(rate.remaining),
    'X-RateLimit-Reset': String(rate.resetSeconds),
  };
  const reply = await guarded(incoming, async () => {
    if (rate.exceeded) {
      const seconds = state.rates.windowMs / 1_000;
      throw new ApiFailure(
        429,
        'rate_limit_exceeded',
        `Exceeded rate limit of ${rate.limit} in ${seconds}_seconds`,
      );
    }
    const intercepted = intercept();
    if (intercepted !== null) return intercepted;
    return runApi(context, owner, incoming);
  });
  return { ...reply, headers: { ...headers, ...reply.headers }, workspaceId: owner.workspaceId };
}

function runApi(context: OpenContext, owner: Token, incoming: Incoming): Reply | Promise<Reply> {
  const { state } = context;
  refuseOtherMediaTypes(incoming.headers.accept);
  const header = incoming.headers['intercom-version'];
  const version = parseVersion(typeof header === 'string' ? header : state.switches.defaultVersion);
  const route = incoming.match?.route;
  if (route?.handler.kind !== 'api')
    throw new ApiFailure(404, 'not_found', 'The requested resource was not found');
  if (route.since !== undefined && version < route.since) {
    throw new ApiFailure(
      400,
      'intercom_version_invalid',
      'Requested resource is not available in current API version.',
    );
  }
  const workspace = state.workspaces.get(owner.workspaceId);
  const admin = workspace?.admins.get(owner.adminId);
  const app = state.apps.get(owner.clientId);
  if (workspace === undefined || admin === undefined || app === undefined) {
    throw new ApiFailure(401, 'unauthorized', 'Access Token Invalid');
  }
  settleJobs(workspace, context.nowMs);
  const full: ApiContext = { ...context, body: readable(incoming), workspace, admin, app, version };
  return route.handler.run(full);
}

async function guarded(incoming: Incoming, run: () => Reply | Promise<Reply>): Promise<Reply> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ApiFailure) {
      return { status: error.status, body: errorList(error, incoming.requestId), headers: error.headers };
    }
    console.error(`simulator error in ${incoming.method} ${incoming.path}:`, error);
    const failure = new ApiFailure(500, 'server_error', 'Internal server error');
    return { status: 500, body: errorList(failure, incoming.requestId) };
  }
}

function authenticate(state: SimState, headers: IncomingHttpHeaders): Token | null {
  const token = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const owner = token === undefined ? undefined : state.tokens.get(token);
  if (owner === undefined) return null;
  const { wrongRegionUnauthorized, regionOfHost } = state.switches;
  const region = state.workspaces.get(owner.workspaceId)?.region;
  if (wrongRegionUnauthorized && region !== regionOfHost) return null;
  return owner;
}

function rateKey(state: SimState, owner: Token): string {
  return state.switches.rateScope === 'app' ? owner.clientId : `${owner.clientId} ${owner.workspaceId}`;
}

function refuseOtherMediaTypes(accept: string | undefined): void {
  if (accept === undefined || accept === '') return;
  const acceptable = accept
    .split(',')
    .some((range) => /^\s*(\*\/\*|application\/(\*|json))\s*(;|$)/i.test(range));
  if (!acceptable)
    throw new ApiFailure(
      406,
      'media_type_not_acceptable',
      'The Accept header should send a media type of application/json',
    );
}

function readable(incoming: Incoming): unknown {
  try {
    return incoming.body();
  } catch {
    throw new ApiFailure(400, 'bad_request', 'The request body is not valid JSON');
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
