import { bodyOf, refuse, workspaceOf } from '../control/reply.ts';
import { ok, open, param, type OpenContext, type Reply } from '../context.ts';
import { isFields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import type { App } from '../state.ts';
import { exchangeWithApp } from './exchange.ts';
import type { Exchange, InboxApp } from './inbox-state.ts';
import { initializePayload, submitPayload, type Opened } from './payload.ts';

/** Browser → this server → app: the browser never holds the secret that signs. */
export const exchangeRoutes: Route[] = [
  { method: 'POST', path: '/inbox/api/initialize', handler: open((context) => send(context, 'initialize')) },
  { method: 'POST', path: '/inbox/api/submit', handler: open((context) => send(context, 'submit')) },
  {
    method: 'GET',
    path: '/inbox/api/exchanges',
    handler: open(({ state }) => ok({ exchanges: state.inbox.exchanges })),
  },
  { method: 'GET', path: '/inbox/api/exchanges/{seq}', handler: open(oneExchange) },
];

interface Target {
  opened: Opened;
  app: InboxApp;
  credentials: App;
}

async function send(context: OpenContext, kind: Exchange['kind']): Promise<Reply> {
  const target = targetOf(context);
  if (typeof target === 'string') return refuse(target, 404);
  const { opened, app, credentials } = target;
  const { inbox } = context.state;
  const body = bodyOf(context);
  const { component_id: componentId, input_values: values, current_canvas: currentCanvas } = body;
  let document: Record<string, unknown>;
  if (kind === 'initialize') {
    document = initializePayload(opened, inbox.settings);
  } else {
    if (typeof componentId !== 'string') return refuse('component_id is required');
    const click = { componentId, inputValues: isFields(values) ? values : {}, currentCanvas };
    document = submitPayload(opened, click, inbox.settings);
  }
  const outcome = await exchangeWithApp(inbox, app, credentials, kind, document, context.nowMs);
  return ok({ canvas: outcome.canvas, exchange: shortened(outcome.exchange) });
}

function targetOf(context: OpenContext): Target | string {
  const { state } = context;
  const workspace = workspaceOf(context);
  const body = bodyOf(context);
  const text = (key: string): string => {
    const value = body[key];
    return typeof value === 'string' ? value : '';
  };
  if (workspace === null) return 'no such workspace';
  const admin = workspace.admins.get(text('admin_id'));
  const conversation = workspace.conversations.get(text('conversation_id'));
  const app = state.inbox.apps.get(text('client_id'));
  const credentials = state.apps.get(text('client_id'));
  if (admin === undefined) return 'no such teammate';
  if (conversation === undefined) return 'no such conversation';
  if (app === undefined || credentials === undefined) return 'no such app';
  const contact = workspace.contacts.get(text('contact_id')) ?? null;
  return { opened: { state, workspace, admin, conversation, contact }, app, credentials };
}

function oneExchange(context: OpenContext): Reply {
  const seq = Number(param(context, 0));
  const found = context.state.inbox.exchanges.find((exchange) => exchange.seq === seq);
  return found === undefined ? refuse('no such exchange', 404) : ok(found);
}

const SHOWN_CHARACTERS = 20_000;

/** A conversation may have megabytes; the whole of it is at its own address. */
function shortened(exchange: Exchange): Exchange {
  return {
    ...exchange,
    requestBody: exchange.requestBody.slice(0, SHOWN_CHARACTERS),
    responseBody: exchange.responseBody.slice(0, SHOWN_CHARACTERS),
  };
}
