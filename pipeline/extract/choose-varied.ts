/** A record as a sample sees it: what it shows, in the words of `featuresOf`. */
export interface Candidate {
  id: string;
  features: readonly string[];
}

/**
 * Chooses `size` candidates that show as many features as possible: again and again the one that shows most that none of
 * the chosen shows, the first of several. When everything has been seen, the first of the others fill the rest.
 */
export function chooseVaried(candidates: readonly Candidate[], size: number): string[] {
  const seen = new Set<string>();
  const left = new Set(candidates);
  const chosen: string[] = [];
  while (chosen.length < size) {
    const next = mostTelling(left, seen);
    if (next === undefined) break;
    left.delete(next);
    chosen.push(next.id);
    for (const feature of next.features) seen.add(feature);
  }
  return [...chosen, ...Array.from(left, ({ id }) => id)].slice(0, size);
}

function mostTelling(candidates: Iterable<Candidate>, seen: ReadonlySet<string>): Candidate | undefined {
  let best: Candidate | undefined;
  let most = 0;
  for (const candidate of candidates) {
    let news = 0;
    for (const feature of candidate.features) if (!seen.has(feature)) news += 1;
    if (news <= most) continue;
    best = candidate;
    most = news;
  }
  return best;
}
