import { isFields } from './request-fields.ts';

const MODES = [
  'drop_before',
  'drop_after_commit',
  'status',
  'status_after_commit',
  'hang',
  'delay',
  'hold',
  'html',
  'truncate',
  'headers_missing',
  'reset_in_past',
] as const;

export type FaultMode = (typeof MODES)[number];

export interface FaultRule {
  method?: string;
  /** Path template as the router knows it. */
  path?: string;
  mode: FaultMode;
  status?: number;
  ms?: number;
  /** How many requests it hits; unlimited when absent. */
  times?: number;
  /** How many matching requests pass before the first hit. */
  after?: number;
  probability?: number;
  seed?: number;
  /** Code and field of the refusal that `status` answers; by default a code that fits the status, and no field. */
  code?: string;
  field?: string;
}

interface ActiveRule extends FaultRule {
  seen: number;
  hits: number;
  random: () => number;
}

export interface Faults {
  /** The rule that hits this request, if one does. */
  pick: (method: string, template: string) => FaultRule | null;
  /** Whether a rule still stands: `hold` answers when it was taken away. */
  stands: (rule: FaultRule) => boolean;
  add: (rules: FaultRule[]) => void;
  clear: () => void;
  list: () => (FaultRule & { seen: number; hits: number })[];
}

export function createFaults(): Faults {
  let rules: ActiveRule[] = [];
  return {
    pick: (method, template) => rules.find((rule) => hits(rule, method, template)) ?? null,
    stands: (rule) => rules.some((one) => one === rule),
    add: (added) => {
      rules = [
        ...rules,
        ...added.map((rule) => ({ ...rule, seen: 0, hits: 0, random: seededRandom(rule.seed ?? 1) })),
      ];
    },
    clear: () => {
      rules = [];
    },
    list: () => rules.map((rule) => ({ ...rule, random: undefined })),
  };
}

function hits(rule: ActiveRule, method: string, template: string): boolean {
  if (rule.method !== undefined && rule.method.toUpperCase() !== method) return false;
  if (rule.path !== undefined && normalise(rule.path) !== normalise(template)) return false;
  rule.seen += 1;
  if (rule.seen <= (rule.after ?? 0)) return false;
  if (rule.times !== undefined && rule.hits >= rule.times) return false;
  if (rule.probability !== undefined && rule.random() >= rule.probability) return false;
  rule.hits += 1;
  return true;
}

/** Variable names in templates do not matter: `{id}` and `{contact_id}` are the same path. */
function normalise(template: string): string {
  return template.replaceAll(/\{[^}]*\}/g, '{}');
}

/** mulberry32: small, seeded, the same on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Reads one rule, an array of rules or `{rules: […]}`; returns the complaint instead when it is not one. */
export function readFaultRules(body: unknown): FaultRule[] | string {
  const list = Array.isArray(body)
    ? body
    : isFields(body) && Array.isArray(body['rules'])
      ? body['rules']
      : [body];
  const rules: FaultRule[] = [];
  for (const item of list as unknown[]) {
    if (!isFields(item)) return 'a fault rule is an object';
    const mode = MODES.find((name) => name === item['mode']);
    if (mode === undefined) return `mode is one of ${MODES.join(', ')}`;
    const rule: FaultRule = { mode };
    for (const key of ['method', 'path', 'code', 'field'] as const) {
      const value = item[key];
      if (typeof value === 'string') rule[key] = value;
      else if (value !== undefined) return `${key} is a string`;
    }
    for (const key of ['status', 'ms', 'times', 'after', 'probability', 'seed'] as const) {
      const value = item[key];
      if (typeof value === 'number') rule[key] = value;
      else if (value !== undefined) return `${key} is a number`;
    }
    rules.push(rule);
  }
  return rules;
}
