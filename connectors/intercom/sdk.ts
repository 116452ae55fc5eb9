import { IntercomClient as Sdk } from 'intercom-client';
import type { IntercomCall, IntercomTransport } from './transport.ts';

export type { Sdk };

/**
 * Intercom's SDK on our transport. Its own fetch would repeat POSTs on 5xx and time-outs, which makes duplicates in an
 * API without idempotency keys, and would send version 2.14; so the transport replaces its fetcher whole, and errors
 * of ours pass through it unchanged.
 */
export function createSdk(transport: IntercomTransport, baseUrl: string): Sdk {
  return new Sdk({
    baseUrl,
    token: 'sent-by-transport',
    maxRetries: 0,
    fetcher: async (args) => {
      const path = new URL(args.url).pathname;
      const body: unknown = await transport.send({
        method: args.method as IntercomCall['method'],
        path,
        operation: operationOf(args.method, path),
        query: (args.queryParameters ?? {}) as NonNullable<IntercomCall['query']>,
        ...(args.body === undefined ? {} : { body: args.body }),
      });
      return {
        ok: true,
        body: body as never,
        rawResponse: {
          headers: new Headers(),
          redirected: false,
          status: 200,
          statusText: 'OK',
          type: 'basic',
          url: args.url,
        },
      };
    },
  });
}

/** `GET /contacts/{id}` from a method and a filled-in path: calls are counted by template. */
function operationOf(method: string, path: string): string {
  const [, resource, ...rest] = path.split('/');
  const template = rest.map((segment, index) => {
    if (resource === 'custom_object_instances' && index === 0) return '{type}';
    return /\d/.test(segment) ? '{id}' : segment;
  });
  return `${method} /${[resource, ...template].join('/')}`;
}
