import type { Readable } from 'node:stream';
import { AppError, AuthError, RejectedError, TransientError } from '../../errors.ts';
import { createAdaptiveGate, type AdaptiveGate } from '../http/adaptive-concurrency.ts';
import type { HttpStream } from '../http/client.ts';
import type { InfraonProfile } from './profile.ts';
import { createReadGuard, type Query, type ReadGuard } from './read-guard.ts';
import { hushed } from './hushed.ts';
import { readReply } from './reply.ts';
import { withRetries } from './retries.ts';
import { createSession, defaultSleep, type Session } from './session.ts';
import type { ClientDeps, Download } from './types.ts';

export type CallKind = 'list' | 'detail' | 'media';

export interface Reply {
  body: unknown;
  repaired: number;
  /** Numbers kept as text because a double cannot hold them. */
  largeNumbers: number;
  /** Of the answer, names in lower case. */
  headers: Record<string, string>;
}

export interface ReadCall {
  kind: 'list' | 'detail';
  template: string;
  id?: string;
  query?: Query;
}

/** Reads with session, pace, retries and error classes; knows no object. */
export interface Transport {
  get(call: ReadCall): Promise<Reply>;
  download(address: string, maxBytes: number): Promise<Download>;
  session: Session;
  guard: ReadGuard;
  calls(): Record<CallKind | 'login', number>;
}

/** Times one read may ask for a fresh token: other callers can use up a token that lives for few calls. */
const MAX_RENEWALS = 3;
const SUCCESSES_PER_STEP = 20;

/** A reply that a fresh token may change: 401, or the login page that some proxies put in its place. */
function isSessionProblem(error: unknown, profile: InfraonProfile): boolean {
  if (!(error instanceof AuthError)) return false;
  return error.code === 'source_login_page' || profile.auth.reloginOn.includes(error.status ?? 0);
}

function createGate(
  profile: InfraonProfile,
  deps: ClientDeps,
  sleep: (ms: number) => Promise<void>,
): AdaptiveGate {
  const { limits } = profile.http;
  return createAdaptiveGate({
    start: limits.startConcurrency,
    max: limits.maxConcurrency,
    maxPerSecond: limits.maxRps,
    successesPerStep: SUCCESSES_PER_STEP,
    breakerThreshold: limits.breakerThreshold,
    breakerOpenMs: limits.breakerOpenMs,
    now: () => deps.clock().getTime(),
    sleep,
  });
}

export function createTransport(deps: ClientDeps): Transport {
  const { http, profile, clock } = deps;
  const sleep = deps.sleep ?? defaultSleep;
  const guard = createReadGuard(profile, deps.baseUrl);
  const session = createSession(deps, profile, guard);
  const gate = createGate(profile, deps, sleep);
  const counts: Record<CallKind, number> = { list: 0, detail: 0, media: 0 };

  /** Runs `call` with a token, again with another one when the token was refused, again after passing failures. */
  async function signedIn<T>(
    kind: CallKind,
    call: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    for (let renewals = 0; ; renewals += 1) {
      const { token, headers } = await session.current().catch((error: unknown) => {
        throw hushed(error, deps.credentials);
      });
      try {
        const result = await withRetries({ profile, clock, random: deps.random, sleep }, () =>
          gate.run(kind, () => {
            counts[kind] += 1;
            return call(headers);
          }),
        );
        session.accepted(token);
        return result;
      } catch (error) {
        hushed(error, deps.credentials, token);
        if (!isSessionProblem(error, profile)) {
          if (error instanceof AppError && error.status !== undefined) session.accepted(token);
          throw error;
        }
        if (renewals >= MAX_RENEWALS) throw error;
        await renewOrThrow(token, error);
      }
    }
  }

  /** The first refusal says more than "the account is refused": a login page names its cause. */
  async function renewOrThrow(token: string, refusal: unknown): Promise<void> {
    try {
      await session.renew(token);
    } catch (error) {
      throw error instanceof AuthError && refusal instanceof AuthError ? refusal : error;
    }
  }

  async function get(call: ReadCall): Promise<Reply> {
    const url = guard.url(call.template, call.id ?? null, call.query ?? {}).href;
    return signedIn(call.kind, async (headers) => {
      const response = await http.send({
        method: 'GET',
        url,
        headers: { ...headers, accept: 'application/json' },
      });
      const { value, repaired, largeNumbers } = readReply(response, profile.http, clock());
      return { body: value, repaired, largeNumbers, headers: response.headers };
    });
  }

  async function openFile(
    url: string,
    headers: Record<string, string>,
    maxBytes: number,
  ): Promise<HttpStream> {
    const answer = await http.stream({ method: 'GET', url, headers }, { maxBytes });
    const { status } = answer;
    if (status === 401 || status === 429 || status >= 500) {
      answer.body.destroy();
      if (status === 401) throw new AuthError('the file is refused', { code: 'source_unauthorized', status });
      throw new TransientError(`Infraon answered ${status}`, {
        code: 'source_error',
        status,
        outcomeUnknown: true,
      });
    }
    return answer;
  }

  async function download(address: string, maxBytes: number): Promise<Download> {
    const target = guard.mediaUrl(address);
    try {
      const answer = await signedIn('media', (headers) => openFile(target.href, headers, maxBytes));
      return describeFile(answer, target.pathname);
    } catch (error) {
      // Whether files are authorised by the same header is not documented, so a refused file is no refused account.
      if (error instanceof AuthError && error.status === 401) {
        return { status: 401, contentType: null, size: null, stream: null };
      }
      throw error;
    }
  }

  return { get, download, session, guard, calls: () => ({ ...counts, login: session.logins() }) };
}

function describeFile(answer: HttpStream, path: string): Download {
  const contentType = answer.headers['content-type'] ?? null;
  const length = Number(answer.headers['content-length'] ?? Number.NaN);
  const size = Number.isSafeInteger(length) ? length : null;
  const found = answer.status >= 200 && answer.status < 300;
  const isLoginPage = found && (contentType ?? '').includes('html') && !/\.x?html?$/i.test(path);
  const stream: Readable | null = found && !isLoginPage ? answer.body : null;
  if (stream === null) answer.body.destroy();
  if (isLoginPage) {
    throw new RejectedError('a web page came instead of the file', {
      code: 'attachment_unavailable',
      value: path,
    });
  }
  return { status: answer.status, contentType, size, stream };
}
