import type { ObjectDefinition } from '../../objects/define-object.ts';
import { RESOURCES } from '../../objects/resources.ts';
import { WINDOW_MS } from '../../db/rate-budget.ts';

/** Calls a minute that a public app may make until a header says otherwise (Intercom API, rate limits). */
const DEFAULT_CALLS_PER_MINUTE = 10_000;

/** Averages per record that decide what a load costs. */
export interface Shape {
  parts: number;
  tags: number;
  companies: number;
}

/** Adds up the shape of sampled records from what their map will send. */
export function createShapeTally(definition: ObjectDefinition): {
  add(values: Record<string, unknown>): void;
  average(): Shape;
} {
  const sourceOf = (target: string) => definition.mapping.filter((rule) => rule.target === target);
  const rules = { parts: sourceOf('parts'), tags: sourceOf('tags'), companies: sourceOf('companies') };
  const sum = { parts: 0, tags: 0, companies: 0 };
  let records = 0;
  const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : value === undefined ? 0 : 1);
  return {
    add(values) {
      records += 1;
      for (const rule of rules.parts) sum.parts += lengthOf(values[rule.source]);
      for (const rule of rules.tags) sum.tags += lengthOf(values[rule.source]);
      // The company rule reads the whole record; one company a person is the most it can give.
      sum.companies += rules.companies.length;
    },
    average() {
      const each = (total: number) => (records === 0 ? 0 : total / records);
      return { parts: each(sum.parts), tags: each(sum.tags), companies: each(sum.companies) };
    },
  };
}

/** API calls that loading `count` new records of an object takes. */
export function callsFor(definition: ObjectDefinition, count: number, shape: Shape): number {
  const { cost } = RESOURCES[definition.destination.resource];
  const perRecord =
    cost.fixed +
    (cost.perPart ?? 0) * shape.parts +
    (cost.perTag ?? 0) * shape.tags +
    (cost.perCompany ?? 0) * shape.companies;
  return Math.ceil(count * perRecord);
}

/**
 * Time that a number of calls takes at the chosen share of the rate budget.
 * @param windowLimit calls per window that Intercom's header last named; null when no answer was seen yet.
 */
export function secondsFor(calls: number, share: number, windowLimit: number | null): number {
  const perMinute = windowLimit === null ? DEFAULT_CALLS_PER_MINUTE : (windowLimit * 60_000) / WINDOW_MS;
  return Math.ceil((calls / (perMinute * share)) * 60);
}
