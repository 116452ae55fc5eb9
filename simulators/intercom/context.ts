import type { IncomingHttpHeaders } from 'node:http';
import type { Admin } from './records.ts';
import type { App, SimState } from './state.ts';
import type { ApiVersion } from './versions.ts';
import type { Workspace } from './workspace.ts';

export interface Reply {
  status: number;
  /** An object is sent as JSON, a string or a buffer as it is. */
  body: unknown;
  headers?: Record<string, string>;
}

/** What a handler without a token may use. */
export interface OpenContext {
  state: SimState;
  method: string;
  params: string[];
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Parsed JSON or form; `undefined` without a body. */
  body: unknown;
  nowMs: number;
  /** Unix seconds. */
  now: number;
  requestId: string;
}

/** What an API handler may use: the token's workspace, app and teammate, and the version asked for. */
export interface ApiContext extends OpenContext {
  workspace: Workspace;
  app: App;
  admin: Admin;
  version: ApiVersion;
}

export type ApiHandler = (context: ApiContext) => Reply | Promise<Reply>;
export type OpenHandler = (context: OpenContext) => Reply | Promise<Reply>;
export type Handler = { kind: 'api'; run: ApiHandler } | { kind: 'open'; run: OpenHandler };

export function api(run: ApiHandler): Handler {
  return { kind: 'api', run };
}

export function open(run: OpenHandler): Handler {
  return { kind: 'open', run };
}

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function html(status: number, body: string): Reply {
  return { status, body, headers: { 'Content-Type': 'text/html; charset=utf-8' } };
}

/** The n-th variable of the path. */
export function param(context: OpenContext, index: number): string {
  const value = context.params[index];
  if (value === undefined) throw new Error(`the route has no variable ${index}`);
  return value;
}
