import type { Trial } from './site.ts';

export interface CallWatch {
  count(): number;
  /** Does something while Intercom has the so-many-th call in hand, before it is carried out. */
  at(number: number, action: () => void): void;
  stop(): void;
}

/** Counts Intercom's calls of a trial as they arrive, so that a fault can strike at any of them. */
export function watchCalls(trial: Trial): CallWatch {
  const { faults } = trial.site.intercom.state;
  const pick = faults.pick;
  const actions = new Map<number, () => void>();
  let count = 0;
  faults.pick = (method, template) => {
    count += 1;
    actions.get(count)?.();
    actions.delete(count);
    return pick(method, template);
  };
  return {
    count: () => count,
    at(number, action) {
      actions.set(Math.max(number, count + 1), action);
    },
    stop() {
      faults.pick = pick;
    },
  };
}

/** `count` moments, spread evenly over a run of `calls` calls. */
export function momentsOf(count: number, calls: number, next: () => number): number[] {
  return Array.from({ length: count }, () => 1 + Math.floor(next() * calls)).sort((a, b) => a - b);
}
