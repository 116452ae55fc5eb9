/** An API error answer: `{"type":"error.list"}` with one error, as every documented failure has. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  readonly headers: Record<string, string>;
  /** The official examples answer `request_id: null` for a few validations. */
  readonly withoutRequestId: boolean;

  constructor(
    status: number,
    code: string,
    message: string,
    extra: { field?: string; headers?: Record<string, string>; withoutRequestId?: boolean } = {},
  ) {
    super(message);
    this.name = 'ApiFailure';
    this.status = status;
    this.code = code;
    this.field = extra.field ?? null;
    this.headers = extra.headers ?? {};
    this.withoutRequestId = extra.withoutRequestId ?? false;
  }
}

export function errorList(failure: ApiFailure, requestId: string): Record<string, unknown> {
  return {
    type: 'error.list',
    request_id: failure.withoutRequestId ? null : requestId,
    errors: [
      {
        code: failure.code,
        message: failure.message,
        ...(failure.field === null ? {} : { field: failure.field }),
      },
    ],
  };
}

export function invalid(message: string, field?: string): ApiFailure {
  return new ApiFailure(400, 'parameter_invalid', message, field === undefined ? {} : { field });
}

export function missing(message: string, field?: string): ApiFailure {
  return new ApiFailure(400, 'parameter_not_found', message, field === undefined ? {} : { field });
}

export function unprocessable(message: string): ApiFailure {
  return new ApiFailure(422, 'parameter_invalid', message);
}

export function notFound(message = 'Resource Not Found', code = 'not_found'): ApiFailure {
  return new ApiFailure(404, code, message);
}
