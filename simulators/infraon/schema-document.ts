import type { Json } from './desk.ts';
import type { Route } from './router.ts';

/** The document that `GET /schema/?format=json` answers: the paths of this tenant, as its generator would list them. */
export function schemaDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const { method, path } of routes) {
    if (path.endsWith('*') || !path.startsWith('/ux/')) continue;
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = {
      operationId: `${method.toLowerCase()}${path.replaceAll(/[^a-zA-Z]+/g, '_')}`,
      responses: { '200': { description: '' } },
      security: [{ ApiKeyAuth: [] }],
    };
  }
  return {
    openapi: '3.0.3',
    info: { title: 'Infraon', version: '0.0.0' },
    paths,
    components: {
      securitySchemes: { ApiKeyAuth: { type: 'apiKey', in: 'header', name: 'Authorization' } },
    },
  };
}
