import { hasRole } from '../pipeline/actors.ts';
import type { RunDocument } from '../pipeline/documents.ts';
import type { ConversationPanel, LinkedRecord } from '../pipeline/use-cases.ts';
import type { Canvas } from './components.ts';
import type { PanelContext } from './context.ts';
import { conversationScreen, notMovedScreen } from './screens/conversation.ts';
import { overviewScreen, type Step } from './screens/overview.ts';

const ACTIVE: readonly RunDocument['state'][] = ['queued', 'running', 'paused', 'verifying'];

/** The canvas of a freshly opened conversation: its own record if we moved it, else the migration for those who lead it. */
export async function firstCanvas(context: PanelContext): Promise<Canvas> {
  const mayLead = hasRole(context.actor, 'operator');
  const panel = await movedConversation(context);
  if (panel !== null) return conversationScreen(panel, context.view, mayLead);
  if (!mayLead) return notMovedScreen(context.view, await contactRecords(context));
  return overviewScreen(await currentStep(context), context.view, { back: false });
}

export async function overview(context: PanelContext): Promise<Canvas> {
  if (!hasRole(context.actor, 'operator')) return firstCanvas(context);
  const moved = (await movedConversation(context)) !== null;
  return overviewScreen(await currentStep(context), context.view, { back: moved });
}

export async function movedConversation(context: PanelContext): Promise<ConversationPanel | null> {
  const { useCases, actor, request } = context;
  return request.conversationId === null
    ? null
    : useCases.getConversationPanel(actor, request.conversationId, request.contactId);
}

/** What belongs to the person whose conversation is open. */
export async function contactRecords({ useCases, actor, request }: PanelContext): Promise<LinkedRecord[]> {
  return request.contactId === null ? [] : useCases.getContactRecords(actor, request.contactId);
}

/** Where the migration stands, from what is stored: no step asks Infraon or Intercom. */
async function currentStep({ useCases, actor, attempts }: PanelContext): Promise<Step> {
  const [source, discovery, newest] = await Promise.all([
    useCases.getSource(actor),
    useCases.getDiscovery(actor),
    useCases.getLatestRun(actor),
  ]);
  // Only one run can be active, and no other can start meanwhile: the newest decides.
  const latest = newest ?? undefined;
  if (latest !== undefined && ACTIVE.includes(latest.state)) return { kind: 'running', run: latest };

  const attempt = attempts.current(actor.workspaceId);
  if (attempt?.state === 'running') return { kind: 'connecting' };
  if (source.state === 'not_connected') {
    return { kind: 'connect', failure: attempt?.state === 'failed' ? attempt.message : null };
  }
  if (discovery.state === 'running') return { kind: 'discovering', discovery };
  if (discovery.state !== 'done') return { kind: 'discover', failure: discovery.error };

  const maps = await useCases.listMaps(actor);
  if (maps.length === 0 || maps.some((map) => map.state !== 'approved')) return { kind: 'review', maps };
  return stepAfterMaps(latest);
}

function stepAfterMaps(latest: RunDocument | undefined): Step {
  if (latest === undefined || isUndone(latest)) return { kind: 'sample' };
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
