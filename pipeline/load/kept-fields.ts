import type { StoredLook } from '../../db/schema/runs.ts';
import { CUSTOM_TARGET } from '../../objects/mapping.ts';
import type { Payload } from '../../objects/payloads.ts';

const TAG = 'tags.';

/**
 * A payload that leaves alone what people changed in Intercom: attributes and tags of theirs are not named, a plain value
 * is the one that is there, so that writing the rest does not undo it.
 */
export function withoutKept<P extends Payload>(payload: P, kept: StoredLook['kept']): P {
  const rest: Record<string, unknown> = structuredClone(payload) as never;
  for (const { field, actual } of kept) {
    if (field.startsWith(CUSTOM_TARGET)) {
      const { [field.slice(CUSTOM_TARGET.length)]: _theirs, ...others } = rest['custom_attributes'] as Record<
        string,
        unknown
      >;
      rest['custom_attributes'] = others;
    } else if (field.startsWith(TAG)) {
      rest['tags'] = (rest['tags'] as string[]).filter((name) => name !== field.slice(TAG.length));
    } else if (field === 'companies') {
      rest['companies'] = [];
    } else if (isPlain(rest[field]) && isPlain(actual)) {
      rest[field] = actual;
    } else {
      // References to others, and plain values that people emptied: what is not named is not written.
      rest[field] = undefined;
    }
  }
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as unknown as P;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
