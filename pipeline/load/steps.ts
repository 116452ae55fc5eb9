import { NotFoundError } from '../../errors.ts';
import type { LoadContext, ProbeAnswer, Step, StepTarget } from './destination.ts';

export function requireId(target: StepTarget): string {
  if (target.destinationId === undefined)
    throw new Error(`${target.record.ref} ${target.record.sourceId} has no Intercom id yet`);
  return target.destinationId;
}

export function tagStepKey(name: string): string {
  return `tag:${name}`;
}

/**
 * Tagging again changes nothing, so an unknown outcome is settled by sending it again. A tag that people deleted is made
 * again by the next record that carries it, as a collection is.
 */
export function addTagStep(
  name: string,
  operation: string,
  send: (context: LoadContext, id: string, tagId: string) => Promise<unknown>,
  once: Step['once'] = 'ever',
): Step {
  return {
    key: tagStepKey(name),
    once,
    operation,
    identity: { tag: name },
    async perform(context, target) {
      const id = requireId(target);
      const tagId = await context.tagId(name);
      try {
        await send(context, id, tagId);
      } catch (error) {
        const again = error instanceof NotFoundError ? await context.tagAnew(name, tagId) : undefined;
        if (again === undefined) throw error;
        await send(context, id, again);
      }
      return {};
    },
    probe: () => Promise.resolve('repeat'),
  };
}

/**
 * Absence in a list or a search that lags proves nothing until a call in doubt must be over and must be listed. How far
 * they lag is documented nowhere: setting `search_lag_seconds`.
 */
export function waitUntilListed(context: LoadContext, { doubtMs }: StepTarget): ProbeAnswer {
  const waitMs = context.callLifeMs + context.settings.search_lag_seconds * 1000;
  if (doubtMs >= waitMs) return 'absent';
  const pauseMs = Math.min(Math.max(1_000, doubtMs), 30_000, waitMs - doubtMs);
  return { lookAgainAt: new Date(context.now().getTime() + pauseMs) };
}
