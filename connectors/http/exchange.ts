import type { Dispatcher } from 'undici';
import { SchemaError } from '../../errors.ts';

/** What `exchange` is asked to send; `send` in client.ts says what each is for. */
export interface Outgoing {
  method: Dispatcher.HttpMethod;
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array | null;
  signal?: AbortSignal | undefined;
  timeoutMs: number;
  maxBytes: number;
  /** A connection is free and the request leaves in the same turn; what it throws stops the request. */
  onStart: () => void;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
}

/** The deadline of the whole exchange passed. */
class DeadlineError extends Error {
  override name = 'TimeoutError';
}

/**
 * One request and its whole answer, straight on undici's dispatcher: a body stream, an abort signal and two timers for
 * each call cost a worker more than the call (docs/benchmarks.md). Here one timer ends the exchange, and what arrives
 * is collected as it comes.
 */
export function exchange(agent: Dispatcher, outgoing: Outgoing): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { origin, pathname, search } = new URL(outgoing.url);
    const { signal } = outgoing;
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    let headers: Answer['headers'] = {};
    let controller: Dispatcher.DispatchController | undefined;
    let failure: Error | undefined;

    const timer = setTimeout(
      () => fail(new DeadlineError(`no answer in ${outgoing.timeoutMs} ms`)),
      outgoing.timeoutMs,
    );
    const onAbort = () => fail(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));

    function settled(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
    /** A request that still waits for a connection is stopped when it gets one. */
    function fail(error: Error): void {
      if (failure !== undefined) return;
      failure = error;
      settled();
      controller?.abort(error);
      reject(error);
    }

    if (signal?.aborted === true) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    const call: Dispatcher.DispatchOptions = {
      origin,
      path: pathname + search,
      method: outgoing.method,
      headers: outgoing.headers,
      body: outgoing.body,
      // The deadline above is for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    agent.dispatch(call, {
      onRequestStart(started) {
        controller = started;
        if (failure === undefined) outgoing.onStart();
        else started.abort(failure);
      },
      onResponseStart(_controller, statusCode, received) {
        status = statusCode;
        headers = received;
      },
      onResponseData(_controller, chunk) {
        size += chunk.length;
        if (size <= outgoing.maxBytes) chunks.push(chunk);
        else
          fail(
            new SchemaError(`answer is larger than ${outgoing.maxBytes} bytes`, {
              code: 'response_too_large',
            }),
          );
      },
      onResponseEnd() {
        settled();
        const [only] = chunks;
        resolve({
          status,
          headers,
          bytes: only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks),
        });
      },
      onResponseError(_controller, error) {
        fail(error);
      },
    });
  });
}
