import type { RecordRef } from '../../objects/mapping.ts';

export interface LinkedRecord {
  sourceId: string;
  /** Links that are left out while their other end is not there. */
  refs: readonly RecordRef[];
}

/**
 * The records of a batch in an order in which as many of them as possible come after all they name, so that their links
 * can be made in the write that creates them. Of records that name each other one must be written twice: those that most
 * others name are taken for it and go first, the others follow from the named to the naming.
 */
export function inLinkOrder<T>(
  object: string,
  records: readonly T[],
  look: (record: T) => LinkedRecord,
): T[] {
  const { names, namedBy } = linksOf(object, records.map(look));
  const unplaced = names.map((ends) => ends.size);
  const places = records.map((_, index) => index);
  const hubsFirst = [...places].sort((a, b) => sizeAt(namedBy, b) - sizeAt(namedBy, a));
  const twice: number[] = [];
  const once = places.filter((index) => unplaced[index] === 0);
  const isPlaced = new Set(once);

  function countDown(placed: number): void {
    for (const naming of namedBy[placed] ?? []) {
      unplaced[naming] = (unplaced[naming] ?? 0) - 1;
      if (unplaced[naming] !== 0 || isPlaced.has(naming)) continue;
      isPlaced.add(naming);
      once.push(naming);
    }
  }
  let next = 0;
  const follow = () => {
    for (; next < once.length; next += 1) countDown(once[next] ?? 0);
  };
  follow();
  for (const hub of hubsFirst) {
    if (isPlaced.has(hub)) continue;
    isPlaced.add(hub);
    twice.push(hub);
    countDown(hub);
    follow();
  }
  return [...twice, ...once].flatMap((index) => records.slice(index, index + 1));
}

function sizeAt(sets: readonly Set<number>[], index: number): number {
  return sets[index]?.size ?? 0;
}

/** Who names whom, by place; what is outside the batch does not depend on its order. */
function linksOf(
  object: string,
  records: readonly LinkedRecord[],
): { names: Set<number>[]; namedBy: Set<number>[] } {
  const placeOf = new Map(records.map(({ sourceId }, index) => [sourceId, index]));
  const names = records.map(() => new Set<number>());
  const namedBy = records.map(() => new Set<number>());
  records.forEach(({ refs }, index) => {
    for (const { ref, sourceId, or } of refs) {
      if (ref !== object && or?.includes(object) !== true) continue;
      const other = placeOf.get(sourceId);
      if (other === undefined || other === index) continue;
      names[index]?.add(other);
      namedBy[other]?.add(index);
    }
  });
  return { names, namedBy };
}
