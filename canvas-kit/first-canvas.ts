import { hasRole } from '../pipeline/actors.ts';
import type { Standing } from '../pipeline/panel/standing.ts';
import type { RunDocument } from '../pipeline/runs/run-document.ts';
import type { PanelOpening } from '../pipeline/use-cases.ts';
import type { Canvas } from './components.ts';
import type { PanelContext } from './context.ts';
import type { View } from './format.ts';
import { reconnectScreen } from './screens/messages.ts';
import { conversationScreen, notMovedScreen } from './screens/conversation.ts';
import { overviewScreen, type Step } from './screens/overview.ts';

const ACTIVE: readonly RunDocument['state'][] = ['queued', 'running', 'paused', 'verifying'];

/** The canvas of an opened conversation: its own record if we moved it, else the migration for those who lead it. */
export function openingScreen(opening: PanelOpening, view: View): Canvas {
  const { actor, moved, owned, standing } = opening;
  if (moved !== null) return conversationScreen(moved, view, hasRole(actor, 'operator'));
  return standing === null
    ? notMovedScreen(view, owned)
    : overviewScreen(stepOf(standing), seenAt(standing, view), { back: false });
}

/** The same for a button that leads there: a person asked, so what is counted is counted now. */
export async function firstCanvas(context: PanelContext): Promise<Canvas> {
  const { useCases, request, view } = context;
  const opening = await useCases.openPanel(request, { standing: 'unless_moved', fresh: true });
  return opening === null ? reconnectScreen(view.consoleUrl) : openingScreen(opening, view);
}

export async function overview(context: PanelContext): Promise<Canvas> {
  const { useCases, request, view } = context;
  const opening = await useCases.openPanel(request, { standing: 'always', fresh: true });
  if (opening === null) return reconnectScreen(view.consoleUrl);
  const { standing, moved } = opening;
  if (standing === null) return openingScreen(opening, view);
  return overviewScreen(stepOf(standing), seenAt(standing, view), { back: moved !== null });
}

/** "As of" says when the records were counted. */
function seenAt({ countedAt }: Standing, view: View): View {
  return countedAt === null ? view : { ...view, now: countedAt };
}

/** Where the migration stands, from what is stored: no step asks Infraon or Intercom. */
function stepOf(standing: Standing): Step {
  const { connected, connecting, discovery, maps, run, starting } = standing;
  // Only one run can be active, and no other can start meanwhile: the newest decides.
  if (run !== null && ACTIVE.includes(run.state)) return { kind: 'running', run };

  if (connecting?.failure === null) return { kind: 'connecting' };
  if (!connected) return { kind: 'connect', failure: connecting?.failure ?? null };
  if (starting) return { kind: 'starting' };
  if (discovery.state === 'running') return { kind: 'discovering', discovery };
  if (discovery.state !== 'done') return { kind: 'discover', failure: discovery.error };

  if (maps.length === 0 || maps.some((map) => map.state !== 'approved')) return { kind: 'review', maps };
  return stepAfterMaps(run);
}

function stepAfterMaps(latest: RunDocument | null): Step {
  if (latest === null || isUndone(latest)) return { kind: 'sample' };
  if (latest.kind !== 'sample') return { kind: 'finished', run: latest };
  if (latest.approved_at !== null) return { kind: 'start' };
  return latest.state === 'failed' || latest.state === 'cancelled'
    ? { kind: 'finished', run: latest }
    : { kind: 'approve', run: latest };
}

/** A dry run undoes nothing. */
function isUndone(run: RunDocument): boolean {
  return run.kind === 'rollback' && run.state === 'completed' && run.rollback?.dry_run !== true;
}
