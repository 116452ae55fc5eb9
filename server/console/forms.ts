import express, { type RequestHandler } from 'express';
import type { z } from 'zod';
import { UserError } from '../../errors.ts';
import { requireOwnOrigin } from '../api/guards.ts';
import { storable } from '../../db/jsonb.ts';

/** What every form of the console passes before its handler: our own origin, and a body of a few fields. */
export function formReader(publicUrl: string): RequestHandler[] {
  return [requireOwnOrigin(publicUrl), express.urlencoded({ extended: false, limit: '20kb' })];
}

/** Throws 400. */
export function parseForm<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(storable(body ?? {}));
  if (parsed.success) return parsed.data;
  throw new UserError('The form cannot be read. Go back and send it again.', {
    code: 'malformed',
    httpStatus: 400,
  });
}

/** Runs what a form asks for; a refusal that people can do something about is returned, everything else is thrown. */
export async function refusalOf(work: () => Promise<unknown>): Promise<UserError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof UserError) || error.httpStatus === 403 || error.httpStatus === 404) throw error;
    return error;
  }
}
