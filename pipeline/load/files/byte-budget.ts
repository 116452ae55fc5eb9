/**
 * Bytes of files that a process may hold at a time, over all records it loads side by side. Work waits for its turn in
 * order, so that a large file is not overtaken for ever by small ones.
 */
export interface ByteBudget {
  run<T>(bytes: number, work: () => Promise<T>): Promise<T>;
}

export function createByteBudget(total: number): ByteBudget {
  let free = total;
  const waiting: { bytes: number; start: () => void }[] = [];

  function startWhatFits(): void {
    for (let next = waiting[0]; next !== undefined && next.bytes <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.bytes;
      next.start();
    }
  }

  return {
    async run(bytes, work) {
      // What is larger than the whole budget runs alone instead of never.
      const share = Math.min(bytes, total);
      await new Promise<void>((start) => {
        waiting.push({ bytes: share, start });
        startWhatFits();
      });
      try {
        return await work();
      } finally {
        free += share;
        startWhatFits();
      }
    },
  };
}
