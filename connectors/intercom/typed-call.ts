import type { z } from 'zod';
import { NotFoundError, SchemaError } from '../../errors.ts';
import type { IntercomCall, IntercomTransport } from './transport.ts';

/** Throws `SchemaError` for an answer that parses but lacks a field we read. */
export function checked<T extends z.ZodType>(schema: T, operation: string, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new SchemaError(`Intercom's answer to ${operation} lacks a field we need`, {
    code: 'intercom_unexpected_answer',
    cause: parsed.error,
  });
}

/** Calls whose answer is checked. */
export function typedCalls(transport: IntercomTransport) {
  return async <T extends z.ZodType>(schema: T, request: IntercomCall): Promise<z.infer<T>> =>
    checked(schema, request.operation, await transport.send(request));
}

/** Null for what is not there. */
export async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
