import type { Database } from '../../db/client.ts';

/** A person sees no difference; ten panels that open at once cost one question. */
const KEPT_MS = 2_000;

interface Run {
  workspaceId: string;
  id: string;
}

interface Answer<T> {
  at: number;
  value: Promise<T>;
}

/**
 * A question about an active run whose answer may be two seconds old; who asks meanwhile waits for the same answer. It is
 * kept for this process, by the database it is asked of.
 */
export function askedRecently<T>(
  ask: (db: Database, run: Run) => Promise<T>,
): (db: Database, run: Run, elapsedMs?: () => number) => Promise<T> {
  const kept = new WeakMap<Database, Map<string, Answer<T>>>();
  return (db, run, elapsedMs = () => performance.now()) => {
    const answers = kept.get(db) ?? new Map<string, Answer<T>>();
    kept.set(db, answers);
    const now = elapsedMs();
    const known = answers.get(run.id);
    if (known !== undefined && now - known.at < KEPT_MS) return known.value;
    for (const [id, { at }] of answers) if (now - at >= KEPT_MS) answers.delete(id);
    const value = ask(db, run);
    answers.set(run.id, { at: now, value });
    // What failed is not kept: the next one tries again.
    value.catch(() => answers.get(run.id)?.value === value && answers.delete(run.id));
    return value;
  };
}
