import { UserError } from '../errors.ts';
import { confirmShown, startOutcome, type Errand } from '../pipeline/panel/errands.ts';
import type { NextRun } from '../pipeline/panel/next-step.ts';
import type { RejectionAction, RejectionDocument } from '../pipeline/reconcile/rejection-document.ts';
import type { RunDocument, StartRunInput } from '../pipeline/runs/run-document.ts';
import { withoutAddress } from '../pipeline/reconcile/ways-on.ts';
import type { Canvas } from './components.ts';
import { labelOf, storedText, textInput, type Handler, type SubmitContext } from './context.ts';
import { counted } from './format.ts';
import { overview } from './first-canvas.ts';
import { showReadiness } from './setup-flow.ts';
import { refusedScreen, waitingScreen } from './screens/messages.ts';
import { rejectionScreen, rejectionsScreen } from './screens/rejections.ts';
import { STARTING } from './step-words.ts';

const PAGE = 10;
/** Cursors of ours are shorter; what comes back from a browser may be anything. */
const MAX_CURSOR = 40;

/** Has a run started: whether it may is asked of Intercom, which may take its time. */
export async function startRun(context: SubmitContext, input: StartRunInput): Promise<Canvas> {
  const errand = await context.useCases.sendErrand(context.actor, { kind: 'start', input });
  return started(context, input.kind, errand);
}

async function started(context: SubmitContext, kind: string, errand: Errand): Promise<Canvas> {
  const isLoad = kind === 'sample' || kind === 'full';
  const outcome = startOutcome(errand);
  if (outcome === 'waiting')
    return waitingScreen({ ...STARTING, refreshId: `started:${kind}` }, context.view);
  if (outcome === 'started' || outcome === 'active') return overview(context);
  if (outcome === 'not_ready' && isLoad) return showReadiness(context, kind);
  return refusedScreen(errand.message ?? '', isLoad ? 'home' : 'cut_over');
}

/** Confirms what the readiness canvas listed beside the button. */
async function confirmAndStart(context: SubmitContext, kind: NextRun): Promise<Canvas> {
  const { useCases, actor, request } = context;
  const shown: unknown = request.stored.shown;
  const ids = Array.isArray(shown) ? shown.filter((id): id is string => typeof id === 'string') : [];
  await confirmShown(useCases, actor, ids, 'Confirmed in the inbox panel when starting the run.');
  return startRun(context, { kind });
}

async function approveSample(context: SubmitContext): Promise<Canvas> {
  const { useCases, actor } = context;
  const [sample] = (await useCases.listRuns(actor, { limit: 1 })).items;
  if (sample?.kind !== 'sample' || !isFinished(sample))
    return refusedScreen('There is no sample to approve. Choose Run sample first.');
  if (sample.approved_at === null) await useCases.approveRun(actor, sample.id);
  return overview(context);
}

function isFinished(run: RunDocument): boolean {
  return run.state === 'completed' || run.state === 'completed_with_findings';
}

/** Pressed twice, or on a canvas that is no longer true: the present state says what became of it. */
async function changeRun(context: SubmitContext, useCase: 'pauseRun' | 'resumeRun'): Promise<Canvas> {
  try {
    await context.useCases[useCase](context.actor, context.argument);
  } catch (error) {
    if (!(error instanceof UserError) || error.httpStatus !== 409) throw error;
  }
  return overview(context);
}

async function rejections(context: SubmitContext, cursor: string, note: string | null): Promise<Canvas> {
  const page = await context.useCases.listRejections(context.actor, {
    limit: PAGE,
    ...(cursor === '' ? {} : { cursor }),
  });
  return rejectionsScreen(page, labelOf(context), { note, cursor });
}

const storedCursor = (context: SubmitContext) => storedText(context, 'cursor', MAX_CURSOR);

