import { NotFoundError } from '../../../errors.ts';
import type { LoadContext } from '../../load/destination.ts';
import type { UndoStep } from './thing.ts';

/** What is not there needs not be taken away: deleting a second time answers 404. */
export async function ignoringAbsence(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}

/** A call that changes nothing when it is made a second time: an unknown outcome is settled by making it again. */
export function repeatable(
  key: string,
  operation: string,
  send: (context: LoadContext) => Promise<unknown>,
): UndoStep {
  return {
    key,
    operation,
    async perform(context) {
      await send(context);
    },
    isDone: () => Promise.resolve(false),
  };
}

/** Writes earlier values back; no call where there are none to write. */
export function writeBack(
  operation: string,
  body: Record<string, unknown>,
  send: (context: LoadContext, body: Record<string, unknown>) => Promise<unknown>,
): UndoStep[] {
  if (Object.keys(body).length === 0) return [];
  return [repeatable('undo:update', operation, (context) => send(context, body))];
}

export function untagStep(
  name: string,
  operation: string,
  send: (context: LoadContext) => Promise<unknown>,
): UndoStep {
  return repeatable(`undo:tag:${name}`, operation, (context) => ignoringAbsence(send(context)));
}
