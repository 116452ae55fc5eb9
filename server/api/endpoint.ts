import type { Response } from 'express';
import type { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { Actor } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';

/** What every handler receives beside its parsed input. */
export interface ApiContext {
  deps: Deps;
  useCases: UseCases;
  actor: Actor;
  session: Session;
  /** Aborts when the server stops or the client leaves. */
  signal: AbortSignal;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

interface Description {
  method: Method;
  /** In the form of OpenAPI: `/maps/{object}`. */
  path: string;
  summary: string;
}

/** One call of the JSON API: the router and the OpenAPI document are both made from the list of these. */
export interface Endpoint extends Description {
  params: z.ZodObject | undefined;
  query: z.ZodObject | undefined;
  body: z.ZodType | undefined;
  status: 200 | 201 | 202;
  reply: z.ZodType | undefined;
  /** Media types of an answer that is not JSON. */
  media: string[];
  answer(context: ApiContext, request: RawInput, response: Response): Promise<void>;
}

export interface RawInput {
  params: unknown;
  query: unknown;
  body: unknown;
}

interface Input<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
}

interface Schemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params?: P;
  query?: Q;
  body?: B;
}

/** A call that answers with one JSON document; its reply schema and its use case are checked against each other. */
export function endpoint<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  R extends z.ZodType,
>(
  definition: Description &
    Schemas<P, Q, B> & {
      status?: 200 | 201 | 202;
      reply: R;
      handle(context: ApiContext, input: Input<P, Q, B>): Promise<z.input<R>>;
    },
): Endpoint {
  const { method, path, summary, params, query, body, status = 200, reply } = definition;
  return {
    ...{ method, path, summary, params, query, body, status, reply, media: [] },
    async answer(context, request, response) {
      const document = await definition.handle(context, parseInput(definition, request));
      response.status(status).json(document);
    },
  };
}

/** A call whose answer is a page, a file or a stream. */
export function mediaEndpoint<P extends z.ZodObject, Q extends z.ZodObject>(
  definition: Description &
    Schemas<P, Q, z.ZodNever> & {
      media: string[];
      respond(context: ApiContext, input: Input<P, Q, z.ZodNever>, response: Response): Promise<void>;
    },
): Endpoint {
  const { method, path, summary, params, query, media } = definition;
  return {
    ...{ method, path, summary, params, query, media, body: undefined, status: 200, reply: undefined },
    answer: (context, request, response) =>
      definition.respond(context, parseInput(definition, request), response),
  };
}

function parseInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  schemas: Schemas<P, Q, B>,
  request: RawInput,
): Input<P, Q, B> {
  return {
    params: parse(schemas.params, request.params, 'the address'),
    query: parse(schemas.query, request.query, 'the query'),
    body: parse(schemas.body, request.body ?? {}, 'the body'),
  };
}

function parse<T extends z.ZodType>(schema: T | undefined, value: unknown, where: string): z.output<T> {
  if (schema === undefined) return undefined as z.output<T>;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...(issue?.path.map(String) ?? []), ...(unknownKey === undefined ? [] : [unknownKey])].join(
    '.',
  );
  const what = field === '' ? `T${where.slice(1)}` : `${field} in ${where}`;
  throw new UserError(`${what} is malformed: ${issue?.message ?? ''}`, {
    code: 'malformed',
    field: field === '' ? undefined : field,
    httpStatus: 400,
  });
}

/** Without the keys whose value is undefined: zod fills optional keys in, the use cases tell absent from undefined. */
export function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
