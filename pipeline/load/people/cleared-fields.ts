/**
 * A payload leaves out what the source has no value for. What it had before must be taken away in Intercom, so such
 * fields are stated as empty (Intercom API 2.16: contacts' and companies' plain fields are nullable).
 */
export function withCleared<P extends object>(next: P, last: P, fields: readonly (keyof P)[]): P {
  const cleared = fields.filter((field) => next[field] === undefined && last[field] !== undefined);
  return cleared.length === 0
    ? next
    : { ...next, ...(Object.fromEntries(cleared.map((field) => [field, null])) as Partial<P>) };
}
