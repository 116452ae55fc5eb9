import { UserError } from '../errors.ts';
import type { PreflightCheck, SourceInput } from '../pipeline/documents.ts';
import type { Canvas } from './components.ts';
import { pluralOf, splitArgument, textInput, type Handler, type SubmitContext } from './context.ts';
import { overview } from './first-canvas.ts';
import { connectScreen } from './screens/connect.ts';
import { mapScreen, mapsScreen } from './screens/maps.ts';
import { refusedScreen } from './screens/messages.ts';
import { checkScreen, readinessScreen, type NextRun } from './screens/readiness.ts';

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
  const { attempts, useCases, actor } = context;
  const outcome = await attempts.start(actor.workspaceId, () =>
    useCases.connectSource(actor, { base_url: baseUrl, auth }),
  );
  if (outcome.state === 'failed') {
    return failed(outcome.message, outcome.code === 'source_unauthorized' ? 'credentials' : 'base_url');
  }
  return overview(context);
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
  const { useCases, actor, view } = context;
  const document = await useCases.getMap(actor, object);
  return mapScreen(document, pluralOf(context)(object), { from, consoleUrl: view.consoleUrl, error });
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
  return readinessScreen(await checkedNow(context), next, null);
}

/** The checks after custom object types that are not proven were tried again: a person may just have made them. */
export async function checkedNow({ useCases, actor }: SubmitContext): Promise<PreflightCheck[]> {
  const { types } = await useCases.getObjectTypes(actor);
  if (types.some((type) => type.state !== 'proven')) {
    await useCases.probeObjectTypes(actor).catch((error: unknown) => {
      // Somebody else is probing, or Intercom refuses us: the checks say so in their own words.
      if (!(error instanceof UserError) || error.httpStatus !== 409) throw error;
    });
  }
  const { checks } = await useCases.getPreflight(actor);
  return checks;
}

async function check(context: SubmitContext): Promise<Canvas> {
  const [next, id] = splitArgument(context.argument);
  const { checks } = await context.useCases.getPreflight(context.actor);
  const found = checks.find((one) => one.id === id);
  return found === undefined
    ? refusedScreen('This check is not there any more.', 'readiness')
    : checkScreen(found, next === 'full' ? 'full' : 'sample');
}

async function confirmCheck(context: SubmitContext): Promise<Canvas> {
  const [next, id] = splitArgument(context.argument);
  const note = textInput(context, 'note');
  const { checks } = await context.useCases.confirmPreflight(
    context.actor,
    id,
    note === '' ? 'Confirmed in the inbox panel.' : note,
  );
  return readinessScreen(checks, next === 'full' ? 'full' : 'sample', null);
}

/** From connecting to the checks before a run. */
export const setupHandlers: Record<string, Handler> = {
  connect_form: connectForm,
  connect,
  discover,
  maps: (context) => maps(context),
  map,
  approve_map: approveMap,
  readiness: (context) => readiness(context, 'sample'),
  readiness_full: (context) => readiness(context, 'full'),
  check,
  confirm: confirmCheck,
};
