import { bodyOf, refuse, workspaceOf } from '../control/reply.ts';
import { html, ok, open, param, type OpenContext, type Reply } from '../context.ts';
import type { Route } from '../router.ts';
import type { SimState } from '../state.ts';
import { escapeHtml } from '../text.ts';
import type { Workspace } from '../workspace.ts';
import { conversationDetail, conversationPage } from './conversation-pages.ts';
import { exchangeRoutes } from './exchange-routes.ts';
import {
  addInboxApp,
  isPinned,
  patchSettings,
  setPinned,
  SETTING_CHOICES,
  type InboxApp,
} from './inbox-state.ts';
import { pageRoutes } from './page-files.ts';
import { SAMPLE_KINDS, writeSample } from './sample-conversations.ts';

/** The inbox host page, what it asks for, and the control calls of its apps. */
export const inboxRoutes: Route[] = [
  ...pageRoutes,
  ...exchangeRoutes,
  { method: 'GET', path: '/inbox/api/workspace', handler: open(workspaceInfo) },
  { method: 'GET', path: '/inbox/api/conversations', handler: open(list) },
  { method: 'GET', path: '/inbox/api/conversations/{id}', handler: open(detail) },
  { method: 'GET', path: '/inbox/api/apps', handler: open(apps) },
  { method: 'POST', path: '/inbox/api/pins', handler: open(pin) },
  { method: 'POST', path: '/inbox/api/samples', handler: open(sample) },
  { method: 'GET', path: '/_sim/inbox-apps', handler: open(({ state }) => ok(registered(state))) },
  { method: 'POST', path: '/_sim/inbox-apps', handler: open(register) },
  { method: 'GET', path: '/_sim/inbox-settings', handler: open(settings) },
  { method: 'PATCH', path: '/_sim/inbox-settings', handler: open(changeSettings) },
  { method: 'GET', path: '/a/inbox/{workspace}/inbox/conversation/{id}', handler: open(deepLink) },
  { method: 'GET', path: '/a/apps/{workspace}/users/{id}', handler: open(personLink) },
  { method: 'GET', path: '/a/apps/{workspace}/articles/articles/{id}/show', handler: open(articlePage) },
];

function workspaceInfo(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  if (workspace === null) return refuse('no such workspace', 404);
  return ok({
    id: workspace.id,
    name: workspace.name,
    region: workspace.region,
    timezone: workspace.timezone,
    workspaces: [...context.state.workspaces.values()].map(({ id, name }) => ({ id, name })),
    admins: [...workspace.admins.values()].map(({ id, name, email, hasInboxSeat }) => ({
      id,
      name,
      email,
      has_inbox_seat: hasInboxSeat,
    })),
    samples: SAMPLE_KINDS,
  });
}

function list(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  if (workspace === null) return refuse('no such workspace', 404);
  const offset = Number(context.query.get('offset') ?? 0);
  if (!Number.isInteger(offset) || offset < 0) return refuse('offset is a whole number');
  return ok(conversationPage(workspace, context.query.get('q') ?? '', offset));
}

function detail(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  const conversation = workspace?.conversations.get(param(context, 0));
  if (workspace === null || conversation === undefined) return refuse('no such conversation', 404);
  return ok(conversationDetail(context.state, workspace, conversation));
}

/** An app that was removed is gone from the sidebar until the workspace has a token of it again. */
function installedApps(state: SimState, workspace: Workspace): InboxApp[] {
  const withToken = new Set(
    [...state.tokens.values()]
      .filter((token) => token.workspaceId === workspace.id)
      .map((token) => token.clientId),
  );
  return [...state.inbox.apps.values()].filter(
    ({ clientId }) => !state.inbox.uninstalled.has(`${workspace.id} ${clientId}`) || withToken.has(clientId),
  );
}

function apps(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  const admin = workspace?.admins.get(context.query.get('admin_id') ?? '');
  if (workspace === null || admin === undefined) return refuse('no such workspace or teammate', 404);
  return ok({
    apps: installedApps(context.state, workspace).map((app) => ({
      client_id: app.clientId,
      name: app.name,
      pinned: isPinned(context.state.inbox, workspace.id, admin.id, app),
    })),
  });
}

function pin(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  const { admin_id: adminId, client_id: clientId, pinned } = bodyOf(context);
  if (workspace === null || typeof adminId !== 'string' || !workspace.admins.has(adminId))
    return refuse('no such workspace or teammate', 404);
  if (typeof clientId !== 'string' || !context.state.inbox.apps.has(clientId))
    return refuse('no such app', 404);
  if (typeof pinned !== 'boolean') return refuse('pinned is true or false');
  setPinned(context.state.inbox, workspace.id, adminId, clientId, pinned);
  return ok({ client_id: clientId, pinned });
}

function sample(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  const { kind } = bodyOf(context);
  const known = SAMPLE_KINDS.find((each) => each === kind);
  if (workspace === null) return refuse('no such workspace', 404);
  if (known === undefined) return refuse(`kind is one of ${SAMPLE_KINDS.join(', ')}`);
  return ok({ id: writeSample(workspace, known, context.nowMs).id });
}

function registered(state: SimState): unknown {
  return {
    apps: [...state.inbox.apps.values()].map((app) => ({
      client_id: app.clientId,
      name: app.name,
      initializeUrl: app.initializeUrl,
      submitUrl: app.submitUrl,
      pinned: app.pinned,
    })),
  };
}

function register(context: OpenContext): Reply {
  const body = bodyOf(context);
  const { client_id: clientId, name, initializeUrl, submitUrl, pinned } = body;
  const app = typeof clientId === 'string' ? context.state.apps.get(clientId) : undefined;
  if (app === undefined) return refuse('client_id names no registered app', 404);
  const isUrl = (value: unknown): value is string => typeof value === 'string' && URL.canParse(value);
  if (!isUrl(initializeUrl) || !isUrl(submitUrl)) return refuse('initializeUrl and submitUrl are required');
  addInboxApp(context.state.inbox, {
    client_id: app.clientId,
    name: typeof name === 'string' ? name : app.name,
    initializeUrl,
    submitUrl,
    pinned: pinned === true,
  });
  return ok(registered(context.state));
}

function settings({ state }: OpenContext): Reply {
  return ok({ settings: state.inbox.settings, choices: SETTING_CHOICES });
}

function changeSettings(context: OpenContext): Reply {
  const refused = patchSettings(context.state.inbox.settings, bodyOf(context));
  return refused.length === 0
    ? settings(context)
    : refuse(`unknown or unfitting setting: ${refused.join(', ')}`);
}

/** Addresses of Intercom's own pages, as public integrations link to them. */
function deepLink(context: OpenContext): Reply {
  return redirect({ workspace_id: param(context, 0), conversation: param(context, 1) });
}

function personLink(context: OpenContext): Reply {
  return redirect({ workspace_id: param(context, 0), q: param(context, 1) });
}

function redirect(query: Record<string, string>): Reply {
  return {
    status: 302,
    body: '',
    headers: { Location: `/inbox?${new URLSearchParams(query).toString()}` },
  };
}

function articlePage(context: OpenContext): Reply {
  const workspace = context.state.workspaces.get(param(context, 0));
  const article = workspace?.content.articles.get(param(context, 1));
  const title = article === undefined ? 'No such article' : `Article ${param(context, 1)}`;
  return html(
    article === undefined ? 404 : 200,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1><pre>${escapeHtml(JSON.stringify(article ?? null, null, 2))}</pre></body></html>`,
  );
}
