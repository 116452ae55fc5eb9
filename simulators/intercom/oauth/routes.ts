import { randomBytes } from 'node:crypto';
import { api, html, ok, open, type OpenContext, type Reply } from '../context.ts';
import { ApiFailure, errorList } from '../failure.ts';
import { isFields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { issueToken, revokeTokens, type App } from '../state.ts';
import { consentPage, errorPage, storePage } from './pages.ts';

/** Consent, token exchange, revocation and the App Store landing page (app platform, sections 1.1, 1.2, 1.6 and 1.7). */
export const oauthRoutes: Route[] = [
  { method: 'GET', path: '/oauth', handler: open(consent) },
  { method: 'POST', path: '/oauth/decision', handler: open(decide) },
  { method: 'POST', path: '/auth/eagle/token', handler: open(exchange) },
  { method: 'GET', path: '/appstore/redirect', handler: open(landing) },
  {
    method: 'POST',
    path: '/auth/uninstall',
    handler: api((context) => {
      revokeTokens(context.state, context.workspace.id, context.app.clientId);
      return ok({});
    }),
  },
];

function consent(context: OpenContext): Reply {
  const found = clientOf(context, context.query.get('client_id'), context.query.get('redirect_uri'));
  if (typeof found === 'string') return html(400, errorPage(found));
  return html(200, consentPage(context.state, found.app, found.redirectUri, context.query.get('state')));
}

function decide(context: OpenContext): Reply {
  const form = isFields(context.body) ? context.body : {};
  const found = clientOf(context, textOf(form['client_id']), textOf(form['redirect_uri']));
  if (typeof found === 'string') return html(400, errorPage(found));
  const target = new URL(found.redirectUri);
  const state = textOf(form['state']);
  if (form['decision'] === 'approve') {
    const [workspaceId, adminId] = (textOf(form['teammate']) ?? '').split('/');
    const workspace =
      context.state.workspaces.get(workspaceId ?? '') ?? context.state.workspaces.values().next().value;
    const admin = workspace?.admins.get(adminId ?? '') ?? workspace?.admins.values().next().value;
    if (workspace === undefined || admin === undefined)
      return html(400, errorPage('There is no such teammate.'));
    const code = newCode(context);
    context.state.codes.set(code, {
      workspaceId: workspace.id,
      adminId: admin.id,
      clientId: found.app.clientId,
      issuedMs: context.nowMs,
    });
    target.searchParams.set('code', code);
  } else if (context.state.switches.oauthDeny === 'error') {
    target.searchParams.set('error', 'access_denied');
  }
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, body: '', headers: { Location: target.href } };
}

function clientOf(
  context: OpenContext,
  clientId: string | null,
  redirectUri: string | null,
): { app: App; redirectUri: string } | string {
  const app = context.state.apps.get(clientId ?? '');
  if (app === undefined) return 'This app does not exist: unknown client_id.';
  const chosen = redirectUri === null || redirectUri === '' ? app.redirectUris[0] : redirectUri;
  if (chosen === undefined || !app.redirectUris.includes(chosen))
    return 'This redirect_uri is not registered for the app.';
  return { app, redirectUri: chosen };
}

function newCode(context: OpenContext): string {
  const { switches } = context.state;
  context.state.codesIssued += 1;
  const equals =
    switches.oauthCodeEquals === 'always' ||
    (switches.oauthCodeEquals === 'sometimes' && context.state.codesIssued % 2 === 1);
  return `${randomBytes(18).toString('base64url')}${equals ? '=' : ''}`;
}

function exchange(context: OpenContext): Reply {
  const fields = isFields(context.body) ? context.body : {};
  const app = context.state.apps.get(textOf(fields['client_id']) ?? '');
  if (app === undefined || app.clientSecret !== fields['client_secret'])
    return unauthorized(context, 'Unauthorized Client');
  const code = textOf(fields['code']) ?? '';
  const issued = context.state.codes.get(code);
  const expired =
    issued === undefined || context.nowMs - issued.issuedMs > context.state.switches.oauthCodeLifeMs;
  if (expired || issued.clientId !== app.clientId) return unauthorized(context, 'Unauthorized Code');
  context.state.codes.delete(code);
  const token = issueToken(context.state, issued);
  return ok({ token_type: 'Bearer', token, access_token: token });
}

function unauthorized(context: OpenContext, message: string): Reply {
  return { status: 401, body: errorList(new ApiFailure(401, 'unauthorized', message), context.requestId) };
}

function landing(context: OpenContext): Reply {
  return html(
    200,
    storePage(context.query.get('install_success') === 'true', context.query.get('error_message')),
  );
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
