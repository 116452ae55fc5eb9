import { z } from 'zod';
import { textOf } from '../read-values.ts';
import { readableText } from './html.ts';
import { defineTransform, issueOf, type Outcome, type RecordContext } from './transform.ts';

/** `string` attributes of contacts and companies hold 255 characters (reported, not promised, by Intercom). */
export const STRING_LIMIT = 255;

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cuts to `max` UTF-16 units including the mark, never through an emoji or a combined letter. */
export function cutText(text: string, max: number, mark: string): string {
  if (text.length <= max) return text;
  const room = Math.max(0, max - mark.length);
  let end = 0;
  for (const { segment, index } of SEGMENTER.segment(text.slice(0, room + 64))) {
    if (index + segment.length > room) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end).trimEnd()}${mark}`.slice(0, max);
}

function cut(context: RecordContext, text: string, max: number, mark: string): Outcome {
  if (text.length <= max) return { value: text };
  const message = `The text has ${text.length} characters and was cut to ${max}.`;
  return {
    value: cutText(text, max, mark),
    warnings: [issueOf(context, 'value_not_allowed', null, message)],
  };
}

export const text = defineTransform({
  options: z.strictObject({
    maxLength: z.number().int().positive().optional(),
    /** Written when the source has no text and the destination must have one. */
    whenEmpty: z.string().optional(),
  }),
  accepts: 'any',
  produces: 'text',
  handlesEmpty: true,
  apply(value, options, context) {
    const readable = value === undefined ? '' : readableText(textOf(value) ?? '');
    if (readable === '') return { value: options.whenEmpty };
    return options.maxLength === undefined
      ? { value: readable }
      : cut(context, readable, options.maxLength, '…');
  },
});

export const string = defineTransform({
  options: z.strictObject({}),
  accepts: 'any',
  produces: 'string',
  apply(value) {
    const collapsed = textOf(value)?.replace(/\s+/g, ' ').trim();
    return { value: collapsed === '' ? undefined : collapsed };
  },
});

export const truncate = defineTransform({
  options: z.strictObject({
    maxLength: z.number().int().positive().default(STRING_LIMIT),
    mark: z.string().max(10).default('…'),
  }),
  accepts: 'any',
  produces: 'string',
  apply(value, options, context) {
    const collapsed = readableText(textOf(value) ?? '')
      .replace(/\s+/g, ' ')
      .trim();
    if (collapsed === '') return { value: undefined };
    return cut(context, collapsed, options.maxLength, options.mark);
  },
});

export const listJoin = defineTransform({
  options: z.strictObject({
    separator: z.string().max(10).default(', '),
    maxLength: z.number().int().positive().optional(),
  }),
  accepts: 'any',
  produces: 'string',
  apply(value, options, context) {
    const items = Array.isArray(value) ? (value as unknown[]) : [value];
    const joined = items
      .map((item) => textOf(item)?.replace(/\s+/g, ' ').trim())
      .filter((item) => item !== undefined && item !== '')
      .join(options.separator);
    if (joined === '') return { value: undefined };
    return options.maxLength === undefined ? { value: joined } : cut(context, joined, options.maxLength, '…');
  },
});

export const template = defineTransform({
  options: z.strictObject({ template: z.string().min(1), maxLength: z.number().int().positive().optional() }),
  accepts: 'none',
  produces: 'string',
  handlesEmpty: true,
  apply(_value, options, context) {
    let filled = 0;
    let asked = 0;
    const result = options.template
      .replace(/\{([\w.]+)\}/g, (_whole, key: string) => {
        asked += 1;
        const part = readableText(textOf(context.values[key]) ?? '');
        if (part !== '') filled += 1;
        return part;
      })
      .trim();
    if (result === '' || (asked > 0 && filled === 0)) return { value: undefined };
    return options.maxLength === undefined ? { value: result } : cut(context, result, options.maxLength, '…');
  },
});

/** The record's address in Infraon, when the connection knows how those addresses are built. */
export const link = defineTransform({
  options: z.strictObject({}),
  accepts: 'none',
  produces: 'string',
  handlesEmpty: true,
  apply(_value, _options, context) {
    const address = context.linkTemplate?.replace(/\{(\w+)\}/g, (_whole, key: string) =>
      encodeURIComponent(textOf(context.values[key]) ?? ''),
    );
    return { value: address };
  },
});

export const constant = defineTransform({
  options: z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]) }),
  accepts: 'none',
  produces: 'string',
  handlesEmpty: true,
  apply: (_value, options) => ({ value: options.value }),
});
