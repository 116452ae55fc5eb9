import { hasRole } from '../pipeline/actors.ts';
import type { Canvas } from './components.ts';
import type { Handler, SubmitContext } from './context.ts';
import { firstCanvas } from './first-canvas.ts';
import { startRun } from './run-flow.ts';
import { cutOverScreen, undoScreen } from './screens/cut-over.ts';
import { refusedScreen } from './screens/messages.ts';

async function board(context: SubmitContext): Promise<Canvas> {
  const { useCases, actor, view } = context;
  if (!hasRole(actor, 'operator')) return firstCanvas(context);
  const document = await useCases.getCutover(actor);
  return cutOverScreen(document, view, { undo: hasRole(actor, 'owner') });
}

/** From the finished migration to its cut-over, or back. */
export const cutOverHandlers: Record<string, Handler> = {
  cut_over: board,
  rehearse_delta: (context) => startRun(context, { kind: 'delta' }),
  undo: (context) =>
    Promise.resolve(
      hasRole(context.actor, 'owner')
        ? undoScreen(context.view)
        : refusedScreen('Only an owner can undo the migration.', 'cut_over'),
    ),
  undo_dry_run: (context) => startRun(context, { kind: 'rollback', dry_run: true }),
};
