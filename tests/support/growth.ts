/** Milliseconds of processor time, which other work on the machine does not lengthen. */
function processorMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * How many times longer `work` takes for four times the input: about 4 when it grows in a straight line, 16 when it grows
 * with the square. A ratio of one run, so it means the same on a slow machine.
 */
export function growthByFour(work: (size: number) => unknown, size: number): number {
  work(size);
  const small = Math.max(
    1,
    processorMs(() => work(size)),
  );
  return processorMs(() => work(size * 4)) / small;
}
