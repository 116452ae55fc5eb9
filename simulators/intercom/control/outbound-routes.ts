import { createHmac, randomUUID } from 'node:crypto';
import { ok, open, type OpenContext, type Reply } from '../context.ts';
import type { Route } from '../router.ts';
import { revokeTokens, type App } from '../state.ts';
import { bodyOf, refuse, workspaceOf } from './reply.ts';

/** What Intercom sends to the app: notifications, the uninstall hint, health checks. Each answers what the app said. */
export const outboundRoutes: Route[] = [
  { method: 'POST', path: '/_sim/webhook', handler: open(webhook) },
  { method: 'POST', path: '/_sim/uninstall', handler: open(uninstall) },
  { method: 'POST', path: '/_sim/health', handler: open(health) },
];

type Signature = 'valid' | 'missing' | 'wrong';

/** Notifications are answered within five seconds or count as failed (app platform, section 3). */
const WEBHOOK_TIMEOUT_MS = 5_000;

async function webhook(context: OpenContext): Promise<Reply> {
  const target = targetOf(context);
  if (typeof target === 'string') return refuse(target);
  const body = bodyOf(context);
  const payload = {
    type: 'notification_event',
    app_id: target.workspaceId,
    data: { type: 'notification_event_data', item: body['item'] ?? { type: 'ping', message: 'hello' } },
    links: {},
    id: typeof body['id'] === 'string' ? body['id'] : `notif_${randomUUID()}`,
    topic: typeof body['topic'] === 'string' ? body['topic'] : 'ping',
    delivery_status: 'pending',
    delivery_attempts: typeof body['delivery_attempts'] === 'number' ? body['delivery_attempts'] : 1,
    delivered_at: 0,
    first_sent_at: context.now,
    created_at: context.now,
    self: null,
  };
  const text = JSON.stringify(payload);
  const sign = (secret: string): string => `sha1=${createHmac('sha1', secret).update(text).digest('hex')}`;
  return post(target.url, text, header('X-Hub-Signature', target, sign), WEBHOOK_TIMEOUT_MS);
}

/** The token is dead before the hint goes out; the hint itself is not known to be signed. */
async function uninstall(context: OpenContext): Promise<Reply> {
  const target = targetOf(context);
  if (typeof target === 'string') return refuse(target);
  revokeTokens(context.state, target.workspaceId, target.app.clientId);
  context.state.inbox.uninstalled.add(`${target.workspaceId} ${target.app.clientId}`);
  return post(target.url, JSON.stringify({ app_id: target.workspaceId }), {}, WEBHOOK_TIMEOUT_MS);
}

/** Signed like a Canvas Kit request: HMAC-SHA256 over the bytes, bare hex. */
async function health(context: OpenContext): Promise<Reply> {
  const target = targetOf(context);
  if (typeof target === 'string') return refuse(target);
  const text = JSON.stringify({ workspace_id: target.workspaceId });
  const sign = (secret: string): string => createHmac('sha256', secret).update(text).digest('hex');
  return post(target.url, text, header('X-Body-Signature', target, sign), 10_000);
}

interface Target {
  url: string;
  workspaceId: string;
  app: App;
  signature: Signature;
}

function targetOf(context: OpenContext): Target | string {
  const body = bodyOf(context);
  const workspace = workspaceOf(context);
  const { url, client_id: clientId, signature } = body;
  const apps = context.state.apps;
  const app = typeof clientId === 'string' ? apps.get(clientId) : apps.values().next().value;
  if (workspace === null || app === undefined) return 'no such workspace or app';
  if (typeof url !== 'string' || !URL.canParse(url)) return 'url is required';
  return {
    url,
    workspaceId: workspace.id,
    app,
    signature: signature === 'missing' || signature === 'wrong' ? signature : 'valid',
  };
}

function header(name: string, target: Target, sign: (secret: string) => string): Record<string, string> {
  switch (target.signature) {
    case 'missing':
      return {};
    case 'wrong':
      return { [name]: sign(`not-${target.app.clientSecret}`) };
    case 'valid':
      return { [name]: sign(target.app.clientSecret) };
  }
}

async function post(
  url: string,
  text: string,
  headers: Record<string, string>,
  timeoutMs: number,
): Promise<Reply> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: text,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = await response.text();
    return ok({ sent: JSON.parse(text) as unknown, status: response.status, body: jsonOrText(answer) });
  } catch (error) {
    return ok({ sent: JSON.parse(text) as unknown, status: 0, body: null, error: String(error) });
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
