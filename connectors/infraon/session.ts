import { AuthError, NotFoundError, RejectedError, SchemaError, TransientError } from '../../errors.ts';
import type { HttpResponse } from '../http/client.ts';
import { retryDelay } from '../http/retry.ts';
import { firstText } from './paths.ts';
import type { InfraonProfile, LoginSpec } from './profile.ts';
import type { ReadGuard } from './read-guard.ts';
import { errorText, looksLikeHtml, readReply } from './reply.ts';
import { withRetries } from './retries.ts';
import type { ClientDeps, LoginState } from './types.ts';

export interface Session {
  /** The header of a signed-in request, and the token it was made from. Signs in when needed, one caller at a time. */
  current(): Promise<{ token: string; headers: Record<string, string> }>;
  /**
   * To be called when `token` was refused. Returns when another token can be tried; throws `AuthError` when signing in
   * again cannot help.
   */
  renew(token: string): Promise<void>;
  /** To be called when the server accepted the token. */
  accepted(token: string): void;
  state(): LoginState;
  loginName(): string | null;
  logins(): number;
}

interface SignedIn {
  token: string;
  at: Date;
  /** The server has answered this token with something else than a refusal, here or in another process. */
  proven: boolean;
  /** The same, here. */
  accepted: boolean;
}

/** Signing in counts: it moves the account's last login and may lock it (Infraon password policy). */
const MAX_LOGIN_POSTS = 2;

function fill(template: string, username: string, password: string): string {
  // Function replacements, because a password may contain `$&`.
  return template
    .replace('{username}', () => username)
    .replace('{password|base64}', () => Buffer.from(password, 'utf8').toString('base64'))
    .replace('{password}', () => password);
}

/** A token that already begins with the scheme word is sent as it is. */
function spell(format: string, token: string): string {
  const prefix = format.slice(0, format.indexOf('{token}'));
  return token.startsWith(prefix) ? token : format.replace('{token}', () => token);
}

/** The path is not there, or the answer is no refusal of the password in so many words. */
function isOtherVariantWorthTrying(error: unknown): boolean {
  if (error instanceof NotFoundError || error instanceof SchemaError) return true;
  return error instanceof RejectedError && (error.status === 405 || error.status === 200);
}

