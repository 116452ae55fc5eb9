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

export function untagStep(
  name: string,
  operation: string,
  send: (context: LoadContext) => Promise<unknown>,
): UndoStep {
  return {
    key: `undo:tag:${name}`,
    operation,
    perform: (context) => ignoringAbsence(send(context)),
    // Taking a tag off a second time changes nothing.
    isDone: () => Promise.resolve(false),
  };
}
