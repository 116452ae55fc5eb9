import { UserError } from '../errors.ts';
import { mapChoices } from '../pipeline/maps/map-choices.ts';
import type { Errand } from '../pipeline/panel/errands.ts';
import type { NextRun } from '../pipeline/panel/next-step.ts';
import type { SourceInput } from '../pipeline/source/source.ts';
import { cut, type Canvas } from './components.ts';
import {
  pluralOf,
  splitArgument,
  storedText,
  textInput,
  type Handler,
  type SubmitContext,
} from './context.ts';
import { overview } from './first-canvas.ts';
import { CHECKING } from './readiness-words.ts';
import { connectScreen } from './screens/connect.ts';
import { mapScreen, mapsScreen } from './screens/maps.ts';
import { refusedScreen, waitingScreen } from './screens/messages.ts';
import { checkScreen, readinessScreen } from './screens/readiness.ts';

async function connectForm({ useCases, actor }: SubmitContext): Promise<Canvas> {
  const source = await useCases.getSource(actor);
  const baseUrl = source.state === 'connected' ? source.base_url : '';
  return connectScreen({ baseUrl, username: '', error: null });
}

async function connect(context: SubmitContext): Promise<Canvas> {
  const baseUrl = textInput(context, 'base_url');
  const username = textInput(context, 'username');
  const apiKey = textInput(context, 'api_key');
  const password = context.request.inputs.password ?? '';
  const failed = (message: string, field: string | null) =>
    connectScreen({ baseUrl, username, error: { message, field } });

  if (baseUrl === '') return failed('Enter the address of your Infraon desk.', 'base_url');
  if (apiKey === '' && (username === '' || password === '')) {
    return failed('Enter a user name and a password, or an API key.', 'credentials');
  }
  const auth: SourceInput['auth'] =
    apiKey === '' ? { strategy: 'password', username, password } : { strategy: 'api_key', api_key: apiKey };
  const input = { base_url: baseUrl, auth };
  const errand = await context.useCases.sendErrand(context.actor, { kind: 'connect', input });
  return connected(context, errand, { baseUrl, username });
}

/** Secrets are in none of these: a form that comes back is filled in with the address and the name only. */
function connected(
  context: SubmitContext,
  { state, message, code }: Errand,
  form: { baseUrl: string; username: string },
): Canvas | Promise<Canvas> {
  const { baseUrl, username } = form;
  if (state === 'running') {
    return waitingScreen(
      {
        title: 'Connecting to Infraon',
        words: 'The connection is being tried out. This takes up to a minute.',
        refreshId: 'connecting',
        // Nothing that is longer than an address or a name can be: it travels with every request from here.
        stored: { base_url: cut(baseUrl, 300), username: cut(username, 100) },
      },
      context.view,
    );
  }
  if (state !== 'failed' || message === null) return overview(context);
  const field = code === 'source_unauthorized' ? 'credentials' : 'base_url';
  return connectScreen({ baseUrl, username, error: { message, field } });
}

async function connecting(context: SubmitContext): Promise<Canvas> {
  const errand = await context.useCases.getErrand(context.actor, 'connect');
  const form = { baseUrl: storedText(context, 'base_url'), username: storedText(context, 'username') };
  return connected(context, errand, form);
}

async function discover(context: SubmitContext): Promise<Canvas> {
  await context.useCases.startDiscovery(context.actor);
  return overview(context);
}

async function maps(context: SubmitContext, note: string | null = null): Promise<Canvas> {
  return mapsScreen(await context.useCases.listMaps(context.actor), pluralOf(context), note);
}

async function map(context: SubmitContext): Promise<Canvas> {
  const [object, from] = splitArgument(context.argument);
  return showMap(context, object, Number(from) || 0, null);
}

async function showMap(
  context: SubmitContext,
  object: string,
  from: number,
  error: string | null,
): Promise<Canvas> {
  const { deps, useCases, actor, view } = context;
  const document = await useCases.getMap(actor, object);
  const { sources } = await mapChoices(deps, actor, object);
  const fieldName = (key: string) => sources.find((field) => field.key === key)?.label ?? key;
  const { consoleUrl } = view;
  return mapScreen(document, pluralOf(context)(object), { from, consoleUrl, error, fieldName });
}

/** Approves the version that was on screen: an edit made meanwhile refuses it. */
async function approveMap(context: SubmitContext): Promise<Canvas> {
  const [object, version] = splitArgument(context.argument);
  try {
    await context.useCases.approveMap(context.actor, object, Number(version));
  } catch (error) {
    if (!(error instanceof UserError) || error.httpStatus !== 409) throw error;
    return showMap(context, object, 0, error.message);
  }
  return maps(context, `Approved: ${pluralOf(context)(object)}.`);
}

async function readiness(context: SubmitContext, next: NextRun): Promise<Canvas> {
  return checked(context, next, await context.useCases.sendErrand(context.actor, { kind: 'readiness' }));
}

async function checked(context: SubmitContext, next: NextRun, errand: Errand): Promise<Canvas> {
  if (errand.state === 'failed') return refusedScreen(errand.message ?? '');
  return errand.state === 'running' ? checkingScreen(context, next) : showReadiness(context, next);
}

function checkingScreen({ view }: SubmitContext, next: NextRun): Canvas {
  return waitingScreen({ ...CHECKING, refreshId: `readiness_seen:${next}` }, view);
}

/** The checks as they were last made: shown as often as it takes, and nobody is asked again. */
export async function showReadiness(context: SubmitContext, next: NextRun): Promise<Canvas> {
  const { useCases, actor, view } = context;
  const last = await useCases.lastReadiness(actor);
  return last === null
    ? checkingScreen(context, next)
    : readinessScreen(last.checks, next, { ...view, now: last.checkedAt });
}

function nextOf(argument: string): NextRun {
  return argument === 'full' ? 'full' : 'sample';
}

async function check(context: SubmitContext, error: string | null = null): Promise<Canvas> {
  const [next, id] = splitArgument(context.argument);
  const last = await context.useCases.lastReadiness(context.actor);
  const found = last?.checks.find((one) => one.id === id);
  return found === undefined
    ? refusedScreen('This check is not there any more.', 'readiness')
    : checkScreen(found, nextOf(next), context.view.consoleUrl, error);
}

async function confirmCheck(context: SubmitContext): Promise<Canvas> {
  const [next, id] = splitArgument(context.argument);
  try {
    await context.useCases.vouchFor(context.actor, id, textInput(context, 'note'));
  } catch (error) {
    if (!(error instanceof UserError) || error.field !== 'note') throw error;
    return check(context, error.message);
  }
  return showReadiness(context, nextOf(next));
}

/** From connecting to the checks before a run. */
export const setupHandlers: Record<string, Handler> = {
  connect_form: connectForm,
  connect,
  connecting,
  discover,
  maps: (context) => maps(context),
  map,
  approve_map: approveMap,
  readiness: (context) => readiness(context, 'sample'),
  readiness_full: (context) => readiness(context, 'full'),
  readiness_seen: async (context) =>
    checked(context, nextOf(context.argument), await context.useCases.getErrand(context.actor, 'readiness')),
  check: (context) => check(context),
  confirm: confirmCheck,
};
