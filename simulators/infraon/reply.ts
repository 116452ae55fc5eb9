import type { Json } from './desk.ts';
import type { SimulatorState } from './state.ts';

/** What a handler gets: the state and the request, already authenticated where the route asks for it. */
export type Call = {
  state: SimulatorState;
  method: string;
  path: string;
  query: URLSearchParams;
  /** Values of the `{name}` segments of the route. */
  params: Record<string, string>;
  body: unknown;
  /** Origin under which the client reached us, for absolute links. */
  origin: string;
};

export type Reply =
  | { kind: 'json'; status: number; body: Json; headers?: Record<string, string> }
  /** JSON that was serialised before and is kept for reuse. */
  | { kind: 'text'; status: number; text: string; type: string; headers?: Record<string, string> }
  | { kind: 'bytes'; status: number; type: string; length: number; chunks: () => Iterable<Uint8Array> };

export type Handler = (call: Call) => Reply;

export function json(body: Json, status = 200, headers: Record<string, string> = {}): Reply {
  return { kind: 'json', status, body, headers };
}

export function notFound(): Reply {
  return json({ detail: 'Not found.' }, 404);
}
