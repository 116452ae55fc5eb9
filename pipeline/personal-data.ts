import { isObject } from '../objects/paths.ts';

/** Keys under which Infraon keeps personal data outside the catalogue. */
const PERSONAL_KEY =
  /(^|[._\s])(e-?mails?|phones?|mobile|contact(_?number)?|full_?name|first_?name|last_?name|user_?name|address|street|landmark|birth\w*|latitude|longitude|phone_number|land_line)(s?)([._\s]|$)/i;

const EMAIL = /^[^\s@]+@[^\s@]+$/;
const PHONE = /^\+?[\d\s().-]{7,}$/;

/** Whether a path outside the catalogue names personal data. */
export function looksPersonal(path: string): boolean {
  return PERSONAL_KEY.test(path.replaceAll('[]', ''));
}

function maskText(text: string): string {
  const trimmed = text.trim();
  if (EMAIL.test(trimmed)) {
    const [local = '', domain = ''] = [trimmed.slice(0, trimmed.indexOf('@')), trimmed.split('@').at(-1)];
    return `${local.slice(0, 1)}…@${domain}`;
  }
  if (PHONE.test(trimmed)) return `${trimmed.slice(0, 3)}…${trimmed.slice(-2)}`;
  return trimmed === '' ? '' : `${trimmed.slice(0, 1)}…`;
}

/** A value with its shape but without the person: what a list of samples may show before anything is approved. */
export function maskValue(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'number') return maskText(String(value));
  if (Array.isArray(value)) return value.map(maskValue);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskValue(item)]));
  }
  return value;
}
