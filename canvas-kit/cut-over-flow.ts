import { hasRole } from '../pipeline/actors.ts';
import type { StartRunInput } from '../pipeline/documents.ts';
import { UserError } from '../errors.ts';
import type { Canvas } from './components.ts';
import type { Handler, SubmitContext } from './context.ts';
import { firstCanvas, overview } from './first-canvas.ts';
import { cutOverScreen, undoScreen } from './screens/cut-over.ts';
import { refusedScreen } from './screens/messages.ts';

async function board(context: SubmitContext): Promise<Canvas> {
  const { useCases, actor, view } = context;
  if (!hasRole(actor, 'operator')) return firstCanvas(context);
  const document = await useCases.getCutover(actor);
  return cutOverScreen(document, view, { undo: hasRole(actor, 'owner') });
}

async function start(context: SubmitContext, input: StartRunInput): Promise<Canvas> {
  try {
    await context.useCases.startRun(context.actor, input);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // A second click on the same button: the run it asked for is already there.
    if (error.code !== 'run_active') return refusedScreen(error.message, 'cut_over');
  }
  return overview(context);
}

/** From the finished migration to its cut-over, or back. */
export const cutOverHandlers: Record<string, Handler> = {
  cut_over: board,
  rehearse_delta: (context) => start(context, { kind: 'delta' }),
  undo: (context) =>
    Promise.resolve(
      hasRole(context.actor, 'owner')
        ? undoScreen(context.view)
        : refusedScreen('Only an owner can undo the migration.', 'cut_over'),
    ),
  undo_dry_run: (context) => start(context, { kind: 'rollback', dry_run: true }),
};
