import express, { type Router } from 'express';
import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { installationHealth } from '../../pipeline/install/installation-health.ts';
import { rememberHealth } from '../../pipeline/install/health-report.ts';
import type { Metrics } from '../metrics.ts';
import { jsonOf } from '../raw-json.ts';
import { rawBody, requireSignature, signingSecrets } from '../signatures.ts';

const HealthCheck = z.object({ workspace_id: z.string().min(1) });

/** Liveness, readiness, metrics, and Intercom's daily installation health check. */
export function healthRoutes(deps: Deps, metrics: Metrics): Router {
  const router = express.Router();

  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });

  router.get('/readyz', async (_request, response) => {
    try {
      await deps.db.sql`select 1`;
      response.json({ status: 'ready' });
    } catch (error) {
      deps.log.warn({ reason: messageOf(error) }, 'not ready: the database does not answer');
      response.status(503).json({ status: 'unavailable', reason: 'database' });
    }
  });

  router.get('/metrics', async (_request, response) => {
    const { contentType, body } = await metrics.text();
    response.type(contentType).send(body);
  });

  router.post(
    '/intercom/health',
    express.raw({ type: () => true, limit: '1mb' }),
    requireSignature('body', signingSecrets(deps.options)),
    async (request, response) => {
      const workspaceId = workspaceOf(rawBody(request));
      if (workspaceId === undefined) {
        response.status(400).json({ state: 'UNKNOWN' });
        return;
      }
      const status = await installationHealth(deps, workspaceId);
      await rememberHealth(deps, workspaceId, status);
      response.json(status);
    },
  );
  return router;
}

function workspaceOf(body: Buffer): string | undefined {
  const parsed = HealthCheck.safeParse(jsonOf(body));
  return parsed.success ? parsed.data.workspace_id : undefined;
}
