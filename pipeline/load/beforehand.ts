import { TransientError } from '../../errors.ts';

/**
 * For what a step needs before its own call (a tag's id, a file of the desk): when that fails, nothing is unknown about
 * the step itself, which was not sent.
 */
export async function beforehand<T>(needed: Promise<T>): Promise<T> {
  try {
    return await needed;
  } catch (error) {
    if (!(error instanceof TransientError) || !error.outcomeUnknown) throw error;
    throw new TransientError(error.message, { code: error.code, outcomeUnknown: false, cause: error });
  }
}
