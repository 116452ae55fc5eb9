import { startIntercomSimulator } from '../../../../simulators/intercom/server.ts';
import type { IntercomSimulatorOptions, SimState } from '../../../../simulators/intercom/state.ts';

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface Desk {
  url: string;
  token: string;
  /** For setting up what would take hundreds of calls. */
  state: SimState;
  /** Moves the simulator's clock, which stands still otherwise. */
  pass: (ms: number) => void;
  /** Unix seconds of the simulator's clock. */
  now: () => number;
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** The same, and fails the test unless the answer is 200. */
  done: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<unknown>;
  /** A call to the control plane. */
  sim: (method: string, path: string, body?: unknown) => Promise<unknown>;
  close: () => Promise<void>;
}

export const CLIENT = {
  id: 'client-1',
  secret: 'secret-1',
  redirect: 'http://localhost:3999/oauth/callback',
};
export const ADMIN = '5017690';
export const MIGRATION = '5017691';
export const NO_SEAT = '5017692';
export const TEAM = '8230001';

/** A simulator with a token, on a clock that only `pass` moves. */
export async function openDesk(options: IntercomSimulatorOptions = {}): Promise<Desk> {
  let nowMs = Date.UTC(2026, 5, 15, 12, 0, 0);
  const simulator = await startIntercomSimulator({
    now: () => nowMs,
    apps: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        name: 'Infraon Desk',
        redirect_uris: [CLIENT.redirect, 'http://localhost:3999/other'],
      },
    ],
    ...options,
  });
  const sim = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${simulator.url}/_sim/${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  const token = textAt(await sim('POST', 'tokens', {}), 'token');
  const call: Desk['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'Intercom-Version': '2.16',
        Accept: 'application/json',
        'Content-Type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };
  return {
    url: simulator.url,
    token,
    state: simulator.state,
    pass: (ms) => {
      nowMs += ms;
    },
    now: () => Math.floor(nowMs / 1_000),
    call,
    done: async (method, path, body, headers) => {
      const answer = await call(method, path, body, headers);
      if (answer.status !== 200)
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    sim,
    close: simulator.close,
  };
}

/** The value under a dotted path: `conversation_parts.conversation_parts.0.body`. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((current, key) => {
    if (typeof current !== 'object' || current === null) return undefined;
    return (current as Record<string, unknown>)[key];
  }, value);
}

export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== 'string') throw new Error(`no text at ${path} of ${JSON.stringify(value)}`);
  return found;
}

export function listAt(value: unknown, path: string): unknown[] {
  const found = at(value, path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path} of ${JSON.stringify(value)}`);
  return found;
}

export function errorOf(answer: Answer): { status: number; code: unknown; message: unknown } {
  return {
    status: answer.status,
    code: at(answer.body, 'errors.0.code'),
    message: at(answer.body, 'errors.0.message'),
  };
}

/** A contact that is old enough for a conversation. */
export async function newContact(desk: Desk, fields: Record<string, unknown> = {}): Promise<string> {
  const contact = { email: 'ada@example.com', external_id: 'req-1', ...fields };
  const id = textAt(await desk.done('POST', '/contacts', contact), 'id');
  desk.pass(desk.state.switches.contactReadyAfterMs);
  return id;
}

export async function newConversation(
  desk: Desk,
  contactId: string,
  fields: Record<string, unknown> = {},
): Promise<string> {
  const message = await desk.done('POST', '/conversations', {
    from: { type: 'user', id: contactId },
    body: 'The printer is on fire',
    ...fields,
  });
  return textAt(message, 'conversation_id');
}

export function adminReply(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'admin',
    message_type: 'comment',
    admin_id: MIGRATION,
    body: 'Looking into it',
    skip_notifications: true,
    ...fields,
  };
}