export function createSession(deps: ClientDeps, profile: InfraonProfile, guard: ReadGuard): Session {
  const { http, credentials, clock, log, random, pinned } = deps;
  const sleep = deps.sleep ?? defaultSleep;
  let signedIn: SignedIn | null = null;
  let pending: Promise<SignedIn> | null = null;
  let renewal: Promise<void> | null = null;
  let format = pinned.headerFormat;
  let loginName = pinned.login;
  let refused = false;
  let logins = 0;

  function post(login: LoginSpec, username: string, password: string): Promise<HttpResponse> {
    const body = Object.fromEntries(
      Object.entries(login.body).map(([key, value]) => [key, fill(value, username, password)]),
    );
    logins += 1;
    return http.send({
      method: 'POST',
      url: guard.url(login.path, null, {}).href,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
  }

  function tokenOf(response: HttpResponse, login: LoginSpec): string {
    const { value } = readReply(response, profile.http, clock());
    const token = firstText(value, login.tokenPaths);
    if (token !== null) return token;
    const said = errorText(value, profile.http);
    if (said !== null) throw new AuthError(said, { code: 'source_unauthorized', status: response.status });
    throw new SchemaError('its login answers without a token', { code: 'source_no_token' });
  }

  async function requestToken(username: string, password: string): Promise<string> {
    const variants = profile.auth.logins.filter(({ name }) => loginName === null || name === loginName);
    let failure: unknown = new AuthError('no login variant is configured', { code: 'source_unauthorized' });
    let login = variants.shift();
    for (let posts = 1; login !== undefined && posts <= MAX_LOGIN_POSTS; posts += 1) {
      try {
        const token = tokenOf(await post(login, username, password), login);
        loginName = login.name;
        return token;
      } catch (error) {
        failure = error;
        if (error instanceof TransientError) await pause(posts);
        else if (isOtherVariantWorthTrying(error)) login = variants.shift();
        else break;
      }
    }
    // A 400 or a failure word in a 200: the server refused in its own words.
    if (failure instanceof RejectedError && failure.status !== 405) {
      throw new AuthError(failure.message, { code: 'source_unauthorized', cause: failure });
    }
    throw failure;
  }

  async function pause(attempt: number): Promise<void> {
    const { retryBaseMs, retryCapMs } = profile.http;
    await sleep(retryDelay({ attempt, baseMs: retryBaseMs, capMs: retryCapMs, random }));
  }

  /** Any answer that tells something about the header; a failure that says nothing about it throws. */
  async function tryHeader(url: string, value: string): Promise<HttpResponse> {
    const headers = { [profile.auth.header.name]: value, accept: 'application/json' };
    const response = await http.send({ method: 'GET', url, headers });
    const { status } = response;
    const tells =
      status < 300 || profile.auth.reloginOn.includes(status) || status === 403 || looksLikeHtml(response);
    if (!tells || status >= 500) readReply(response, profile.http, clock());
    return response;
  }

  /** Three spellings of the header are on record; the first that is not refused is kept. */
  async function findFormat(token: string): Promise<void> {
    const url = guard.url(profile.auth.check.path, null, profile.auth.check.query).href;
    const tried = new Set<string>();
    let failure = new AuthError('Infraon refused every spelling of the header', {
      code: 'source_unauthorized',
    });
    for (const candidate of profile.auth.header.formats) {
      const value = spell(candidate, token);
      if (tried.has(value)) continue;
      tried.add(value);
      const response = await withRetries({ ...deps, profile, sleep }, () => tryHeader(url, value));
      const { status } = response;
      if (!profile.auth.reloginOn.includes(status) && !looksLikeHtml(response)) {
        format = candidate;
        log.info({ format: candidate }, 'infraon header accepted');
        return;
      }
      if (looksLikeHtml(response)) {
        failure = new AuthError('Infraon answered with a web page instead of data', {
          code: 'source_login_page',
          status,
        });
      }
    }
    throw failure;
  }

  async function signIn(lastAt: Date | null): Promise<{ token: string; at: Date }> {
    const waitMs = (lastAt?.getTime() ?? 0) + profile.auth.reloginWindowMs - clock().getTime();
    if (waitMs > 0) await sleep(waitMs);
    const token =
      credentials.strategy === 'api_key'
        ? credentials.api_key
        : await requestToken(credentials.username, credentials.password);
    if (format === null) await findFormat(token);
    return { token, at: clock() };
  }

  /** A token that is not `stale`: another process's where there is one, which has worked for it. */
  async function obtain(stale: SignedIn | null): Promise<SignedIn> {
    try {
      const { sharedLogin } = deps;
      const { token, at, isOwn } =
        sharedLogin === undefined || credentials.strategy === 'api_key'
          ? { ...(await signIn(stale?.at ?? null)), isOwn: true }
          : await sharedLogin.obtain(stale?.token ?? null, signIn);
      if (format === null) await findFormat(token);
      refused = false;
      return { token, at, proven: !isOwn, accepted: false };
    } catch (error) {
      refused = error instanceof AuthError;
      throw error;
    }
  }

  async function ensure(stale: SignedIn | null = null): Promise<SignedIn> {
    if (signedIn !== null) return signedIn;
    pending ??= obtain(stale).finally(() => {
      pending = null;
    });
    signedIn = await pending;
    return signedIn;
  }

  async function replace(stale: SignedIn): Promise<void> {
    if (signedIn === stale) signedIn = null;
    await ensure(stale);
  }

  async function renew(token: string): Promise<void> {
    const stale = signedIn;
    if (stale === null || stale.token !== token) return;
    // A token that never worked, or a key, will not work after another login either.
    if (credentials.strategy === 'api_key' || !stale.proven) {
      const reason = 'Infraon refuses the account';
      if (credentials.strategy === 'api_key' || (await deps.sharedLogin?.drop(token, reason)) !== false) {
        refused = true;
        throw new AuthError(reason, { code: 'source_unauthorized', status: 401 });
      }
    }
    renewal ??= replace(stale).finally(() => {
      renewal = null;
    });
    await renewal;
  }

  return {
    async current() {
      const { token } = await ensure();
      return { token, headers: { [profile.auth.header.name]: spell(format ?? '{token}', token) } };
    },
    renew,
    accepted(token) {
      if (signedIn?.token !== token || signedIn.accepted) return;
      signedIn.accepted = signedIn.proven = true;
      // Only what others make of a refusal depends on it.
      void deps.sharedLogin?.accepted(token).catch(() => undefined);
    },
    state: () => ({
      state: signedIn !== null ? 'signed_in' : refused ? 'refused' : 'none',
      at: signedIn?.at ?? null,
      headerFormat: format,
    }),
    loginName: () => loginName,
    logins: () => logins,
  };
}

export function defaultSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
