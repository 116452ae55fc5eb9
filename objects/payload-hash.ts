import { createHash } from 'node:crypto';

/**
 * JSON with keys in code-point order and no undefined members: equal content gives equal text, whatever the order in
 * which it was put together.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${(value as unknown[]).map((item) => canonicalJson(item ?? null)).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** SHA-256 (hex) of the canonical JSON; used for payloads and raw records alike. */
export function payloadHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
