import { isFields } from '../request-fields.ts';

/**
 * The same document in several spellings. Intercom promises none of them, so an app that signs what it re-serialised
 * instead of the bytes it received must fail with some (app platform, section 7.3, item 13).
 */
export const BODY_STYLES = ['compact', 'escaped', 'spaced', 'shuffled', 'extra'] as const;
export type BodyStyle = (typeof BODY_STYLES)[number];

export function serialise(document: Record<string, unknown>, style: BodyStyle): string {
  switch (style) {
    case 'compact':
      return JSON.stringify(document);
    case 'spaced':
      return `${JSON.stringify(document, null, 2)}\n`;
    case 'escaped':
      return escaped(JSON.stringify(document));
    case 'shuffled':
      return JSON.stringify(shuffled(document));
    case 'extra':
      return JSON.stringify({
        ...document,
        intercom_internal: { trace: null, flags: [true, 1.5, 'x'] },
        locale: 'en',
      });
  }
}

/** Every character outside ASCII, and those that HTML minds, as `\uXXXX`; a slash as `\/`. */
function escaped(json: string): string {
  return json
    .replaceAll('/', String.raw`\/`)
    .replaceAll(
      /[<>&\u0080-\uffff]/g,
      (character) => String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, '0'),
    );
}

/** The keys of every object the other way round. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, shuffled(each)]),
  );
}
