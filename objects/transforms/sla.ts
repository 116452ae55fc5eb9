import { z } from 'zod';
import { firstValue, isObject, readPath, type Raw } from '../paths.ts';
import { nameOf, textOf } from '../read-values.ts';
import { defineTransform } from './transform.ts';

const MINUTES_OF = { day: 1440, hour: 60, minute: 1 } as const;

/** From its parts, since some stored rows lack the total; empty parts are `""` or null (Infraon reference, SLA policy). */
function minutesOf(row: Raw): number | undefined {
  const parts = Object.entries(MINUTES_OF).map(([unit, minutes]) => Number(row[unit] ?? 0) * minutes);
  const sum = parts.reduce((total, part) => total + part, 0);
  return Number.isFinite(sum) && sum > 0 ? sum : undefined;
}

function duration(minutes: number): string {
  const parts: [number, string][] = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor((minutes % 1440) / 60), 'h'],
    [minutes % 60, 'min'],
  ];
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

const ROWS = [
  'bussiness_hour_data.options.business_hour',
  'business_hour_data.options.business_hour',
  'business_hour',
];

function targetText(target: unknown): string | undefined {
  if (!isObject(target)) return textOf(target);
  const metric = textOf(firstValue(target, ['metric.name', 'name'])) ?? 'Target';
  const rows = firstValue(target, ROWS);
  const limits = (Array.isArray(rows) ? (rows as unknown[]) : []).flatMap((row) => {
    const minutes = isObject(row) ? minutesOf(row) : undefined;
    if (!isObject(row) || minutes === undefined) return [];
    return [`${nameOf(row.severity) ?? 'all'} ${duration(minutes)}`];
  });
  return limits.length === 0 ? metric : `${metric}: ${limits.join(', ')}`;
}

/** The targets of an SLA profile in words: `Response: Critical 15 min, High 30 min; Resolution: …`. */
export const slaTargets = defineTransform({
  options: z.strictObject({ path: z.string().min(1) }),
  accepts: 'none',
  produces: 'string',
  handlesEmpty: true,
  apply(_value, { path }, context) {
    const targets = readPath(context.raw, path);
    const texts = (Array.isArray(targets) ? (targets as unknown[]) : []).map(targetText);
    const text = texts.filter((item) => item !== undefined).join('; ');
    return { value: text === '' ? undefined : text };
  },
});
