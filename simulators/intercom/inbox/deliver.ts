import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Delivery {
  status: number | null;
  contentType: string | null;
  text: string;
  ms: number;
  /** Why there is no answer, in words. */
  failure: string | null;
}

const SLOW_PIECES = 10;
const SLOW_TOTAL_MS = 2_000;

/**
 * Posts exact bytes and reads the answer within the time-out, over the whole answer. `reset` breaks the connection off
 * in the middle of the body, `slow` lets the body drip.
 */
export async function deliver(
  url: string,
  body: Buffer,
  headers: Record<string, string>,
  options: { timeoutMs: number; network: 'normal' | 'reset' | 'slow' },
): Promise<Delivery> {
  const started = performance.now();
  const ms = (): number => Math.round(performance.now() - started);
  const failed = (failure: string): Delivery => ({
    status: null,
    contentType: null,
    text: '',
    ms: ms(),
    failure,
  });
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': String(body.length), ...headers },
      signal,
    });
    const [response] = await Promise.all([answerTo(request), write(request, body, options.network)]);
    const text = await textOf(response);
    return {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? null,
      text,
      ms: ms(),
      failure: null,
    };
  } catch (error) {
    if (signal.aborted) return failed(`No whole answer within ${options.timeoutMs / 1_000} s.`);
    return failed(`The app could not be reached: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function write(
  request: ClientRequest,
  body: Buffer,
  network: 'normal' | 'reset' | 'slow',
): Promise<void> {
  if (network === 'normal') {
    request.end(body);
    return;
  }
  if (network === 'reset') {
    request.write(body.subarray(0, Math.floor(body.length / 2)), () => {
      request.destroy(new Error('connection reset on purpose'));
    });
    return;
  }
  const piece = Math.ceil(body.length / SLOW_PIECES);
  for (let from = 0; from < body.length; from += piece) {
    if (request.destroyed) return;
    request.write(body.subarray(from, from + piece));
    await sleep(SLOW_TOTAL_MS / SLOW_PIECES);
  }
  request.end();
}
