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
      return evenly(
        all.map((entry) => entry.item),
        size,
      );
    },
  };
}

/** At most `count` items, the first and the last among them. */
function evenly<T>(items: T[], count: number): T[] {
  if (items.length <= count) return items;
  const chosen = new Set<T>();
  for (let index = 0; index < count; index += 1) {
    const item = items[count === 1 ? 0 : Math.round((index * (items.length - 1)) / (count - 1))];
    if (item !== undefined) chosen.add(item);
  }
  return [...chosen];
}

/** Items kept of one kind, at most. */
const PER_KIND = 10;

/**
 * A spread sample that also holds items of every kind, since records of a rare kind may be the only ones that show some
 * fields. The kinds share half of the size.
 */
export function createVariedSample<T>(size: number): { add(item: T, kind: string): void; take(): T[] } {
  const spread = createSpreadSample<T>(size);
  const byKind = new Map<string, T[]>();
  const reserve = Math.floor(size / 2);
  return {
    add(item, kind) {
      spread.add(item);
      const items = byKind.get(kind);
      if (items === undefined) {
        if (byKind.size < reserve) byKind.set(kind, [item]);
      } else if (items.length < PER_KIND) items.push(item);
    },
    take() {
      const each = byKind.size < 2 ? 0 : Math.max(1, Math.floor(reserve / byKind.size));
      const chosen = new Set([...byKind.values()].flatMap((items) => items.slice(0, each)));
      const others = spread.take().filter((item) => !chosen.has(item));
      for (const item of evenly(others, size - chosen.size)) chosen.add(item);
      return [...chosen];
    },
  };
}
