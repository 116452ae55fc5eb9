import { z } from 'zod';
import { AuthError, SchemaError, TransientError } from '../../errors.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import { INTERCOM_VERSION } from './transport.ts';

export type Region = 'US' | 'EU' | 'AU';

/** REST and web hosts by region (Intercom API 2.16, servers). The default host answers for every region. */
const HOSTS: Record<Region, { api: string; app: string }> = {
  US: { api: 'https://api.intercom.io', app: 'https://app.intercom.com' },
  EU: { api: 'https://api.eu.intercom.io', app: 'https://app.eu.intercom.com' },
  AU: { api: 'https://api.au.intercom.io', app: 'https://app.au.intercom.com' },
};

/** Only "US" appears in Intercom's examples of `app.region`; anything unknown means the default host. */
export function regionOf(value: string | null | undefined): Region {
  const region = value?.toUpperCase();
  return region === 'EU' || region === 'AU' ? region : 'US';
}

/** Addresses of a region; an override replaces those of every region. */
export function apiHost(region: Region, override: string | undefined): string {
  return override ?? HOSTS[region].api;
}

export function appHost(region: Region, override: string | undefined): string {
  return override ?? HOSTS[region].app;
}

/** The consent page. Scopes are not in the address: they are ticked per app in Intercom's Developer Hub. */
export function authorizeUrl(options: {
  appUrl: string;
  clientId: string;
  state: string;
  redirectUri: string;
}): string {
  const url = new URL(`${options.appUrl}/oauth`);
  url.searchParams.set('client_id', options.clientId);
  url.searchParams.set('state', options.state);
  url.searchParams.set('redirect_uri', options.redirectUri);
  return url.href;
}

/** Where an installation ends in Intercom's App Store, with the reason when it failed. */
export function appStoreRedirect(appUrl: string, failure?: string): string {
  const url = new URL(`${appUrl}/appstore/redirect`);
  url.searchParams.set('install_success', String(failure === undefined));
  if (failure !== undefined) url.searchParams.set('error_message', failure);
  return url.href;
}

const TokenAnswer = z
  .object({ access_token: z.string().min(1).optional(), token: z.string().min(1).optional() })
  .transform((answer) => answer.access_token ?? answer.token)
  .pipe(z.string());

/**
 * Code → token at `/auth/eagle/token`. A code may end in `=`, which only a properly encoded form keeps. The token has
 * no documented expiry and no refresh token. Throws AuthError when Intercom refuses the code or our secret.
 */
export async function exchangeCode(
  http: HttpClient,
  options: { apiUrl: string; clientId: string; clientSecret: string; code: string },
): Promise<string> {
  const response = await http.send({
    method: 'POST',
    url: `${options.apiUrl}/auth/eagle/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({
      code: options.code,
      client_id: options.clientId,
      client_secret: options.clientSecret,
    }).toString(),
  });
  const body = successfulBody(response, 'POST /auth/eagle/token');
  const parsed = TokenAnswer.safeParse(body);
  if (!parsed.success) {
    throw new SchemaError("Intercom's answer to the code exchange holds no token", {
      code: 'intercom_unexpected_answer',
      cause: parsed.error,
    });
  }
  return parsed.data;
}

/** Gives up our access from our side; the token is dead afterwards. */
export async function revokeToken(
  http: HttpClient,
  options: { apiUrl: string; token: string },
): Promise<void> {
  const response = await http.send({
    method: 'POST',
    url: `${options.apiUrl}/auth/uninstall`,
    headers: authorized(options.token),
  });
  if (response.status !== 401) requireSuccess(response, 'POST /auth/uninstall');
}

/** The answer of the installation health check, and what is pushed when it changes. */
export interface InstallStatus {
  state: 'OK' | 'UNHEALTHY' | 'UNKNOWN';
  /** At most 2084 characters; required when UNHEALTHY. */
  message?: string;
  cta_type?: 'URL_CTA' | 'REINSTALL_CTA';
  cta_label?: string;
  cta_url?: string;
}

/** Tells Intercom at once that the installation became healthy or unhealthy (Installation health check guide). */
export async function pushInstallStatus(
  http: HttpClient,
  options: { apiUrl: string; token: string; status: InstallStatus },
): Promise<void> {
  const response = await http.send({
    method: 'POST',
    url: `${options.apiUrl}/app_install/status`,
    headers: { ...authorized(options.token), 'content-type': 'application/json' },
    body: JSON.stringify(options.status),
  });
  requireSuccess(response, 'POST /app_install/status');
}

function authorized(token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    'intercom-version': INTERCOM_VERSION,
  };
}

function requireSuccess(response: HttpResponse, operation: string): void {
  const { status } = response;
  if (status >= 200 && status < 300) return;
  const details = { code: `http_${status}`, status };
  if (status >= 500 || status === 408 || status === 429) {
    throw new TransientError(`Intercom answered ${status} to ${operation}`, {
      ...details,
      outcomeUnknown: true,
    });
  }
  throw new AuthError(`Intercom refused ${operation} (${status})`, details);
}

function successfulBody(response: HttpResponse, operation: string): unknown {
  requireSuccess(response, operation);
  try {
    return JSON.parse(response.text()) as unknown;
  } catch (cause) {
    throw new SchemaError(`Intercom's answer to ${operation} is not JSON`, {
      code: 'intercom_not_json',
      cause,
    });
  }
}
