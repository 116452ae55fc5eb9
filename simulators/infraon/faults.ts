import type { Json } from './desk.ts';

/**
 * How a request goes wrong. `error_body` is the 200 (or 500) that carries `status: "error"`; `hold` answers as usual, but
 * not before its rule is taken away.
 */
const FAULT_MODES = ['status', 'html', 'error_body', 'hang', 'reset', 'hold'] as const;

export type FaultMode = (typeof FAULT_MODES)[number];

export type FaultRule = {
  /** Exact path, or with `{id}` for one segment and a trailing `*` for any rest; every path under `/ux/` when absent. */
  path: string | null;
  mode: FaultMode;
  status: number | null;
  body: Json | null;
  /** Seconds as a number, or the text of a date. */
  retryAfter: number | string | null;
  /** Where a 3xx leads. */
  location: string | null;
  /** How often it strikes; `null` for ever. */
  times: number | null;
  /** Matching requests let through first. */
  after: number;
  probability: number;
  /** State of the rule's own generator, so that a probability repeats with its seed. */
  seed: number;
};

function isMode(value: unknown): value is FaultMode {
  return FAULT_MODES.some((mode) => mode === value);
}

function numberOr<Fallback>(value: unknown, fallback: Fallback): number | Fallback {
  return typeof value === 'number' ? value : fallback;
}

/** @throws Error when the mode is unknown. */
export function faultRule(input: Record<string, unknown>): FaultRule {
  if (!isMode(input.mode)) throw new Error(`fault mode is one of ${FAULT_MODES.join(', ')}`);
  const retryAfter = input.retry_after;
  return {
    path: typeof input.path === 'string' ? input.path : null,
    mode: input.mode,
    status: numberOr(input.status, null),
    body: (input.body as Json | undefined) ?? null,
    retryAfter: typeof retryAfter === 'number' || typeof retryAfter === 'string' ? retryAfter : null,
    location: typeof input.location === 'string' ? input.location : null,
    times: numberOr(input.times, null),
    after: numberOr(input.after, 0),
    probability: numberOr(input.probability, 1),
    seed: numberOr(input.seed, 1),
  };
}

function matches(pattern: string | null, path: string): boolean {
  if (pattern === null) return path.startsWith('/ux/') || path.startsWith('/media/');
  const expression = pattern
    .split(/(\{[a-z_]+\}|\*)/)
    .map((part) =>
      part === '*' ? '.*' : part.startsWith('{') ? '[^/]+' : part.replace(/[.?+^$()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${expression}$`).test(path);
}

function draw(rule: FaultRule): number {
  rule.seed = (Math.imul(rule.seed, 1_664_525) + 1_013_904_223) >>> 0;
  return rule.seed / 4_294_967_296;
}

/** The first rule that strikes this request; uses up one of its strikes. */
export function strikingFault(rules: FaultRule[], path: string): FaultRule | null {
  for (const rule of rules) {
    if (rule.times === 0 || !matches(rule.path, path)) continue;
    if (rule.after > 0) {
      rule.after -= 1;
      continue;
    }
    if (rule.probability < 1 && draw(rule) >= rule.probability) continue;
    if (rule.times !== null) rule.times -= 1;
    return rule;
  }
  return null;
}
