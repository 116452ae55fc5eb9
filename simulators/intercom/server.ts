import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, type Incoming } from './answer.ts';
import type { Reply } from './context.ts';
import type { FaultRule } from './faults.ts';
import { ApiFailure, errorList } from './failure.ts';
import { parseBody, readBody, render, send, sendHalf } from './http-io.ts';
import { allRoutes } from './routes.ts';
import { createState, type IntercomSimulatorOptions, type SimState } from './state.ts';

export interface IntercomSimulator {
  url: string;
  port: number;
  state: SimState;
  close: () => Promise<void>;
}

/** Starts a simulated Intercom on localhost: REST API, OAuth pages and the `/_sim/` control plane. */
export async function startIntercomSimulator(
  options: IntercomSimulatorOptions = {},
): Promise<IntercomSimulator> {
  const state = createState(options);
  state.registerRoutes(allRoutes());
  const server = createServer((request, response) => {
    serve(state, request, response).catch((error: unknown) => {
      // A client that gives up in the middle of its request is ordinary here: tests do it on purpose.
      if (!request.destroyed || request.complete) console.error('simulator could not answer:', error);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  state.url = `http://127.0.0.1:${port}`;
  return {
    url: state.url,
    port,
    state,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function serve(state: SimState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now();
  const at = state.nowMs();
  const method = request.method ?? 'GET';
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const queryText = mark < 0 ? '' : target.slice(mark + 1);
  const body = (await readBody(request)).toString('utf8');
  const match = state.router.match(method, path);
  const template = match?.route.path ?? 'unmatched';
  const incoming: Incoming = {
    method,
    path,
    query: new URLSearchParams(queryText),
    headers: request.headers,
    match,
    body: () => parseBody(body, request.headers['content-type']),
    requestId: randomUUID(),
  };
  if (isOffTheRecord(path)) {
    const reply = await answer(state, incoming, () => null);
    send(response, reply.status, render(reply.body, reply.headers ?? {}));
    return;
  }

  const fault = state.faults.pick(method, template);
  let workspaceId: string | null = null;
  const record = (status: number, responseBody: string | null): void => {
    const version = request.headers['intercom-version'];
    state.recorder.record({
      at,
      method,
      path,
      query: queryText,
      version: typeof version === 'string' ? version : null,
      workspaceId,
      call: `${method} ${template}`,
      requestBody: body === '' ? null : body,
      status,
      responseBody,
      ms: performance.now() - started,
      fault: fault?.mode ?? null,
    });
  };

  if (fault?.mode === 'drop_before') {
    record(0, null);
    request.socket.destroy();
    return;
  }
  if (fault?.mode === 'hang') {
    record(0, null);
    if (fault.ms !== undefined) await sleep(fault.ms, undefined, { ref: false });
    if (fault.ms !== undefined) request.socket.destroy();
    return;
  }
  if (fault?.mode === 'delay') await sleep(fault.ms ?? 1_000);
  while (fault?.mode === 'hold' && state.faults.stands(fault)) await sleep(20, undefined, { ref: false });

  const reply = await answer(state, incoming, () => replacement(fault, incoming.requestId));
  workspaceId = reply.workspaceId;
  if (fault?.mode === 'drop_after_commit') {
    record(0, null);
    request.socket.destroy();
    return;
  }
  const lost = fault?.mode === 'status_after_commit' ? injected(fault, incoming.requestId) : reply;
  const rendered = render(
    lost.body,
    withFaultyHeaders(fault, { Date: new Date(at).toUTCString(), ...reply.headers, ...lost.headers }, at),
  );
  record(lost.status, rendered.text);
  if (state.switches.answerAfterMs > 0) await sleep(state.switches.answerAfterMs, undefined, { ref: false });
  if (fault?.mode === 'truncate') sendHalf(response, lost.status, rendered);
  else send(response, lost.status, rendered);
}

/** The control plane, the inbox page and stored files are no calls of the API: no fault strikes them, nothing counts them. */
function isOffTheRecord(path: string): boolean {
  return path === '/inbox' || ['/_sim/', '/inbox/', '/attachments/'].some((start) => path.startsWith(start));
}

/** What answers instead of the handler, so that nothing is written. */
function replacement(fault: FaultRule | null, requestId: string): Reply | null {
  if (fault?.mode === 'status' || (fault?.mode === 'reset_in_past' && fault.status !== undefined)) {
    return injected(fault, requestId);
  }
  if (fault?.mode === 'html') {
    return {
      status: fault.status ?? 502,
      body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
      headers: { 'Content-Type': 'text/html' },
    };
  }
  return null;
}

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  408: 'request_timeout',
  409: 'conflict',
  429: 'rate_limit_exceeded',
  503: 'service_unavailable',
};

function injected(fault: FaultRule, requestId: string): Reply {
  const status = fault.status ?? 500;
  const code = fault.code ?? CODES[status] ?? 'server_error';
  const details = fault.field === undefined ? {} : { field: fault.field };
  const failure = new ApiFailure(status, code, `Injected ${status}`, details);
  const headers: Record<string, string> = status === 429 ? { 'X-RateLimit-Remaining': '0' } : {};
  return { status, body: errorList(failure, requestId), headers };
}

function withFaultyHeaders(
  fault: FaultRule | null,
  headers: Record<string, string>,
  nowMs: number,
): Record<string, string> {
  if (fault?.mode === 'headers_missing') {
    return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('X-RateLimit-')));
  }
  if (fault?.mode === 'reset_in_past') {
    return { ...headers, 'X-RateLimit-Reset': String(Math.floor(nowMs / 1_000) - 60) };
  }
  return headers;
}
