import { preferred } from './company.ts';
import type { Derivation } from './define-object.ts';
import { firstValue, isObject, readPath, type Raw } from './paths.ts';
import { idOf, nameOf, textOf } from './read-values.ts';
import { PRIORITY_LABELS } from './vocabulary.ts';

/** Said of a policy that no endpoint gave us. */
export const REBUILT_FROM_TICKETS =
  'Rebuilt from tickets: Infraon offers no SLA endpoint, so targets and business hours are not known here.';

/** An applied profile, in the stored and in the listed shape (Infraon reference, stored incident; SLA policy). */
const APPLIED = ['sla_info', 'sla'];
const ID_PATHS = ['sla', 'sla_id', 'id'];
const NAME_PATHS = ['name', 'sla_name', 'sla.name'];
const PRIORITY_PATHS = ['basic_info.priority', 'priority'];

interface Draft {
  names: Map<string, number>;
  priorities: Set<string>;
  tickets: number;
  first: string | undefined;
  last: string | undefined;
}

/** The policies that one ticket names, each once; the id is in one place and the name may be in another. */
function appliedTo(ticket: Raw): Map<string, { name: string | undefined; at: string | undefined }> {
  const applied = new Map<string, { name: string | undefined; at: string | undefined }>();
  for (const path of APPLIED) {
    const value = readPath(ticket, path);
    for (const row of Array.isArray(value) ? (value as unknown[]) : [value]) {
      const id = idOf(isObject(row) ? firstValue(row, ID_PATHS) : row);
      if (id === undefined) continue;
      const known = applied.get(id);
      const name = isObject(row) ? textOf(firstValue(row, NAME_PATHS)) : undefined;
      applied.set(id, {
        name: known?.name ?? (name === id ? undefined : name),
        at: known?.at ?? (isObject(row) ? textOf(row.creation_time) : undefined),
      });
    }
  }
  return applied;
}

/**
 * SLA policies by the tickets that they were applied to: no endpoint of Infraon's description gives them, and a ticket
 * carries the ids only.
 */
export function collectSlaPolicies(): Derivation {
  const drafts = new Map<string, Draft>();
  return {
    add(ticket) {
      const priority = nameOf(firstValue(ticket, PRIORITY_PATHS), PRIORITY_LABELS);
      for (const [id, { name, at }] of appliedTo(ticket)) {
        const draft: Draft = drafts.get(id) ?? {
          names: new Map(),
          priorities: new Set(),
          tickets: 0,
          first: undefined,
          last: undefined,
        };
        draft.tickets += 1;
        if (name !== undefined) draft.names.set(name, (draft.names.get(name) ?? 0) + 1);
        if (priority !== undefined) draft.priorities.add(priority);
        if (at !== undefined && (draft.first === undefined || at < draft.first)) draft.first = at;
        if (at !== undefined && (draft.last === undefined || at > draft.last)) draft.last = at;
        drafts.set(id, draft);
      }
    },
    records: () =>
      [...drafts]
        .sort(([idA], [idB]) => (idA < idB ? -1 : 1))
        .map(([id, draft]) => ({
          sla_id: id,
          name: preferred(draft.names) || id,
          tickets: draft.tickets,
          priorities: [...draft.priorities].sort(),
          ...(draft.first === undefined ? {} : { first_applied: draft.first }),
          ...(draft.last === undefined ? {} : { last_applied: draft.last }),
          evidence: REBUILT_FROM_TICKETS,
        })),
  };
}
