import { isObject } from './paths.ts';

const EMAIL = /^[^\s@]+@[^\s@]+$/;

function maskText(text: string): string {
  const trimmed = text.trim();
  // By characters: half of one could not be stored.
  const [first = ''] = trimmed;
  if (EMAIL.test(trimmed)) return `${first}…@${trimmed.split('@').at(-1) ?? ''}`;
  if (/^\+?[\d\s().-]{7,}$/.test(trimmed)) return `${trimmed.slice(0, 3)}…${trimmed.slice(-2)}`;
  return trimmed === '' ? '' : `${first}…`;
}

/** A value with its shape but without the person: what a map may show before anybody has approved it. */
export function maskPersonal(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'number') return maskText(String(value));
  if (Array.isArray(value)) return (value as unknown[]).map(maskPersonal);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskPersonal(item)]));
}
