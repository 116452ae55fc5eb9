/**
 * The ladder of errors. A class says what the caller may do about it (see pipeline/failure-policy.ts); `code` is
 * stable and may be shown, stored and tested. Only `UserError` carries a message meant for people outside.
 */
export interface ErrorDetails {
  code: string;
  /** Request id of the API that answered, for support tickets. */
  requestId?: string | undefined;
  /** Field the API or the validator complained about. */
  field?: string | undefined;
  status?: number | undefined;
  cause?: unknown;
}

export abstract class AppError extends Error {
  readonly code: string;
  readonly requestId: string | undefined;
  readonly field: string | undefined;
  readonly status: number | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.requestId = details.requestId;
    this.field = details.field;
    this.status = details.status;
  }
}

/** 401, 403 or a missing scope: nothing will work until a person reconnects. */
export class AuthError extends AppError {}

/** 429: try again at `retryAt`; costs no attempt. */
export class RateLimitError extends AppError {
  readonly retryAt: Date;
  constructor(message: string, details: ErrorDetails & { retryAt: Date }) {
    super(message, details);
    this.retryAt = details.retryAt;
  }
}

/**
 * 5xx, time-out, cut connection, an answer that is not what the API speaks. `outcomeUnknown` is true when the request
 * may have been carried out: such a write is resolved by looking, never by repeating.
 */
export class TransientError extends AppError {
  readonly outcomeUnknown: boolean;
  constructor(message: string, details: ErrorDetails & { outcomeUnknown: boolean }) {
    super(message, details);
    this.outcomeUnknown = details.outcomeUnknown;
  }
}

/** The destination or source refuses this one record; it is set aside with a reason, the batch goes on. */
export class RejectedError extends AppError {
  /** The offending value, shown to the person who fixes it. */
  readonly value: unknown;
  readonly suggestion: string | undefined;
  constructor(message: string, details: ErrorDetails & { value?: unknown; suggestion?: string | undefined }) {
    super(message, details);
    this.value = details.value;
    this.suggestion = details.suggestion;
  }
}

/** It exists already: find by identity, compare, adopt. `existingId` when the API named it. */
export class ConflictError extends AppError {
  readonly existingId: string | undefined;
  readonly archived: boolean;
  constructor(
    message: string,
    details: ErrorDetails & { existingId?: string | undefined; archived?: boolean },
  ) {
    super(message, details);
    this.existingId = details.existingId;
    this.archived = details.archived ?? false;
  }
}

/** 404 or 410 on something we address by id. */
export class NotFoundError extends AppError {}

/** An answer that does not fit the schema of the fields we read. */
export class SchemaError extends AppError {}

/** Our lease on a batch is gone: another worker may own it, so this one stops writing. */
export class LeaseLostError extends AppError {}

/** Bad input or a wrong state, with a message for the person who caused it. `httpStatus` is the answer's status. */
export class UserError extends AppError {
  readonly httpStatus: number;
  constructor(
    message: string,
    details: ErrorDetails & { httpStatus: 400 | 401 | 403 | 404 | 409 | 422 | 429 | 503 },
  ) {
    super(message, details);
    this.httpStatus = details.httpStatus;
  }
}

/** What keeps a process from starting; the message is one line for whoever starts it, and says what to do. */
export class StartError extends Error {
  override name = 'StartError';
}

/** The message of anything thrown, for logs and stored reasons. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
