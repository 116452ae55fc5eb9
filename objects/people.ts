import type { ObjectDefinition } from './define-object.ts';
import type { Raw } from './paths.ts';
import { readFields, type ReadContext } from './read-fields.ts';
import { textOf } from './read-values.ts';
import type { ThreadRow } from './thread-rows.ts';
import type { KnownPerson } from './transforms/transform.ts';

/**
 * A directory of people by every id that thread entries may carry (Infraon reference, stored messages: `created_by`
 * may be a requester, a profile or the system). When two people share an id, the one whose own key it is wins.
 */
export function indexPeople(
  records: Iterable<{ definition: ObjectDefinition; raw: Raw }>,
  context: ReadContext,
): (id: string) => KnownPerson | undefined {
  const found = new Map<string, { rank: number; person: KnownPerson }>();
  for (const { definition, raw } of records) {
    if (definition.person === undefined) continue;
    const values = readFields(raw, definition, context);
    const sourceId = textOf(values.id);
    if (sourceId === undefined) continue;
    const person: KnownPerson = {
      as: definition.person.as,
      ref: { ref: definition.name, sourceId },
      name: textOf(values[definition.person.name]) ?? sourceId,
    };
    for (const [rank, field] of definition.person.ids.entries()) {
      const id = textOf(values[field]);
      if (id === undefined || (found.get(id)?.rank ?? Infinity) <= rank) continue;
      found.set(id, { rank, person });
    }
  }
  return (id) => found.get(id)?.person;
}

/** The ids by which the threads of a record name authors, so that only those people need to be looked up. */
export function authorIdsOf(raw: Raw, definition: ObjectDefinition, context: ReadContext): string[] {
  const values = readFields(raw, definition, context);
  const threads = definition.fields.filter((field) => field.type === 'thread');
  const rows = threads.flatMap((field) => (values[field.key] as ThreadRow[] | undefined) ?? []);
  return [...new Set(rows.flatMap((row) => row.authorIds))];
}
