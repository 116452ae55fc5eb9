import { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { LeaseLostError, RejectedError, SchemaError, TransientError, messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { FORBIDDEN_ADDRESS } from './address-guard.ts';
import { exchange } from './exchange.ts';

export interface HttpExchange {
  method: string;
  host: string;
  /** Null when no answer arrived. */
  status: number | null;
  durationMs: number;
  errorCode?: string;
}

export interface HttpClientOptions {
  agent: Dispatcher;
  /** For a whole exchange in `send`; for the headers, and between two chunks, in `stream`. */
  timeoutMs: number;
  log: Log;
  /** Largest answer `send` will hold in memory. Default 32 MiB. */
  maxBodyBytes?: number;
  onExchange?: (exchange: HttpExchange) => void;
}

export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Called right before the first byte leaves, after any wait for a free connection; what it throws stops the request. */
  beforeSend?: () => void;
}

export interface HttpResponse {
  status: number;
  /** Names in lower case; of a repeated header, the values joined by a comma. */
  headers: Record<string, string>;
  bytes: Buffer;
  text(): string;
}

export interface HttpStream {
  status: number;
  headers: Record<string, string>;
  /** Fails with `RejectedError` `response_too_large` beyond the limit, `TransientError` when cut off. Destroy it if unread. */
  body: Readable;
}

export interface HttpClient {
  /** Any answer is a result, whatever its status; only transport failures throw. Redirects are not followed. */
  send(call: HttpRequest): Promise<HttpResponse>;
  stream(call: HttpRequest, limit: { maxBytes: number }): Promise<HttpStream>;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Failures that happen before a byte of the request leaves: name, route, connect, TLS handshake. */
const NEVER_SENT = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'EPROTO',
]);

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('name' in error && (error.name === 'TimeoutError' || error.name === 'AbortError')) return error.name;
  return 'unknown';
}

function transportError(error: unknown, call: HttpRequest, wasSent = true): Error {
  if (error instanceof LeaseLostError) return error;
  const code = codeOf(error);
  const host = new URL(call.url).host;
  if (code === FORBIDDEN_ADDRESS) {
    return new RejectedError(messageOf(error), { code: 'forbidden_address', value: host, cause: error });
  }
  if (code === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new TransientError(`${host} did not answer in time`, {
      code: 'http_timeout',
      outcomeUnknown: wasSent,
      cause: error,
    });
  }
  const outcomeUnknown = wasSent && !NEVER_SENT.has(code);
  return new TransientError(`${outcomeUnknown ? 'connection lost' : 'no connection'} to ${host} (${code})`, {
    code: outcomeUnknown ? 'http_connection_lost' : 'http_connect_failed',
    outcomeUnknown,
    cause: error,
  });
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

async function* limited(body: Readable, maxBytes: number, call: HttpRequest): AsyncGenerator<Buffer> {
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new RejectedError(`the file is larger than ${maxBytes} bytes`, {
          code: 'response_too_large',
          value: size,
        });
      }
      yield chunk;
    }
  } catch (error) {
    throw error instanceof RejectedError ? error : transportError(error, call);
  }
}

/**
 * Transport on undici with keep-alive, a deadline and a size limit. It knows no endpoint, does not retry, and throws
 * `TransientError` whose `outcomeUnknown` is false only when the request cannot have reached the server.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;

  function report(call: HttpRequest, startedAt: number, status: number | null, errorCode?: string): void {
    if (options.onExchange === undefined && !options.log.isLevelEnabled('debug')) return;
    const { host, pathname } = new URL(call.url);
    const exchange: HttpExchange = {
      method: call.method,
      host,
      status,
      durationMs: performance.now() - startedAt,
      ...(errorCode === undefined ? {} : { errorCode }),
    };
    options.onExchange?.(exchange);
    options.log.debug({ ...exchange, path: pathname }, 'http exchange');
  }

  async function send(call: HttpRequest): Promise<HttpResponse> {
    const startedAt = performance.now();
    const timeoutMs = call.timeoutMs ?? options.timeoutMs;
    let wasSent = false;
    try {
      const { status, headers, bytes } = await exchange(options.agent, {
        method: call.method,
        url: call.url,
        headers: call.headers ?? {},
        body: call.body ?? null,
        signal: call.signal,
        timeoutMs,
        maxBytes: maxBodyBytes,
        onStart() {
          call.beforeSend?.();
          wasSent = true;
        },
      });
      report(call, startedAt, status);
      return { status, headers: flatten(headers), bytes, text: () => bytes.toString('utf8') };
    } catch (error) {
      report(call, startedAt, null, codeOf(error));
      throw error instanceof SchemaError ? error : transportError(error, call, wasSent);
    }
  }

  async function stream(call: HttpRequest, limit: { maxBytes: number }): Promise<HttpStream> {
    const startedAt = performance.now();
    const timeoutMs = call.timeoutMs ?? options.timeoutMs;
    try {
      const answer = await request(call.url, {
        dispatcher: options.agent,
        method: call.method,
        headers: call.headers ?? {},
        body: call.body ?? null,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      report(call, startedAt, answer.statusCode);
      const body = Readable.from(limited(answer.body, limit.maxBytes, call), { objectMode: false });
      // A generator that was never started does not run its clean-up, so an unread stream must free its socket here.
      body.once('close', () => answer.body.destroy());
      answer.body.on('error', () => undefined);
      return { status: answer.statusCode, headers: flatten(answer.headers), body };
    } catch (error) {
      report(call, startedAt, null, codeOf(error));
      throw transportError(error, call);
    }
  }

  return { send, stream };
}
