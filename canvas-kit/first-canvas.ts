import { hasRole } from '../pipeline/actors.ts';
import { stepOf } from '../pipeline/panel/next-step.ts';
import type { Standing } from '../pipeline/panel/standing.ts';
import type { PanelOpening } from '../pipeline/use-cases.ts';
import type { Canvas } from './components.ts';
import type { PanelContext } from './context.ts';
import type { View } from './format.ts';
import { reconnectScreen } from './screens/messages.ts';
import { conversationScreen, notMovedScreen } from './screens/conversation.ts';
import { overviewScreen } from './screens/overview.ts';

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
