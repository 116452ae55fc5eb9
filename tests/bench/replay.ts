import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { RequestView } from './intercom.ts';

/** Requests that follow one another: what is done to a record waits for its creation. */
interface Chain {
  create: Prepared | null;
  rest: Prepared[];
}

interface Prepared {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The record's id stands between the two. */
  before: string;
  after: string | null;
  body: string | null;
}

/** Connections and records in flight of one worker process (pipeline/build-deps.ts, pipeline/load/load.ts). */
const CONCURRENCY = 64;

/**
 * The reference of a load: the same requests with the same concurrency against the same simulator, sent by a loop that
 * does nothing else: no database, no mapping, no answer looked at but for the new ids. People get new external ids and
 * addresses beforehand, so that they are created again and not refused.
 */
export async function replay(
  url: string,
  token: string,
  requests: readonly RequestView[],
): Promise<{ seconds: number; requests: number; failed: number }> {
  const chains = chainsOf(requests);
  const agent = new Agent({ connections: CONCURRENCY });
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    'intercom-version': '2.16',
    'content-type': 'application/json',
  };
  let failed = 0;
  let sent = 0;

  async function send({ method, before, after, body }: Prepared, id: string): Promise<string> {
    const path = after === null ? before : `${before}${id}${after}`;
    const answer = await request(`${url}${path}`, { dispatcher: agent, method, headers, body });
    const text = await answer.body.text();
    sent += 1;
    if (answer.statusCode >= 400) failed += 1;
    return text;
  }

  async function follow(chain: Chain): Promise<void> {
    let id = '';
    if (chain.create !== null) {
      const made = JSON.parse(await send(chain.create, '')) as { id?: string; conversation_id?: string };
      id = made.conversation_id ?? made.id ?? '';
    }
    for (const prepared of chain.rest) await send(prepared, id);
  }

  const queue = chains.values();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const chain of queue) await follow(chain);
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await agent.close();
  await sleep(0);
  return { seconds, requests: sent, failed };
}

const CREATES = ['POST /contacts', 'POST /conversations'];

function chainsOf(requests: readonly RequestView[]): Chain[] {
  const chains: Chain[] = [];
  const byPath = new Map<string, Chain>();
  for (const entry of requests) {
    const path = entry.query === '' ? entry.path : `${entry.path}?${entry.query}`;
    const id = CREATES.includes(entry.call) ? idIn(entry.response_body) : undefined;
    if (id !== undefined) {
      const chain: Chain = { create: prepared(entry, path, null), rest: [] };
      byPath.set(`${entry.path}/${id}`, chain);
      chains.push(chain);
      continue;
    }
    const [, resource = '', record = ''] = entry.path.split('/');
    const owner = byPath.get(`/${resource}/${record}`);
    if (owner === undefined) chains.push({ create: null, rest: [prepared(entry, path, null)] });
    else owner.rest.push(prepared(entry, `/${resource}/`, path.slice(resource.length + record.length + 2)));
  }
  return chains;
}

function idIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { id, conversation_id: conversationId } = body as { id?: unknown; conversation_id?: unknown };
  if (typeof conversationId === 'string') return conversationId;
  return typeof id === 'string' ? id : undefined;
}

function prepared(entry: RequestView, before: string, after: string | null): Prepared {
  const body = entry.request_body === null ? null : JSON.stringify(renamed(entry));
  return { method: entry.method as Prepared['method'], before, after, body };
}

function renamed(entry: RequestView): unknown {
  if (entry.call !== 'POST /contacts') return entry.request_body;
  const { external_id: externalId, email, ...rest } = entry.request_body as Record<string, unknown>;
  return {
    ...rest,
    external_id: `again-${String(externalId)}`,
    ...(typeof email === 'string' ? { email: `again-${email}` } : {}),
  };
}
