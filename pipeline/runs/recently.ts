import type { Database } from '../../db/client.ts';

interface Run {
  workspaceId: string;
  id: string;
}

interface Answer<T> {
  /** Null while it is being found. */
  keptUntil: number | null;
  value: Promise<T>;
}

/**
 * A question about an active run whose answer may be a little old: who asks while it is being found, or is kept, gets the
 * same. It is kept for this process, by the database it is asked of.
 * @param keptMs for how long, by how long it took to find.
 */
export function askedRecently<T>(
  ask: (db: Database, run: Run) => Promise<T>,
  keptMs: (tookMs: number) => number,
): (db: Database, run: Run, elapsedMs?: () => number) => Promise<T> {
  const kept = new WeakMap<Database, Map<string, Answer<T>>>();
  return (db, run, elapsedMs = () => performance.now()) => {
    const answers = kept.get(db) ?? new Map<string, Answer<T>>();
    kept.set(db, answers);
    const askedAt = elapsedMs();
    for (const [id, { keptUntil }] of answers)
      if (keptUntil !== null && keptUntil <= askedAt) answers.delete(id);
    const known = answers.get(run.id);
    if (known !== undefined) return known.value;
    const answer: Answer<T> = { keptUntil: null, value: ask(db, run) };
    answers.set(run.id, answer);
    answer.value.then(
      () => (answer.keptUntil = askedAt + keptMs(elapsedMs() - askedAt)),
      // What failed is not kept: the next one tries again.
      () => answers.get(run.id) === answer && answers.delete(run.id),
    );
    return answer.value;
  };
}
