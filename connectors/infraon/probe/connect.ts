import {
  AppError,
  AuthError,
  NotFoundError,
  RateLimitError,
  RejectedError,
  SchemaError,
  TransientError,
  UserError,
} from '../../../errors.ts';
import { assertAllowedUrl } from '../../http/address-guard.ts';
import type { HttpResponse } from '../../http/client.ts';
import { hushed } from '../hushed.ts';
import type { Capability } from '../types.ts';
import { capability, type ProbeContext } from './context.ts';

type ConnectCode =
  'source_unreachable' | 'source_unauthorized' | 'source_forbidden_address' | 'source_not_infraon';

function refuse(code: ConnectCode, message: string, cause?: unknown): UserError {
  return new UserError(message, {
    code,
    httpStatus: 422,
    field: code === 'source_unauthorized' ? 'auth' : 'base_url',
    cause,
  });
}

export function checkAddress(baseUrl: string, allowedHosts: readonly string[]): void {
  const check = assertAllowedUrl(baseUrl, allowedHosts);
  if (check.ok) return;
  throw refuse(
    'source_forbidden_address',
    `The address cannot be used: ${check.reason}. Enter the https address under which Infraon is reachable from the internet.`,
  );
}

function networkCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

function unreachable(error: TransientError, host: string): UserError {
  const code = networkCode(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return refuse(
      'source_unreachable',
      `There is no server named ${host}. Check the address for typing errors.`,
      error,
    );
  }
  if (code.includes('CERT') || code.includes('SIGNED') || code.includes('SIGNATURE')) {
    return refuse(
      'source_unreachable',
      `The certificate of ${host} is not trusted (${code}). Install a valid certificate there, or have its authority added here.`,
      error,
    );
  }
  if (error.code === 'http_timeout' || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return refuse(
      'source_unreachable',
      `${host} did not answer in time. Check that it is up and that its firewall lets us in.`,
      error,
    );
  }
  if (error.status !== undefined) {
    return refuse(
      'source_unreachable',
      `${host} answers with an error (${error.status}). Try again when Infraon is up.`,
      error,
    );
  }
  return refuse(
    'source_unreachable',
    `No connection to ${host} (${code || error.code}). Check the address and the port.`,
    error,
  );
}

/** Turns what went wrong while connecting into a sentence that says what happened and what to do. */
export function connectError(error: unknown, host: string, gotToken: boolean): unknown {
  if (error instanceof UserError || !(error instanceof AppError)) return error;
  if (error instanceof TransientError) return unreachable(error, host);
  if (error instanceof RateLimitError) {
    return refuse('source_unreachable', `${host} asks us to wait (429). Try again in a few minutes.`, error);
  }
  if (error instanceof RejectedError && error.code === 'forbidden_address') {
    return refuse(
      'source_forbidden_address',
      `The address leads to a private network: ${error.message}. Enter the address under which Infraon is reachable from the internet.`,
      error,
    );
  }
  if (error instanceof AuthError && error.code === 'source_redirected') {
    return refuse(
      'source_not_infraon',
      `${host} sends us elsewhere: ${error.message}. Enter the final address of the Infraon API.`,
      error,
    );
  }
  const isStranger =
    error instanceof NotFoundError ||
    error instanceof SchemaError ||
    error instanceof RejectedError ||
    (error.code === 'source_login_page' && !gotToken);
  if (isStranger) {
    return refuse(
      'source_not_infraon',
      `${host} answers, but not like Infraon: ${error.message.replace(/[.\s]+$/, '')}. Enter the address of the API, often https://<name>.api.infraon.app.`,
      error,
    );
  }
  return refuse(
    'source_unauthorized',
    `Infraon refused to let us in: ${error.message.replace(/[.\s]+$/, '')}. Check the credentials; with single sign-on or two-factor login the account needs a password of its own or an API key.`,
    error,
  );
}

/** Any answer counts: the address leads to a web server. The schema path is the one that needs no sign-in. */
async function reach(context: ProbeContext): Promise<HttpResponse> {
  const { http, profile } = context.deps;
  const url = context.transport.guard.url(profile.schema.path, null, profile.schema.query).href;
  const call = { method: 'GET', url, headers: { accept: 'application/json' } } as const;
  try {
    return await http.send(call);
  } catch (error) {
    // A large schema document is an answer as well.
    if (error instanceof TransientError && error.outcomeUnknown) return http.send(call);
    throw error;
  }
}

function clockSkew(response: HttpResponse, now: Date): number | null {
  const at = Date.parse(response.headers['date'] ?? '');
  return Number.isNaN(at) ? null : at - now.getTime();
}

function describeHeader(context: ProbeContext): string {
  const format = context.pinned.headerFormat ?? '{token}';
  const { name } = context.deps.profile.auth.header;
  return format === '{token}'
    ? `The token is sent in ${name} exactly as it was issued.`
    : `The token is sent in ${name} as "${format.replace('{token}', '…')}".`;
}

/** Reaches the server and signs in. Throws `UserError` 422 when one of them fails. */
export async function connect(context: ProbeContext): Promise<Capability[]> {
  const { deps, pinned, transport } = context;
  const host = new URL(deps.baseUrl).host;
  try {
    const response = await reach(context);
    pinned.clockSkewMs = clockSkew(response, deps.clock());
    await context.client.login();
  } catch (error) {
    throw connectError(hushed(error, deps.credentials), host, transport.session.loginName() !== null);
  }
  pinned.headerFormat = transport.session.state().headerFormat;
  pinned.login = transport.session.loginName();
  const how =
    deps.credentials.strategy === 'api_key'
      ? 'The API key is accepted.'
      : 'User name and password are accepted.';
  return [
    capability('reachable', true, `${host} answers.`),
    capability('login', true, how),
    capability('header', true, describeHeader(context)),
  ];
}
