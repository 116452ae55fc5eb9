import express, { type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../../pipeline/deps.ts';
import { handleUninstallHint } from '../../pipeline/install/uninstall.ts';
import { jsonOf } from '../raw-json.ts';
import { isSigned, rawBody, signingSecrets } from '../signatures.ts';

const Hint = z.object({ app_id: z.string().min(1) });

/**
 * Intercom posts `{"app_id": …}` when the app is removed; whether it signs that is not documented. A signature that is
 * there must be right; without one the notice is still only a hint that is checked against Intercom.
 */
export function uninstallRoutes(deps: Deps): Router {
  const router = express.Router();
  router.post(
    '/intercom/uninstall',
    express.raw({ type: () => true, limit: '100kb' }),
    async (request, response) => {
      const secrets = signingSecrets(deps.options);
      const bytes = rawBody(request);
      const forged =
        wrongly('body', request.get('x-body-signature')) || wrongly('hub', request.get('x-hub-signature'));
      if (forged) {
        response.status(401).end();
        return;
      }
      const hint = Hint.safeParse(jsonOf(bytes));
      if (!hint.success) {
        response.status(400).end();
        return;
      }
      const outcome = await handleUninstallHint(deps, hint.data.app_id);
      // The answer is the same for every workspace, installed or not; only a check that could not be made is worth a retry.
      response.status(outcome === 'undecided' ? 503 : 200).end();

      function wrongly(scheme: 'body' | 'hub', signature: string | undefined): boolean {
        return signature !== undefined && !isSigned(scheme, bytes, signature, secrets);
      }
    },
  );
  return router;
}
