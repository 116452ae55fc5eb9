import type { NextFunction, Request, Response } from 'express';
import { isConnectionLoss } from '../db/client.ts';
import {
  AppError,
  AuthError,
  NotFoundError,
  RateLimitError,
  TransientError,
  UserError,
  messageOf,
} from '../errors.ts';
import type { Log } from '../log.ts';
import { requestIdOf } from './request-context.ts';

export interface PublicError {
  status: number;
  code: string;
  message: string;
  field?: string;
}

/**
 * What the outside may know about anything thrown. Only UserError speaks for itself; the others get a sentence of
 * ours, because their messages may quote another system.
 */
export function publicError(error: unknown): PublicError {
  if (error instanceof UserError) {
    const { httpStatus: status, code, message, field } = error;
    return { status, code, message, ...(field === undefined ? {} : { field }) };
  }
  if (error instanceof AuthError) {
    return {
      status: 503,
      code: 'access_refused',
      message: 'Intercom or Infraon no longer accepts our access. Connect it again.',
    };
  }
  if (error instanceof RateLimitError || error instanceof TransientError) {
    return {
      status: 503,
      code: 'try_again_later',
      message: 'Intercom or Infraon did not answer. Try again in a minute.',
    };
  }
  if (error instanceof NotFoundError) {
    return { status: 404, code: 'not_found', message: 'It does not exist, or not any more.' };
  }
  const refused = refusedByParser(error);
  if (refused !== undefined) return refused;
  if (isConnectionLoss(error)) {
    return {
      status: 503,
      code: 'database_unavailable',
      message: 'The database is not available. Try again soon.',
    };
  }
  return { status: 500, code: 'internal_error', message: 'Something went wrong on our side.' };
}

/** Express marks what its body parsers and router refuse (too large, aborted, malformed address) with `status`. */
function refusedByParser(error: unknown): PublicError | undefined {
  if (error instanceof AppError || typeof error !== 'object' || error === null) return undefined;
  if (!('status' in error) || typeof error.status !== 'number') return undefined;
  if (error.status === 413) return { status: 413, code: 'too_large', message: 'The request is too large.' };
  if (error.status < 400 || error.status > 499) return undefined;
  return { status: 400, code: 'malformed', message: 'The request cannot be read.' };
}

/** Logs what is not a person's mistake, with its cause. */
export function logFailure(log: Log, error: unknown, fields: Record<string, unknown>): void {
  if (error instanceof UserError && error.cause === undefined) return;
  const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : undefined;
  const errorCode = error instanceof AppError ? error.code : undefined;
  const stack = error instanceof AppError || !(error instanceof Error) ? undefined : error.stack;
  log.error({ ...fields, errorCode, reason: messageOf(error), cause, stack }, 'request raised an error');
}

/** The last handler: every error of the HTTP edge becomes the one JSON shape of the contract. */
export function errorHandler(log: Log) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    const requestId = requestIdOf(response);
    logFailure(log, error, { requestId });
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, ...body } = publicError(error);
    response.status(status).json({ error: { ...body, request_id: requestId } });
  };
}
