/** Below this depth nothing is worth reading, and deeper values could exhaust the stack. */
const MAX_DEPTH = 64;

/** A copy without what lies too deep; lone surrogates and NUL are taken out of texts and keys. */
function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= MAX_DEPTH) return '[nested too deeply]';
  if (Array.isArray(value)) return value.map((item) => bounded(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [bounded(key, depth), bounded(item, depth + 1)]),
  );
}

/**
 * JSON that stays inert wherever it is pasted: what could end a script element, open a tag or break a line of script is
 * written as an escape, which every JSON parser reads as the same character.
 */
export function safeJson(value: unknown, indent = 0): string {
  const text = JSON.stringify(bounded(value ?? null, 0), null, indent);
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
