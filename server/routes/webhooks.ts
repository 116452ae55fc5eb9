import express, { type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../../pipeline/deps.ts';
import { storeNotification } from '../../pipeline/install/notifications.ts';
import { jsonOf } from '../raw-json.ts';
import { rawBody, requireSignature, signingSecrets } from '../signatures.ts';

const Notification = z.looseObject({
  /** A ping may come without one. */
  id: z.string().min(1).nullish(),
  topic: z.string(),
  app_id: z.string(),
});

/**
 * Notifications are stored by their id and answered at once: Intercom gives five seconds and lowers the priority of
 * apps that need more than half of one. It asks with HEAD whether the address exists.
 */
export function webhookRoutes(deps: Deps): Router {
  const router = express.Router();
  router.head('/intercom/webhooks', (_request, response) => {
    response.status(200).end();
  });
  router.post(
    '/intercom/webhooks',
    express.raw({ type: () => true, limit: '1mb' }),
    requireSignature('hub', signingSecrets(deps.options)),
    async (request, response) => {
      const notification = Notification.safeParse(jsonOf(rawBody(request)));
      if (!notification.success) {
        response.status(400).end();
        return;
      }
      const { id, topic, app_id: workspaceId } = notification.data;
      if (typeof id === 'string') {
        await storeNotification(deps, { id, topic, workspaceId, payload: notification.data });
      }
      response.status(200).end();
    },
  );
  return router;
}
