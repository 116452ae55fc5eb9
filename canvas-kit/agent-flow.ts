import { UserError } from '../errors.ts';
import type { Canvas } from './components.ts';
import { labelOf, splitArgument, textInput, type Handler, type SubmitContext } from './context.ts';
import { firstCanvas } from './first-canvas.ts';
import { relatedRecordScreen, relatedScreen } from './screens/conversation.ts';
import { findScreen, recordScreen, reportScreen } from './screens/find.ts';
import { doneScreen, refusedScreen } from './screens/messages.ts';

async function related(context: SubmitContext): Promise<Canvas> {
  if (context.argument === '') return linkedRecords(context, 0);
  const [object, sourceId] = splitArgument(context.argument);
  const found = await context.useCases.getLinkedRecord(context.actor, object, sourceId);
  return found === null
    ? refusedScreen('This record was not read from Infraon, so there is nothing to show of it.')
    : relatedRecordScreen(found, context.view);
}

/** All of them on pages, on a conversation that was moved and beside a contact of ours. */
async function linkedRecords({ useCases, request }: SubmitContext, from: number): Promise<Canvas> {
  const opening = await useCases.openPanel(request, { standing: 'unless_moved', fresh: false });
  return relatedScreen(opening?.moved ?? { related: [], owned: opening?.owned ?? [] }, from);
}

/** The button of the first canvas may bring its own input with it; without one it opens the search. */
async function find(context: SubmitContext): Promise<Canvas> {
  const query = textInput(context, 'q');
  const results = query === '' ? null : await context.useCases.resolve(context.actor, query);
  return findScreen(query, results, labelOf(context));
}

async function record(context: SubmitContext): Promise<Canvas> {
  const [object, sourceId] = splitArgument(context.argument);
  const found = await context.useCases.getRecord(context.actor, object, sourceId);
  return recordScreen(found, labelOf(context)(object));
}

async function sendReport(context: SubmitContext): Promise<Canvas> {
  const { useCases, actor, request } = context;
  const text = textInput(context, 'text');
  if (request.conversationId === null) return firstCanvas(context);
  try {
    await useCases.reportMissing(actor, request.conversationId, text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return reportScreen(text, error.message);
  }
  return doneScreen('Reported. Whoever leads the migration sees it.', null);
}

/** What every agent can do. */
export const agentHandlers: Record<string, Handler> = {
  related,
  related_from: (context) => linkedRecords(context, Math.max(0, Math.trunc(Number(context.argument)) || 0)),
  find,
  search: find,
  record,
  report: () => Promise.resolve(reportScreen('', null)),
  send_report: sendReport,
  home: firstCanvas,
};
