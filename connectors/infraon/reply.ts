import {
  AuthError,
  NotFoundError,
  RateLimitError,
  RejectedError,
  SchemaError,
  TransientError,
} from '../../errors.ts';
import type { HttpResponse } from '../http/client.ts';
import { parseJson, type ParsedJson } from '../http/json.ts';
import { parseRetryAfter } from '../http/retry.ts';
import { firstText, firstValue } from './paths.ts';
import type { InfraonProfile } from './profile.ts';

export type ReplyRules = InfraonProfile['http'];

const MESSAGE_LENGTH = 300;

export function looksLikeHtml(response: HttpResponse): boolean {
  const type = response.headers['content-type'] ?? '';
  return (
    type.includes('html') ||
    /^\s*<(?:!doctype|html)/i.test(response.bytes.subarray(0, 200).toString('latin1'))
  );
}

function parsed(response: HttpResponse): ParsedJson | null {
  if (response.bytes.length === 0) return { value: null, repaired: 0, largeNumbers: 0 };
  try {
    return parseJson(response.text());
  } catch {
    return null;
  }
}

/** The server's own words about a failure, of any of the shapes on record. */
export function errorText(body: unknown, rules: ReplyRules): string | null {
  const known = firstText(body, rules.errorTextPaths);
  if (known !== null) return known.slice(0, MESSAGE_LENGTH).toWellFormed();
  if (typeof body !== 'object' || body === null) return null;
  // Django REST Framework's form of a 400: {"field": ["reason"]}.
  for (const [field, reasons] of Object.entries(body)) {
    if (Array.isArray(reasons) && typeof reasons[0] === 'string')
      return `${field}: ${reasons[0]}`.slice(0, MESSAGE_LENGTH).toWellFormed();
  }
  return null;
}

function isRefusal(body: unknown, rules: ReplyRules): boolean {
  const status = firstValue(body, [rules.success.statusField]);
  return typeof status === 'string' && rules.success.failureValues.includes(status.toLowerCase());
}

function serverError(response: HttpResponse, body: ParsedJson | null, rules: ReplyRules): Error {
  const { status } = response;
  // A 500 of this API can be an ordinary refusal; then it carries a status word and a reason (knowledge base, OAS).
  const said = body === null ? null : errorText(body.value, rules);
  const hasStatusWord = body !== null && firstText(body.value, [rules.success.statusField]) !== null;
  if (status === 500 && said !== null && hasStatusWord)
    return new RejectedError(said, { code: 'source_refused', status });
  return new TransientError(`Infraon answered ${status}`, {
    code: 'source_error',
    status,
    outcomeUnknown: true,
  });
}

function clientError(response: HttpResponse, body: ParsedJson | null, rules: ReplyRules, now: Date): Error {
  const { status } = response;
  const said = (body === null ? null : errorText(body.value, rules)) ?? `Infraon answered ${status}`;
  switch (status) {
    case 401:
      return new AuthError(said, { code: 'source_unauthorized', status });
    case 403:
      return new AuthError(said, { code: 'source_permission_missing', status });
    case 404:
    case 410:
      return new NotFoundError(said, { code: 'source_not_found', status });
    case 408:
      return new TransientError(said, { code: 'source_error', status, outcomeUnknown: true });
    case 429: {
      const waitMs = parseRetryAfter(response.headers['retry-after'], now);
      const retryAt = new Date(now.getTime() + (waitMs ?? 0));
      return new RateLimitError(said, { code: 'source_rate_limited', status, retryAt });
    }
    default:
      return new RejectedError(said, { code: 'source_refused', status });
  }
}

/**
 * The JSON of a successful answer. Success is 2xx, JSON, and no failure word in the body: a 200 of this API can be a
 * failure, and a 200 with HTML is a login or proxy page.
 */
export function readReply(response: HttpResponse, rules: ReplyRules, now: Date): ParsedJson {
  const { status } = response;
  if (status >= 300 && status < 400) {
    throw new AuthError(`Infraon redirected to ${response.headers['location'] ?? 'nowhere'}`, {
      code: 'source_redirected',
      status,
    });
  }
  const html = looksLikeHtml(response);
  const body = html ? null : parsed(response);
  if (status >= 500) throw serverError(response, body, rules);
  if (status >= 400) throw clientError(response, body, rules, now);
  if (html) {
    throw new AuthError('Infraon answered with a web page instead of data', {
      code: 'source_login_page',
      status,
    });
  }
  if (body === null)
    throw new SchemaError('Infraon answered with something that is not JSON', {
      code: 'source_not_json',
      status,
    });
  if (isRefusal(body.value, rules)) {
    throw new RejectedError(errorText(body.value, rules) ?? 'Infraon refused', {
      code: 'source_refused',
      status,
    });
  }
  return body;
}
