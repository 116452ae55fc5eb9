import { SLOT_FLAGS } from '../db/queue.ts';

/**
 * Which jobs this worker takes next, by the flags they carry (db/queue.ts). Tasks wait: for the source, for the rate
 * budget. Without bounds reading could hold every slot while nothing is written, loading could hold them while nothing
 * is staged, and a throttled workspace could hold them while others have work.
 */
export interface Slot {
  release(): void;
  /**
   * The job has little left to do but to wait (a thread of hundreds of entries, paced): another may begin in its place. As
   * many as there are slots may be left so; then a job keeps its own.
   */
  leave(): void;
}

export interface Slots {
  /** Flags of jobs that are not to be taken now; null when every job is welcome. */
  forbidden(): string[] | null;
  /** Takes a slot for a job; undefined when there is none, or its kind or its workspace holds its share already. */
  take(flags: readonly string[]): Slot | undefined;
  /**
   * How many workspaces have runs at work: they share the slots. Those without any budget only wait: what they hold
   * counts as free, and they get nothing more.
   */
  shareAmong(workspaces: number, withoutBudget?: readonly string[]): void;
}

/**
 * Jobs that a worker attends to: those in its slots, as many that left theirs, as many of workspaces that have no budget and
 * only wait, and a gate.
 */
export function runnersFor(concurrency: number): number {
  return concurrency * 3 + 1;
}

/**
 * Of a workspace's jobs one slot at least is left for the other kind, half of them for writing. The bounds are each
 * workspace's own: one that waits for its budget with all it may hold leaves a slot that another one may write in.
 */
export function createSlots(concurrency: number): Slots {
  const held = new Map<string, number>();
  let left = 0;
  let working = 1;
  let idle: ReadonlySet<string> = new Set();

  function limitOf(flag: string): number {
    if (flag.startsWith(SLOT_FLAGS.read)) return Math.max(1, Math.floor(concurrency / 2));
    if (flag.startsWith(SLOT_FLAGS.write)) return Math.max(1, concurrency - 1);
    if (flag === SLOT_FLAGS.any) return concurrency;
    return idle.has(flag) ? 0 : Math.max(1, Math.floor(concurrency / working));
  }
  function countOf(flag: string): number {
    const count = held.get(flag) ?? 0;
    if (flag !== SLOT_FLAGS.any) return count;
    return [...idle].reduce((left, workspace) => left - (held.get(workspace) ?? 0), count);
  }
  const isFull = (flag: string) => countOf(flag) >= limitOf(flag);
  function add(flags: readonly string[], by: 1 | -1): void {
    for (const flag of flags) {
      const count = (held.get(flag) ?? 0) + by;
      if (count === 0) held.delete(flag);
      else held.set(flag, count);
    }
  }

  return {
    forbidden() {
      const full = [...new Set([...held.keys(), ...idle])].filter(isFull);
      return full.length === 0 ? null : full;
    },
    take(flags) {
      if (flags.some(isFull)) return undefined;
      add(flags, 1);
      let state: 'held' | 'left' | 'released' = 'held';
      return {
        leave() {
          if (state !== 'held' || left >= concurrency) return;
          state = 'left';
          left += 1;
          add(flags, -1);
        },
        release() {
          if (state === 'held') add(flags, -1);
          if (state === 'left') left -= 1;
          state = 'released';
        },
      };
    },
    shareAmong(workspaces, withoutBudget = []) {
      idle = new Set(withoutBudget.map((workspace) => `${SLOT_FLAGS.workspace}${workspace}`));
      working = Math.max(1, workspaces - idle.size);
    },
  };
}
