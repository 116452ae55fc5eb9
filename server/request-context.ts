import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Log } from '../log.ts';

/** Names one request in its answer, in our logs and in error messages. */
export function requestIdOf(response: Response): string {
  const id: unknown = response.locals.requestId;
  return typeof id === 'string' ? id : '';
}

/** Takes over a well-formed `X-Request-Id` of a proxy, and logs each request without its query (it may hold a code). */
export function requestContext(log: Log) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = request.get('x-request-id');
    const requestId = given !== undefined && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
    response.locals.requestId = requestId;
    response.set('X-Request-Id', requestId);
    const { method } = request;
    // Whoever reads the address of a lent picture can fetch it.
    const path = request.path.startsWith('/media/') ? '/media/*' : request.path;
    const startedAt = performance.now();
    response.on('close', () => {
      const durationMs = Math.round(performance.now() - startedAt);
      const entry = { requestId, method, path, status: response.statusCode, durationMs };
      if (response.statusCode >= 500) log.error(entry, 'request failed');
      else if (path === '/healthz' || path === '/readyz' || path === '/metrics') log.debug(entry, 'request');
      else log.info(entry, 'request');
    });
    next();
  };
}
