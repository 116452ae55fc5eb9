import type { NextFunction, Request, Response } from 'express';
import { UserError } from '../../errors.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Browsers name the page that calls in `Origin`; other programs send none. Throws 403. */
export function requireOwnOrigin(publicUrl: string) {
  const own = new URL(publicUrl).origin;
  return (request: Request, _response: Response, next: NextFunction): void => {
    const origin = request.get('origin');
    if (SAFE_METHODS.has(request.method) || origin === undefined || origin === own) {
      next();
      return;
    }
    throw new UserError('Calls from another origin are refused.', {
      code: 'origin_refused',
      httpStatus: 403,
    });
  };
}

/** PostgreSQL holds no NUL in a text, so nothing that an address could name has one. Throws 400. */
export function refuseNul(request: Request, _response: Response, next: NextFunction): void {
  if (!request.url.includes('%00')) {
    next();
    return;
  }
  throw new UserError('The address is malformed: it holds a NUL.', { code: 'malformed', httpStatus: 400 });
}

/** A form of another site cannot send this content type without asking first. Throws 400. */
export function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const type = request.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (SAFE_METHODS.has(request.method) || type === 'application/json') {
    next();
    return;
  }
  throw new UserError('Send Content-Type: application/json.', { code: 'content_type', httpStatus: 400 });
}

export interface CallBudget {
  perMinute: number;
  /** Calls that may come at once. */
  burst: number;
}

/**
 * A bucket per session, in this process: it protects the database from a script gone wild, and nothing depends on
 * its exactness. Returns the seconds to wait, 0 when the call may pass.
 */
export function createSessionLimiter(budget: CallBudget, now: () => number) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const perMs = budget.perMinute / 60_000;

  function forgetFull(nowMs: number): void {
    for (const [key, bucket] of buckets) {
      if (bucket.tokens + (nowMs - bucket.at) * perMs >= budget.burst) buckets.delete(key);
    }
  }

  return function secondsToWait(key: string): number {
    const nowMs = now();
    if (buckets.size > 10_000) forgetFull(nowMs);
    const bucket = buckets.get(key) ?? { tokens: budget.burst, at: nowMs };
    const tokens = Math.min(budget.burst, bucket.tokens + (nowMs - bucket.at) * perMs);
    const passes = tokens >= 1;
    buckets.set(key, { tokens: passes ? tokens - 1 : tokens, at: nowMs });
    return passes ? 0 : Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
  };
}
