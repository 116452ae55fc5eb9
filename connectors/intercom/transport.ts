import {
  AuthError,
  ConflictError,
  NotFoundError,
  RateLimitError,
  RejectedError,
  TransientError,
} from '../../errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/client.ts';
import { parseJson } from '../http/json.ts';
import type { RateGate } from '../http/rate-limiter.ts';

/** The stable version everything is written against; the SDK's own default is 2.14. */
export const INTERCOM_VERSION = '2.16';
/** An answer of 429 carries no Retry-After; without a reset header one whole window is waited (windows of 10 s). */
const WINDOW_MS = 10_000;
/** The per-conversation reply throttle is undocumented; 15 s is what a production connector waits before its retry. */
const REPLY_THROTTLE_MS = 15_000;
const MAX_THROTTLED_TRIES = 30;
/** Replies with files: from here on the usual deadline is lengthened by the time of the upload at 2 Mbit/s. */
const LARGE_BODY_BYTES = 1_000_000;
const LARGE_BODY_BASE_MS = 30_000;
const SLOW_LINE_BYTES_PER_MS = 250;

export interface IntercomCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with its ids filled in. */
  path: string;
  /** Path template: the name under which calls are counted. */
  operation: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  version?: string;
  /** Nobody reads what a success answers: a reply brings the whole conversation back, which is costly to parse. */
  answerUnread?: true;
  /** A success may have no body at all (`DELETE /tags/{id}`). */
  answerEmpty?: true;
}

export interface IntercomTransport {
  /** Sends one call and returns the parsed body. Waits for the rate budget; repeats only what was refused by 429. */
  send(call: IntercomCall): Promise<unknown>;
}

export interface TransportOptions {
  http: HttpClient;
  baseUrl: string;
  token: string;
  gate: RateGate;
  now: () => number;
  /** Every answered or lost call, for the run's counters. */
  onCall?: (operation: string, status: number | null, date?: string) => void;
  /** Asked before each write leaves; throws when the work is no longer ours to do. */
  fence?: () => void;
}

export function createIntercomTransport(options: TransportOptions): IntercomTransport {
  async function attempt(call: IntercomCall): Promise<unknown> {
    await options.gate.take();
    let response: HttpResponse;
    try {
      response = await options.http.send(requestOf(call, options));
    } catch (error) {
      options.onCall?.(call.operation, null);
      throw error;
    }
    options.onCall?.(call.operation, response.status, response.headers['date']);
    options.gate.observe(rateHeaders(response.headers), response.status === 429);
    if (call.answerUnread === true && looksWhole(response)) return undefined;
    const { status, bytes } = response;
    if (call.answerEmpty === true && status >= 200 && status < 300 && bytes.length === 0) return undefined;
    return parseAnswer(response, options.now());
  }

  return {
    async send(call) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await attempt(call);
        } catch (error) {
          // 429 means the call was not carried out: `take` waits for the next window, so repeating is safe for writes too.
          const repeat = error instanceof RateLimitError && error.code === 'rate_limit_exceeded';
          if (!repeat || tries >= MAX_THROTTLED_TRIES) throw error;
        }
      }
    },
  };
}

function requestOf(call: IntercomCall, options: TransportOptions): HttpRequest {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) query.set(key, String(value));
  }
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return {
    method: call.method,
    url: `${options.baseUrl}${call.path}${search}`,
    headers: {
      authorization: `Bearer ${options.token}`,
      accept: 'application/json',
      'intercom-version': call.version ?? INTERCOM_VERSION,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(call.body === undefined ? {} : bodyOf(call.body)),
    ...(options.fence === undefined || call.method === 'GET' ? {} : { beforeSend: options.fence }),
  };
}

/** A body of many megabytes gets the time that a slow line needs for it. */
function bodyOf(value: unknown): Pick<HttpRequest, 'body' | 'timeoutMs'> {
  const body = JSON.stringify(value);
  if (body.length < LARGE_BODY_BYTES) return { body };
  return { body, timeoutMs: LARGE_BODY_BASE_MS + Math.ceil(body.length / SLOW_LINE_BYTES_PER_MS) };
}

function headerNumber(value: string | undefined): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Absent headers and a remaining of zero are different things: `undefined` says nothing, 0 says wait. */
function rateHeaders(headers: Record<string, string>): {
  limit?: number;
  remaining?: number;
  resetAtMs?: number;
} {
  const limit = headerNumber(headers['x-ratelimit-limit']);
  const remaining = headerNumber(headers['x-ratelimit-remaining']);
  const reset = headerNumber(headers['x-ratelimit-reset']);
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(reset === undefined ? {} : { resetAtMs: reset * 1000 }),
  };
}

/** A success whose body is a whole JSON object by its first and last byte: a proxy's page or half an answer is none. */
function looksWhole({ status, bytes }: HttpResponse): boolean {
  return status >= 200 && status < 300 && bytes.at(0) === 0x7b && bytes.at(-1) === 0x7d;
}

interface FirstError {
  code: string;
  message: string;
  field: string | undefined;
  requestId: string | undefined;
}

function firstError(body: unknown): FirstError | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { errors, request_id: requestId } = body as { errors?: unknown; request_id?: unknown };
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== 'object' || first === null) return undefined;
  const { code, message, field } = first as { code?: unknown; message?: unknown; field?: unknown };
  return {
    code: typeof code === 'string' ? code : 'unknown',
    message: typeof message === 'string' ? message : '',
    field: typeof field === 'string' ? field : undefined,
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}

/** Status and body → parsed body or one of the error classes (Intercom API reference, sections 1.4 and 15). */
function parseAnswer(response: HttpResponse, nowMs: number): unknown {
  const { status } = response;
  const body = parseBody(response);
  if (status >= 200 && status < 300) {
    if (body !== undefined || status === 204) return body;
    throw new TransientError('Intercom answered with something that is not JSON', {
      code: 'intercom_not_json',
      status,
      outcomeUnknown: true,
    });
  }
  const error = firstError(body) ?? {
    code: `http_${status}`,
    message: '',
    field: undefined,
    requestId: undefined,
  };
  const details = { code: error.code, requestId: error.requestId, field: error.field, status };
  const message = error.message === '' ? `Intercom answered ${status} (${error.code})` : error.message;

  if (status === 401 || status === 403) throw new AuthError(message, details);
  if (status === 429) {
    const resetAtMs = rateHeaders(response.headers).resetAtMs;
    const retryAt = new Date(resetAtMs !== undefined && resetAtMs > nowMs ? resetAtMs : nowMs + WINDOW_MS);
    throw new RateLimitError(message, { ...details, code: 'rate_limit_exceeded', retryAt });
  }
  // The only two refusals that no code tells apart from others: their text is all Intercom gives.
  if (status === 400 && /too many recent replies/i.test(message)) {
    throw new RateLimitError(message, {
      ...details,
      code: 'reply_throttled',
      retryAt: new Date(nowMs + REPLY_THROTTLE_MS),
    });
  }
  if (status === 409) {
    const existingId = /id=([\w-]+)/.exec(message)?.[1];
    throw new ConflictError(message, { ...details, existingId, archived: /archived/i.test(message) });
  }
  if (status === 404 || status === 410) throw new NotFoundError(message, details);
  if (status === 408 || status >= 500)
    throw new TransientError(message, { ...details, outcomeUnknown: true });
  throw new RejectedError(message, details);
}

function parseBody(response: HttpResponse): unknown {
  try {
    return parseJson(response.text()).value;
  } catch {
    return undefined;
  }
}
