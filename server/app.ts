import express, { type Express } from 'express';
import type { MessengerConfig } from '../config.ts';
import type { Deps } from '../pipeline/deps.ts';
import type { UseCases } from '../pipeline/use-cases.ts';
import { refuseNul, type CallBudget } from './api/guards.ts';
import { apiRouter } from './api/router.ts';
import { messengerRoutes } from './console/messenger.ts';
import { consoleRoutes } from './console/routes.ts';
import { errorHandler } from './error-handler.ts';
import { createMetrics } from './metrics.ts';
import { requestContext } from './request-context.ts';
import { canvasKitRoutes } from './routes/canvas-kit.ts';
import { healthRoutes } from './routes/health.ts';
import { imageRoutes } from './routes/images.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { uninstallRoutes } from './routes/uninstall.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { securityHeaders } from './security-headers.ts';

export interface AppOptions {
  deps: Deps;
  useCases: UseCases;
  /** Calls one session may make to the JSON API. */
  calls?: CallBudget;
  /** Undefined: the console loads no Messenger. */
  messenger?: MessengerConfig | undefined;
}

/** The whole HTTP edge, without listening. */
export function createApp(options: AppOptions): Express {
  const { deps, useCases, messenger } = options;
  const calls = options.calls ?? { perMinute: 1200, burst: 300 };
  const metrics = createMetrics(deps);

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestContext(deps.log));
  app.use(refuseNul);
  app.use(metrics.observeRequests);
  app.use(securityHeaders(deps.options.publicUrl));
  app.use(healthRoutes(deps, metrics));
  app.use(canvasKitRoutes(deps, useCases));
  app.use(oauthRoutes(deps));
  app.use(uninstallRoutes(deps));
  app.use(webhookRoutes(deps));
  app.use(imageRoutes(deps));
  app.use('/api/v1', apiRouter({ deps, useCases, calls }));
  if (messenger !== undefined) app.use(messengerRoutes(deps, messenger));
  app.use(consoleRoutes(deps, useCases, messenger));
  app.use((_request, response) => {
    response.status(404).type('text').send('There is nothing at this address.');
  });
  app.use(errorHandler(deps.log));
  return app;
}
