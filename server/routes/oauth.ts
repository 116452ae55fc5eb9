import express, { type Router } from 'express';
import { UserError } from '../../errors.ts';
import { appStoreRedirect, regionOf } from '../../connectors/intercom/oauth.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { appUrl, beginInstallation, completeInstallation } from '../../pipeline/install/installations.ts';
import { failurePage } from '../console/pages.ts';
import { logFailure } from '../error-handler.ts';
import { requestIdOf } from '../request-context.ts';
import { cookieOptions, openSession, readCookie } from '../sessions.ts';

const BROWSER_COOKIE = 'install';

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Direct installation address and OAuth callback; signing in to the console goes the same way. */
export function oauthRoutes(deps: Deps): Router {
  const router = express.Router();
  const cookie = { ...cookieOptions(deps.options.publicUrl), path: '/oauth' };

  // One redirect and no page: Intercom's review asks for it. `?region=eu` starts at that region's consent page.
  router.get('/install', async (request, response) => {
    const region = regionOf(textOf(request.query.region));
    const { url, browserSecret, lifeMs } = await beginInstallation(deps, region);
    response.cookie(BROWSER_COOKIE, browserSecret, { ...cookie, maxAge: lifeMs });
    response.redirect(302, url);
  });

  router.get('/oauth/callback', async (request, response) => {
    const state = textOf(request.query.state);
    const code = textOf(request.query.code);
    // What arrives after a refusal is not documented: an `error`, or a callback without a code.
    if (code === '' || request.query.error !== undefined) {
      const store = appUrl(deps, state.split('.')[0] ?? '');
      response.redirect(
        303,
        appStoreRedirect(store, 'The app was not authorised, so nothing was installed.'),
      );
      return;
    }
    const browserSecret = readCookie(request, BROWSER_COOKIE) ?? '';
    try {
      const person = await completeInstallation(deps, { state, browserSecret, code });
      response.clearCookie(BROWSER_COOKIE, cookie);
      await openSession(deps, response, person);
      response.redirect(303, '/welcome');
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      logFailure(deps.log, error, { requestId: requestIdOf(response) });
      if (error.code === 'oauth_state_invalid') {
        // Not ours to report to the App Store: whoever opened this address may not have started an installation.
        response.status(error.httpStatus).type('html').send(failurePage(error.message));
        return;
      }
      const store = appUrl(deps, state.split('.')[0] ?? '');
      response.redirect(303, appStoreRedirect(store, error.message));
    }
  });
  return router;
}
