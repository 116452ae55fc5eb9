import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { encodedLogin, plainLogin, refusal } from './auth.ts';
import { controlRoutes } from './control.ts';
import type { Desk, Json } from './desk.ts';
import { strikingFault } from './faults.ts';
import type { FaultRule } from './faults.ts';
import { mediaReply } from './media.ts';
import { json, notFound } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import { createRouter } from './router.ts';
import type { Route, Router } from './router.ts';
import { cmdbRoutes } from './routes/cmdb.ts';
import { knowledgeRoutes } from './routes/knowledge.ts';
import { neighbourRoutes, sideEffect } from './routes/neighbours.ts';
import { peopleRoutes } from './routes/people.ts';
import { ticketRoutes } from './routes/tickets.ts';
import { schemaDocument } from './schema-document.ts';
import { createState } from './state.ts';
import type { Credentials, SimulatorState } from './state.ts';
import { defaultSwitches, patchSwitches } from './switches.ts';
import type { Switches } from './switches.ts';
import { maskPersonalData } from './views.ts';

/** Requests kept for `GET /_sim/requests`. */
const RECORDED_REQUESTS = 200_000;

export const DEFAULT_CREDENTIALS: Credentials = {
  username: 'migration@northwind.example',
  password: 'correct horse',
  apiKey: 'infraon-demo-key-0001',
};

export type InfraonSimulatorOptions = {
  /** 0 or absent: any free port. */
  port?: number;
  /** Address to listen on; the loopback address when absent. */
  host?: string;
  desk: Desk;
  switches?: Partial<Switches>;
  credentials?: Credentials;
  /** Milliseconds since the epoch; `clock_skew_ms` is added to it. */
  now?: () => number;
};

export type InfraonSimulator = {
  url: string;
  port: number;
  close: () => Promise<void>;
  state: SimulatorState;
};

const PUBLIC_PATHS = new Set(['/ux/api-token-auth/', '/ux/api-token/']);

function apiRoutes(): Route[] {
  return [
    { method: 'POST', path: '/ux/api-token-auth/', handler: plainLogin },
    { method: 'POST', path: '/ux/api-token/', handler: encodedLogin },
    {
      method: 'POST',
      path: '/ux/common/user/profile/logout/',
      handler: () => json({ status: 'success' }),
    },
    ...ticketRoutes(),
    ...peopleRoutes(),
    ...cmdbRoutes(),
    ...knowledgeRoutes(),
    ...neighbourRoutes(),
  ];
}

function createTenantRouter(): Router {
  const api = apiRoutes();
  const schema = json(schemaDocument(api));
  const schemaRoute: Route = {
    method: 'GET',
    path: '/schema/',
    handler: ({ state }) => (state.switches.schema === 'absent' ? notFound() : schema),
  };
  const mediaRoute: Route = { method: 'GET', path: '/media/uploads/*', handler: mediaReply };
  return createRouter([...api, schemaRoute, mediaRoute, ...controlRoutes()]);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}

function isOpen(state: SimulatorState, path: string): boolean {
  if (path.startsWith('/_sim/') || PUBLIC_PATHS.has(path)) return true;
  if (path === '/schema/') return state.switches.schema !== 'authenticated';
  return path.startsWith('/media/') && state.switches.media === 'no_auth';
}

/** The answer to a request that no fault hit. */
function answer(router: Router, call: Call, authorization: string): Reply {
  const { state, path, method } = call;
  if (!isOpen(state, path)) {
    const refused = refusal(state, authorization);
    if (refused) return refused;
    if (state.switches.denied_paths.some((prefix) => path.startsWith(prefix))) {
      return json({ detail: 'You do not have permission to perform this action.' }, 403);
    }
  }
  const match = router.find(method, path);
  if (match) return match.handler({ ...call, params: match.params });
  // Django redirects a path without its slash, and a redirected POST loses its body.
  if (!path.endsWith('/') && router.find(method, `${path}/`)) {
    const query = call.query.toString();
    const location = `${path}/${query === '' ? '' : `?${query}`}`;
    return { kind: 'text', status: 301, type: 'text/html', text: '', headers: { Location: location } };
  }
  const writes = method !== 'GET' && method !== 'HEAD' && path.startsWith('/ux/');
  return writes ? sideEffect(call) : notFound();
}

const LOGIN_PAGE = '<!DOCTYPE html><html><head><title>Infraon</title></head><body>Sign in</body></html>';

