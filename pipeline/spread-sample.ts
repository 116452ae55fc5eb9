/** Keeps items spread evenly over a list of unknown length: the first, the last and those between. */
export interface SpreadSample<T> {
  add(item: T): void;
  take(): T[];
}

/**
 * Holds at most twice `size` items: when there are more, every second one is dropped and from then on only every
 * second, fourth, eighth… item is looked at.
 */
export function createSpreadSample<T>(size: number): SpreadSample<T> {
  let kept: { item: T; position: number }[] = [];
  let last: { item: T; position: number } | undefined;
  let stride = 1;
  let position = 0;
  return {
    add(item) {
      last = { item, position };
      if (position % stride === 0) {
        kept.push(last);
        if (kept.length > size * 2) {
          stride *= 2;
          kept = kept.filter((entry) => entry.position % stride === 0);
        }
      }
      position += 1;
    },
    take() {
      const all = last === undefined || kept.at(-1) === last ? kept : [...kept, last];
      if (all.length <= size) return all.map((entry) => entry.item);
      const chosen = new Set<T>();
      for (let index = 0; index < size; index += 1) {
        const entry = all[size === 1 ? 0 : Math.round((index * (all.length - 1)) / (size - 1))];
        if (entry !== undefined) chosen.add(entry.item);
      }
      return [...chosen];
    },
  };
}
