import type { LoadContext, Step, StepTarget } from './destination.ts';

export function requireId(target: StepTarget): string {
  if (target.destinationId === undefined)
    throw new Error(`${target.record.ref} ${target.record.sourceId} has no Intercom id yet`);
  return target.destinationId;
}

export function tagStepKey(name: string): string {
  return `tag:${name}`;
}

/** Tagging again changes nothing, so an unknown outcome is settled by sending it again. */
export function addTagStep(
  name: string,
  operation: string,
  send: (context: LoadContext, id: string, tagId: string) => Promise<unknown>,
): Step {
  return {
    key: tagStepKey(name),
    once: 'ever',
    operation,
    identity: { tag: name },
    async perform(context, target) {
      await send(context, requireId(target), await context.tagId(name));
      return {};
    },
    probe: () => Promise.resolve('absent'),
  };
}
