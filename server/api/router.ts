import express, { type Response, type Router } from 'express';
import { UserError } from '../../errors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import { rawBody } from '../signatures.ts';
import { parseJson } from '../raw-json.ts';
import { requireSession } from '../sessions.ts';
import { cutoverEndpoints } from './cutover-endpoints.ts';
import type { Endpoint } from './endpoint.ts';
import { createSessionLimiter, requireJson, requireOwnOrigin, type CallBudget } from './guards.ts';
import { openApiDocument } from './openapi.ts';
import { planningEndpoints } from './planning-endpoints.ts';
import { runEndpoints } from './run-endpoints.ts';

const BODY_LIMIT = '1mb';

export interface ApiOptions {
  deps: Deps;
  useCases: UseCases;
  calls: CallBudget;
}

/** `/api/v1`: session, origin, budget, then parse → use case → document. */
export function apiRouter(options: ApiOptions): Router {
  const { deps, useCases } = options;
  const endpoints = [...planningEndpoints, ...runEndpoints, ...cutoverEndpoints];
  const document = openApiDocument(endpoints, deps.options.publicUrl);
  const secondsToWait = createSessionLimiter(options.calls, () => performance.now());
  const router = express.Router();

  router.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  router.use(requireOwnOrigin(deps.options.publicUrl));

  function register(endpoint: Endpoint): void {
    const route = endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[endpoint.method](
      route,
      requireJson,
      express.raw({ type: 'application/json', limit: BODY_LIMIT }),
      async (request, response) => {
        const session = await requireSession(deps, request);
        const wait = secondsToWait(session.key);
        if (wait > 0) {
          response.set('Retry-After', String(wait));
          throw new UserError('Too many calls in a short time.', {
            code: 'too_many_calls',
            httpStatus: 429,
          });
        }
        const signal = endOf(response, deps.stopping);
        const input = { params: request.params, query: request.query, body: bodyOf(rawBody(request)) };
        await endpoint.answer({ deps, useCases, actor: session.actor, session, signal }, input, response);
      },
    );
  }
  endpoints.forEach(register);

  router.use((request) => {
    throw new UserError(`There is no ${request.method} ${request.path} in this API.`, {
      code: 'not_found',
      httpStatus: 404,
    });
  });
  return router;
}

/** Aborts when the client leaves or the server stops. */
function endOf(response: Response, stopping: AbortSignal): AbortSignal {
  const ended = new AbortController();
  const abort = () => ended.abort();
  stopping.addEventListener('abort', abort, { once: true });
  response.once('close', () => {
    stopping.removeEventListener('abort', abort);
    abort();
  });
  return ended.signal;
}

function bodyOf(raw: Buffer): unknown {
  const text = raw.toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return parseJson(text);
  } catch (cause) {
    throw new UserError('The body is not JSON.', { code: 'malformed', httpStatus: 400, cause });
  }
}