/** The reply of a fault that has one; `null` for those that leave the client without. */
function faultReply(rule: FaultRule): Reply | null {
  const headers: Record<string, string> = {
    ...(rule.retryAfter === null ? {} : { 'Retry-After': String(rule.retryAfter) }),
    ...(rule.location === null ? {} : { Location: rule.location }),
  };
  switch (rule.mode) {
    case 'status':
      return json(rule.body ?? { error: 'Injected failure.' }, rule.status ?? 503, headers);
    case 'html':
      return { kind: 'text', status: rule.status ?? 200, type: 'text/html', text: LOGIN_PAGE, headers };
    case 'error_body':
      return json(
        rule.body ?? { status: 'error', id: '-1', message: 'Error.err_unknown', msg: 'Request refused' },
        rule.status ?? 200,
        headers,
      );
    case 'hang':
    case 'hold':
    case 'reset':
      return null;
  }
}

/** Module ids without their quotes: what a tenant that serialises them as JSON numbers sends. */
function unquoteIds(text: string): string {
  return text.replaceAll(/(?<=[:[,])"(\d{18,25})"(?=[,\]}])/g, '$1');
}

function serialise(state: SimulatorState, body: Json, path: string): string {
  if (path.startsWith('/_sim/')) return JSON.stringify(body);
  const { personal_data, ids_as_numbers } = state.switches;
  const shown = personal_data === 'plain' ? body : maskPersonalData(body, personal_data === 'masked_only');
  const text = JSON.stringify(shown);
  return ids_as_numbers ? unquoteIds(text) : text;
}

async function send(
  state: SimulatorState,
  response: ServerResponse,
  reply: Reply,
  path: string,
): Promise<void> {
  if (reply.kind === 'bytes') {
    response.writeHead(reply.status, { 'Content-Type': reply.type, 'Content-Length': reply.length });
    await pipeline(Readable.from(reply.chunks()), response);
    return;
  }
  const text = reply.kind === 'json' ? serialise(state, reply.body, path) : reply.text;
  response.writeHead(reply.status, {
    'Content-Type': reply.kind === 'json' ? 'application/json' : reply.type,
    'Content-Length': Buffer.byteLength(text),
    ...reply.headers,
  });
  response.end(text);
}

function record(state: SimulatorState, call: Call, status: number, startedAt: number): void {
  state.requestCount += 1;
  state.requests.push({
    seq: state.requestCount,
    at: new Date(startedAt).toISOString(),
    method: call.method,
    path: call.path,
    query: call.query.toString(),
    status,
    ms: Date.now() - startedAt,
  });
  if (state.requests.length > RECORDED_REQUESTS) state.requests.splice(0, RECORDED_REQUESTS / 10);
}

async function serve(
  router: Router,
  state: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startedAt = Date.now();
  const origin = `http://${request.headers.host ?? 'localhost'}`;
  const url = new URL(request.url ?? '/', origin);
  const control = url.pathname.startsWith('/_sim/');
  const call: Call = {
    state,
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    params: {},
    body: await readBody(request),
    origin,
  };
  if (!control && state.switches.latency_ms > 0) await delay(state.switches.latency_ms);
  const fault = control ? null : strikingFault(state.faults, call.path);
  while (fault?.mode === 'hold' && state.faults.includes(fault)) await delay(20, undefined, { ref: false });
  const reply =
    fault !== null && fault.mode !== 'hold'
      ? faultReply(fault)
      : answer(router, call, request.headers.authorization ?? '');
  if (!control) record(state, call, reply?.status ?? 0, startedAt);
  if (reply) await send(state, response, reply, call.path);
  else if (fault?.mode === 'reset') request.socket.resetAndDestroy();
}

/**
 * Starts a tenant that answers from `desk`. It encodes our reading of the API: passing against it proves nothing about
 * a real tenant.
 */
export async function startInfraonSimulator(options: InfraonSimulatorOptions): Promise<InfraonSimulator> {
  const switches = patchSwitches(defaultSwitches(), { ...options.switches });
  const state = createState(
    options.desk,
    switches,
    options.credentials ?? DEFAULT_CREDENTIALS,
    options.now ?? Date.now,
  );
  const router = createTenantRouter();
  const host = options.host ?? '127.0.0.1';
  const server = createServer((request, response) => {
    serve(router, state, request, response).catch((error: unknown) => {
      // A client that leaves in the middle of a download is no failure of ours.
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.writeHead(500, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ detail: `simulator error: ${String(error)}` }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  function close(): Promise<void> {
    server.closeAllConnections();
    return new Promise((resolve, reject) => {
      server.close((error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  return { url: `http://${host}:${port}`, port, close, state };
}
