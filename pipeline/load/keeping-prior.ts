import type { LoadContext, Step } from './destination.ts';
import { requireId } from './steps.ts';

/**
 * The first step that is carried out on a record of an earlier run keeps how it was, for a rollback. `read` answers null
 * where nothing is there any more.
 */
export function keepingPrior(
  steps: Step[],
  read: (id: string, context: LoadContext) => Promise<Record<string, unknown> | null>,
): Step[] {
  let isKept = false;
  return steps.map((step) => ({
    ...step,
    async perform(context, target) {
      if (!isKept) {
        const prior = await read(requireId(target), context);
        if (prior !== null) await target.keepPrior(prior);
        isKept = true;
      }
      return step.perform(context, target);
    },
  }));
}