/** Looks on the page that was shown, then from the start: the list moves while a run goes on. */
async function findRejection(context: SubmitContext): Promise<RejectionDocument | undefined> {
  const { useCases, actor, argument } = context;
  for (const cursor of new Set([storedCursor(context), ''])) {
    const page = await useCases.listRejections(actor, {
      limit: PAGE,
      ...(cursor === '' ? {} : { cursor }),
    });
    const found = page.items.find((rejection) => rejection.id === argument);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function showRejection(context: SubmitContext, error: string | null): Promise<Canvas> {
  const found = await findRejection(context);
  if (found === undefined) return refusedScreen('This record is not rejected any more.', 'rejections');
  const { object, code } = found;
  const alike = await context.useCases.listRejections(context.actor, { object, code, limit: 1 });
  const options = { error, cursor: storedCursor(context), alike: alike.total };
  return rejectionScreen(found, labelOf(context)(found.object), context.view, options);
}

async function resolve(context: SubmitContext, action: RejectionAction, done: string): Promise<Canvas> {
  try {
    await context.useCases.resolveRejection(context.actor, context.argument, action);
  } catch (error) {
    if (!(error instanceof UserError) || error.httpStatus === 403) throw error;
    return showRejection(context, error.message);
  }
  return rejections(context, '', done);
}

async function save(context: SubmitContext): Promise<Canvas> {
  const found = await findRejection(context);
  if (found?.field == null) return showRejection(context, null);
  const value = textInput(context, 'value');
  if (value === '')
    return showRejection(context, 'Enter the new value. To leave the record as it is, choose Retry.');
  return resolve(
    context,
    { action: 'edit', values: { [found.field]: value } },
    'Saved. The record is tried again.',
  );
}

async function loadWithoutAddress(context: SubmitContext): Promise<Canvas> {
  const found = await findRejection(context);
  const values = found === undefined ? undefined : withoutAddress(found);
  return values === undefined
    ? showRejection(context, null)
    : resolve(context, { action: 'edit', values }, 'Allowed. The record is loaded without an address.');
}

function waiver(context: SubmitContext): RejectionAction {
  const note = textInput(context, 'note');
  return { action: 'waive', note: note === '' ? 'Waived in the inbox panel.' : note };
}

function waive(context: SubmitContext): Promise<Canvas> {
  return resolve(context, waiver(context), 'Waived. The record stays behind.');
}

/** All records of the same object and reason as the one on screen. */
async function resolveAlike(context: SubmitContext, action: RejectionAction, done: string): Promise<Canvas> {
  const found = await findRejection(context);
  if (found === undefined) return refusedScreen('This record is not rejected any more.', 'rejections');
  try {
    const { object, code } = found;
    const { affected } = await context.useCases.resolveRejections(context.actor, { object, code }, action);
    return await rejections(context, '', `${counted(affected, 'record')} ${done}`);
  } catch (error) {
    if (!(error instanceof UserError) || error.httpStatus === 403) throw error;
    return showRejection(context, error.message);
  }
}

/** From the sample to what was rejected. */
export const runHandlers: Record<string, Handler> = {
  run_sample: (context) => startRun(context, { kind: 'sample' }),
  start_migration: (context) => startRun(context, { kind: 'full' }),
  confirm_sample: (context) => confirmAndStart(context, 'sample'),
  confirm_full: (context) => confirmAndStart(context, 'full'),
  started: async (context) =>
    started(context, context.argument, await context.useCases.getErrand(context.actor, 'start')),
  approve_sample: approveSample,
  refresh: overview,
  migration: overview,
  pause: (context) => changeRun(context, 'pauseRun'),
  resume: (context) => changeRun(context, 'resumeRun'),
  rejections: (context) => rejections(context, context.argument, null),
  rejection: (context) => showRejection(context, null),
  retry: (context) => resolve(context, { action: 'retry' }, 'The record is tried again.'),
  make_again: (context) => resolve(context, { action: 'make_again' }, 'The record is made again.'),
  retry_infraon: (context) =>
    resolve(
      context,
      { action: 'retry', take: 'infraon' },
      "The record is tried again, with Infraon's value.",
    ),
  retry_intercom: (context) =>
    resolve(
      context,
      { action: 'retry', take: 'intercom' },
      "The record is tried again, with Intercom's value.",
    ),
  retry_all: (context) => resolveAlike(context, { action: 'retry' }, 'tried again.'),
  save,
  without_address: loadWithoutAddress,
  waive,
  waive_all: (context) => resolveAlike(context, waiver(context), 'waived.'),
};
