import express, { type Router } from 'express';
import { SignJWT } from 'jose';
import type { MessengerConfig } from '../../config.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { requireSession, type SessionDocument } from '../sessions.ts';
import { createScriptBundler } from './browser-scripts.ts';
import type { MessengerIdentity } from './scripts/messenger-identity.ts';

/** Intercom suggests two hours (Secure your Messenger); the page asks for a new token before they are over. */
const TOKEN_LIFE_SECONDS = 2 * 60 * 60;

/** The teammate, signed for the Messenger of our own workspace: admin ids are unique within theirs only. */
export async function messengerIdentity(
  messenger: MessengerConfig,
  { workspace, admin }: SessionDocument,
  now: Date,
): Promise<MessengerIdentity> {
  const userId = `${workspace.id}:${admin.id}`;
  const issuedAtSeconds = Math.floor(now.getTime() / 1000);
  const token = await new SignJWT({ user_id: userId, email: admin.email, name: admin.name })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(issuedAtSeconds)
    .setExpirationTime(issuedAtSeconds + TOKEN_LIFE_SECONDS)
    .sign(new TextEncoder().encode(messenger.secret));
  return {
    app_id: messenger.appId,
    region: messenger.region,
    widget_url: messenger.widgetUrl ?? null,
    user_id: userId,
    intercom_user_jwt: token,
    expires_in_seconds: TOKEN_LIFE_SECONDS,
  };
}

/** The page's script and the identity it asks for. Mounted only when the Messenger is configured. */
export function messengerRoutes(deps: Deps, messenger: MessengerConfig): Router {
  const router = express.Router();
  const scriptOf = createScriptBundler();

  router.get('/console/messenger.js', async (_request, response) => {
    const script = await scriptOf('messenger');
    response.set('Cache-Control', 'public, max-age=3600').type('text/javascript').send(script);
  });

  router.get('/messenger/identity', async (request, response) => {
    const { document } = await requireSession(deps, request);
    response.json(await messengerIdentity(messenger, document, deps.clock.now()));
  });
  return router;
}
