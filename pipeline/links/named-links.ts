import { isRecordRef, type RecordRef, CUSTOM_TARGET } from '../../objects/mapping.ts';
import type { Payload } from '../../objects/payloads.ts';
import type { SettingsDocument } from '../settings.ts';

/** One edge as a payload names it. */
export interface NamedLink {
  field: string;
  toObject: string;
  toId: string;
  /** Intercom's id of the other end; undefined while nothing of ours is there. */
  destinationId: string | undefined;
  /** Why it is not sent although its other end is there: the settings allow no more links of this attribute. */
  refused?: 'too_many_links';
  /** The same id under each of the objects it may belong to; the likeliest first. Only while the other end is unknown. */
  candidates?: { field: string; toObject: string }[];
}

/** Who did something is a teammate, found by address: no record of ours is linked. Authors of entries are no links either. */
const NOT_LINKS = ['assignee', 'author', 'parts'];

const TOO_MANY = { refused: 'too_many_links' } as const;

/** What tells which links can be made. */
export interface Linking {
  resolve: (ref: RecordRef) => { destinationId: string } | undefined;
  settings: Pick<SettingsDocument, 'links_per_attribute'>;
}

/**
 * Every edge of a payload, once. An id that may belong to one of several objects is the link of the object that has it;
 * while none has it, it is one link, not one per object.
 */
export function namedLinks(payload: Payload, { resolve, settings }: Linking): NamedLink[] {
  const links = new Map<string, NamedLink>();
  const most = settings.links_per_attribute ?? Infinity;
  const sent = new Map<string, number>();
  for (const { field, ref } of refsByField(payload)) {
    const { sourceId: toId } = ref;
    const destinationId = resolve({ ref: ref.ref, sourceId: toId })?.destinationId;
    if (destinationId !== undefined) {
      const number = (sent.get(field) ?? 0) + 1;
      sent.set(field, number);
      const refused = number > most && field.startsWith(CUSTOM_TARGET) ? TOO_MANY : {};
      links.set(`${field} ${ref.ref} ${toId}`, { field, toObject: ref.ref, toId, destinationId, ...refused });
      continue;
    }
    const others = ref.or ?? [];
    if (others.some((name) => resolve({ ref: name, sourceId: toId }) !== undefined)) continue;
    const key = `? ${[ref.ref, ...others].sort().join(' ')} ${toId}`;
    const known = links.get(key);
    const candidate = { field, toObject: ref.ref };
    if (known === undefined) links.set(key, { ...candidate, toId, destinationId, candidates: [candidate] });
    else known.candidates?.push(candidate);
  }
  return [...links.values()];
}

function refsByField(payload: Payload): { field: string; ref: RecordRef }[] {
  return Object.entries(payload).flatMap(([name, value]: [string, unknown]) => {
    if (NOT_LINKS.includes(name)) return [];
    if (name !== 'custom_attributes') return refsIn(value).map((ref) => ({ field: name, ref }));
    return Object.entries(value as Record<string, unknown>).flatMap(([attribute, held]) =>
      refsIn(held).map((ref) => ({ field: `${name}.${attribute}`, ref })),
    );
  });
}

/** Of a value, a list of them, or a list of links that carry one each (articles). */
function refsIn(value: unknown): RecordRef[] {
  if (isRecordRef(value)) return [value];
  if (Array.isArray(value)) return (value as unknown[]).flatMap(refsIn);
  if (typeof value === 'object' && value !== null && 'ref' in value) return refsIn(value.ref);
  return [];
}
