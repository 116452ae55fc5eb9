import type { Comparison } from '../load/destination.ts';
import { idsOf } from '../load/attributes.ts';
import type { ReadBack } from './keep-links.ts';
import type { NamedLink } from './named-links.ts';

/** Fields that are compared under another name than the payload's. */
const COMPARED_AS: Record<string, string> = { from: 'contact' };
/** An article's links are compared one by one, as they stand in its text: all of them are right, or none is known to be. */
const LINKS = 'links';

/**
 * What reading back says of each link. Reference lists replace each other and skip ids they do not know in silence, so a
 * list that differs is looked at id by id; a field that was not compared says nothing.
 */
export function linksReadBack(
  links: readonly NamedLink[],
  comparisons: readonly Comparison[],
): (NamedLink & { readBack?: ReadBack })[] {
  const byField = new Map(comparisons.map((comparison) => [comparison.field, comparison]));
  const there = new Map<string, Set<string>>();
  const linksInText = comparisons.filter(({ field }) => field.startsWith(`${LINKS}.`));
  if (linksInText.length > 0 && linksInText.every(isEqual))
    byField.set(LINKS, { field: LINKS, class: 'equal' });
  const isGone = byField.get('record')?.class === 'missing';
  return links.map((link) => {
    if (link.destinationId === undefined || link.refused !== undefined) return link;
    if (isGone) return { ...link, readBack: 'not_found' };
    const comparison = byField.get(COMPARED_AS[link.field] ?? link.field);
    if (comparison === undefined) return link;
    if (isEqual(comparison)) return { ...link, readBack: 'found' };
    const ids = there.get(comparison.field) ?? new Set(idsOf(comparison.actual));
    there.set(comparison.field, ids);
    if (ids.has(link.destinationId)) return { ...link, readBack: 'found' };
    return {
      ...link,
      readBack: comparison.class === 'changed_in_intercom' ? 'changed_in_intercom' : 'not_found',
    };
  });
}

function isEqual({ class: name }: Comparison): boolean {
  return name === 'equal' || name === 'equal_after_normalising';
}
