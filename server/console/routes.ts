import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { appStoreRedirect } from '../../connectors/intercom/oauth.ts';
import type { MessengerConfig } from '../../config.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { appUrl } from '../../pipeline/install/installations.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import { requireOwnOrigin } from '../api/guards.ts';
import { logFailure, publicError } from '../error-handler.ts';
import { requestIdOf } from '../request-context.ts';
import { closeSession, findSession } from '../sessions.ts';
import { errorPage, signInPage, welcomePage } from './pages.ts';
import { cutOverRoutes } from './cut-over-routes.ts';
import { createScriptBundler } from './browser-scripts.ts';
import { findingsRoutes } from './findings-routes.ts';
import { journeyRoutes } from './journey-routes.ts';
import { rejectionsRoutes } from './rejections-routes.ts';
import { mapsRoutes } from './maps-routes.ts';
import { runsRoutes } from './runs-routes.ts';
import { forSignedIn, pageSender } from './send-page.ts';
import { settingsRoutes } from './settings-routes.ts';
import { setupRoutes } from './setup-routes.ts';
import { STYLE } from './style.ts';

/** The console's pages: rendered here, and whole without a script. Scripts keep a page current, say that a form is under way, and load the Messenger. */
export function consoleRoutes(
  deps: Deps,
  useCases: UseCases,
  messenger: MessengerConfig | undefined,
): Router {
  const router = express.Router();

  const sendPage = pageSender(messenger);

  router.get('/console/style.css', (_request, response) => {
    response.set('Cache-Control', 'public, max-age=3600').type('text/css').send(STYLE);
  });

  const scriptOf = createScriptBundler();
  router.get('/console/console.js', async (_request, response) => {
    const script = await scriptOf('console');
    response.set('Cache-Control', 'public, max-age=3600').type('text/javascript').send(script);
  });

  router.get('/', async (request, response) => {
    const session = await findSession(deps, request);
    if (session === undefined) response.type('html').send(signInPage());
    else response.redirect(303, '/console');
  });

  router.get(
    '/welcome',
    forSignedIn(deps, (session, _request, response) => {
      const storeUrl = appStoreRedirect(appUrl(deps, session.document.workspace.region));
      sendPage(response, session, (viewer) => welcomePage(viewer, storeUrl));
    }),
  );

  for (const routes of [
    journeyRoutes,
    setupRoutes,
    mapsRoutes,
    runsRoutes,
    rejectionsRoutes,
    findingsRoutes,
    cutOverRoutes,
    settingsRoutes,
  ])
    router.use(routes(deps, useCases, sendPage));

  router.post('/sign-out', requireOwnOrigin(deps.options.publicUrl), async (request, response) => {
    await closeSession(deps, request, response);
    response.redirect(303, '/');
  });

  router.use(['/console', '/welcome', '/sign-out'], pageErrors(deps));
  return router;
}

/** Errors of pages are pages. */
function pageErrors(deps: Deps) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const requestId = requestIdOf(response);
    logFailure(deps.log, error, { requestId });
    const { status, message } = publicError(error);
    response.status(status).type('html').send(errorPage(message, requestId));
  };
}
