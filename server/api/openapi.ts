import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { ApiError } from './common-schemas.ts';
import type { Endpoint } from './endpoint.ts';

const ERRORS = {
  400: 'The request is malformed',
  401: 'Nobody is signed in',
  403: 'The role does not allow it, or the request comes from another origin',
  404: 'It does not exist',
  409: 'Not in this state; `code` says which',
  422: 'A value is refused; `field` says which',
  429: 'Too many calls in this session',
  500: 'Our fault; `request_id` names it in our logs',
  503: 'Intercom, Infraon or the database does not answer',
} as const;

const EMPTY_BODY = { type: 'object', additionalProperties: false } as const;

/** The document served at `/api/v1/openapi.json`, made from the same list as the router. */
export function openApiDocument(endpoints: readonly Endpoint[], publicUrl: string) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operationOf(endpoint) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Infraon Desk to Intercom',
      version: '1',
      description:
        'The API of the migration console. Sign in through `/install`; changes need `Content-Type: application/json` and our own origin.',
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    security: [{ session: [] }],
    paths: paths satisfies ZodOpenApiPathsObject,
    components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'session' } } },
  });
}

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { method, path, summary, params, query, body } = endpoint;
  const words = path.split(/[/{}.\-_]+/).filter(Boolean);
  return {
    operationId: [method, ...words].join('_'),
    summary,
    requestParams: {
      ...(params === undefined ? {} : { path: params }),
      ...(query === undefined ? {} : { query }),
    },
    ...(method === 'get'
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body ?? EMPTY_BODY } } } }),
    responses: responsesOf(endpoint),
  };
}

function responsesOf({ status, reply, media, summary }: Endpoint): ZodOpenApiResponsesObject {
  const content =
    reply === undefined
      ? Object.fromEntries(media.map((type) => [type, { schema: { type: 'string' as const } }]))
      : { 'application/json': { schema: reply } };
  const responses: ZodOpenApiResponsesObject = { [`${status}`]: { description: summary, content } };
  for (const [failure, description] of Object.entries(ERRORS)) {
    responses[failure as `${keyof typeof ERRORS}`] = {
      description,
      content: { 'application/json': { schema: ApiError } },
    };
  }
  return responses;
}
