import { z } from 'zod';
import { parseTime } from '../dates.ts';
import { textOf } from '../read-values.ts';
import { defineTransform, issueOf, type Outcome, type RecordContext } from './transform.ts';

/** Optional values that do not fit are left out and said; required ones set the record aside. */
function unfit(context: RecordContext, value: unknown, message: string): Outcome {
  const issue = issueOf(context, 'value_not_allowed', textOf(value) ?? null, message, {
    suggestion: 'Correct the value, or map the field to a text attribute.',
  });
  return context.required ? { issue } : { value: undefined, warnings: [issue] };
}

function seconds(value: unknown, context: RecordContext): number | undefined {
  const instant = parseTime(textOf(value) ?? '', context.timezone);
  return instant === undefined ? undefined : Math.floor(instant / 1000);
}

/** For standard attributes, where Intercom refuses a time in the future; a skewed source clock must not cost a record. */
export const unixSeconds = defineTransform({
  options: z.strictObject({}),
  accepts: ['datetime', 'string'],
  produces: 'unixSeconds',
  apply(value, _options, context) {
    const at = seconds(value, context);
    if (at === undefined) return unfit(context, value, 'This is not a date.');
    const now = Math.floor(context.now.getTime() / 1000);
    if (at <= now) return { value: at };
    const message = 'The time lies in the future and was set to the time of the migration.';
    return { value: now, warnings: [issueOf(context, 'value_not_allowed', textOf(value), message)] };
  },
});

/** For date attributes, which may lie in the future (a due date). */
export const datetime = defineTransform({
  options: z.strictObject({}),
  accepts: ['datetime', 'string'],
  produces: 'datetime',
  apply(value, _options, context) {
    const at = seconds(value, context);
    return at === undefined ? unfit(context, value, 'This is not a date.') : { value: at };
  },
});

function numeric(value: unknown): number | undefined {
  const text = (textOf(value) ?? '').trim();
  if (!/^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

export const integer = defineTransform({
  options: z.strictObject({}),
  accepts: ['integer', 'decimal', 'string', 'enum', 'boolean'],
  produces: 'integer',
  apply(value, _options, context) {
    const number = typeof value === 'boolean' ? Number(value) : numeric(value);
    if (number === undefined) return unfit(context, value, 'This is not a number.');
    const whole = Math.round(number);
    if (!Number.isSafeInteger(whole))
      return unfit(context, value, 'This number is too large to be kept exactly.');
    return { value: whole };
  },
});

export const decimal = defineTransform({
  options: z.strictObject({}),
  accepts: ['integer', 'decimal', 'string', 'enum'],
  produces: 'decimal',
  apply(value, _options, context) {
    const number = numeric(value);
    return number === undefined ? unfit(context, value, 'This is not a number.') : { value: number };
  },
});

export const boolean = defineTransform({
  options: z.strictObject({ negate: z.boolean().default(false) }),
  accepts: ['boolean', 'string', 'integer', 'enum'],
  produces: 'boolean',
  apply(value, options, context) {
    const word = (textOf(value) ?? '').trim().toLowerCase();
    if (['true', 'yes', 'y', '1', 'active', 'on'].includes(word)) return { value: !options.negate };
    if (['false', 'no', 'n', '0', 'inactive', 'off'].includes(word)) return { value: options.negate };
    return unfit(context, value, 'This is neither yes nor no.');
  },
});

function lookup(table: Record<string, string>, word: string): string | undefined {
  if (Object.hasOwn(table, word)) return table[word];
  const lower = word.toLowerCase();
  return Object.entries(table).find(([key]) => key.toLowerCase() === lower)?.[1];
}

/** `enum` is a word of the language, hence the name of the constant. */
export const enumeration = defineTransform({
  options: z.strictObject({
    /** Source word → word of the destination. */
    map: z.record(z.string(), z.string()).default({}),
    /** The options of the list; empty allows every word. */
    allowed: z.array(z.string()).default([]),
    default: z.string().optional(),
  }),
  accepts: 'any',
  produces: 'list',
  handlesEmpty: true,
  apply(value, options, context) {
    const word = textOf(value)?.replace(/\s+/g, ' ').trim();
    if (word === undefined || word === '') return { value: options.default };
    const mapped = lookup(options.map, word) ?? word;
    if (options.allowed.length === 0) return { value: mapped };
    const lower = mapped.toLowerCase();
    const option = options.allowed.find((candidate) => candidate.toLowerCase() === lower);
    if (option !== undefined) return { value: option };
    const message = `"${mapped}" is not an option of this list.`;
    return {
      issue: issueOf(context, 'value_not_allowed', word, message, {
        suggestion: `Map it to one of: ${options.allowed.join(', ')}; or add it to the options in the map.`,
      }),
    };
  },
});

/** Open or closed, by the fixed life-cycle state: statuses are words of the tenant (Infraon reference, 5.1). */
export const state = defineTransform({
  options: z.strictObject({
    closed: z.array(z.string()).min(1),
    whenEmpty: z.enum(['open', 'closed']).default('open'),
  }),
  accepts: ['enum', 'string'],
  produces: 'state',
  handlesEmpty: true,
  apply(value, options) {
    const word = textOf(value)?.trim().toLowerCase();
    if (word === undefined || word === '') return { value: options.whenEmpty };
    return { value: options.closed.some((name) => name.toLowerCase() === word) ? 'closed' : 'open' };
  },
});
