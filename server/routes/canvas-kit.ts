import express, { type Router } from 'express';
import { createPanel } from '../../canvas-kit/router.ts';
import type { Deps } from '../../pipeline/deps.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import { jsonOf } from '../raw-json.ts';
import { requestIdOf } from '../request-context.ts';
import { rawBody, requireSignature, signingSecrets } from '../signatures.ts';

/** The whole conversation travels in every request, so bodies are far beyond Express's default limit. */
const BODY_LIMIT = '10mb';

/** The inbox panel: raw bytes, signature, then a canvas with status 200 whatever happens. */
export function canvasKitRoutes(deps: Deps, useCases: UseCases): Router {
  const panel = createPanel(deps, useCases);
  const router = express.Router();
  router.use(
    ['/canvas-kit/initialize', '/canvas-kit/submit'],
    express.raw({ type: () => true, limit: BODY_LIMIT }),
    requireSignature('body', signingSecrets(deps.options)),
  );
  router.post('/canvas-kit/initialize', async (request, response) => {
    response.json(await panel.initialize(jsonOf(rawBody(request)), requestIdOf(response)));
  });
  router.post('/canvas-kit/submit', async (request, response) => {
    response.json(await panel.submit(jsonOf(rawBody(request)), requestIdOf(response)));
  });
  return router;
}
