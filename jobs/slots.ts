import { SLOT_FLAGS } from '../db/queue.ts';

/**
 * Which jobs this worker takes next, by the flags they carry (db/queue.ts). Tasks wait: for the source, for the rate
 * budget. Without bounds reading could hold every slot while nothing is written, loading could hold them while nothing
 * is staged, and a throttled workspace could hold them while others have work.
 */
export interface Slots {
  /** Flags of jobs that are not to be taken now; null when every job is welcome. */
  forbidden(): string[] | null;
  /** Takes a slot for a job; undefined when its kind or its workspace holds its share already. */
  take(flags: readonly string[]): { release(): void } | undefined;
  /** How many workspaces have runs at work: they share the slots. */
  shareAmong(workspaces: number): void;
}

/**
 * Of a workspace's jobs one slot at least is left for the other kind, half of them for writing. The bounds are each
 * workspace's own: one that waits for its budget with all it may hold leaves a slot that another one may write in.
 */
export function createSlots(concurrency: number): Slots {
  const held = new Map<string, number>();
  let workspaces = 1;

  function limitOf(flag: string): number {
    if (flag.startsWith(SLOT_FLAGS.read)) return Math.max(1, Math.floor(concurrency / 2));
    if (flag.startsWith(SLOT_FLAGS.write)) return Math.max(1, concurrency - 1);
    return Math.max(1, Math.floor(concurrency / workspaces));
  }
  const isFull = (flag: string) => (held.get(flag) ?? 0) >= limitOf(flag);
  function add(flags: readonly string[], by: 1 | -1): void {
    for (const flag of flags) {
      const count = (held.get(flag) ?? 0) + by;
      if (count === 0) held.delete(flag);
      else held.set(flag, count);
    }
  }

  return {
    forbidden() {
      const full = [...held.keys()].filter(isFull);
      return full.length === 0 ? null : full;
    },
    take(flags) {
      if (flags.some(isFull)) return undefined;
      add(flags, 1);
      return { release: () => add(flags, -1) };
    },
    shareAmong(count) {
      workspaces = Math.max(1, count);
    },
  };
}
