import { parentName } from '../load/parent-words.ts';
import type { RejectionDocument } from './rejection-document.ts';

export interface BothSides {
  infraon: unknown;
  intercom: unknown;
}

/** Both values where Infraon and people in Intercom changed the same field, so that a person can say whose stays. */
export function bothSidesOf({
  code,
  value,
}: Pick<RejectionDocument, 'code' | 'value'>): BothSides | undefined {
  if (code !== 'edited_in_intercom' || typeof value !== 'object' || value === null) return undefined;
  return 'infraon' in value && 'intercom' in value
    ? { infraon: value.infraon, intercom: value.intercom }
    : undefined;
}

/** What a form begins with: a text that was put together of several values is nobody's value. */
export function offeredValue({ code, value }: Pick<RejectionDocument, 'code' | 'value'>): string {
  const offered = bothSidesOf({ code, value })?.infraon ?? value;
  if (typeof offered === 'string') return offered;
  return typeof offered === 'number' || typeof offered === 'boolean' ? String(offered) : '';
}

const ABOUT_ADDRESS = ['missing_email', 'masked_email', 'duplicate_email'];

/** The correction by which a person is loaded with the external id only; undefined where an address is not the trouble. */
export function withoutAddress({
  code,
  field,
}: Pick<RejectionDocument, 'code' | 'field'>): Record<string, unknown> | undefined {
  if (field === null || !ABOUT_ADDRESS.includes(code)) return undefined;
  return { [field]: '', allow_without_email: true };
}

/** People deleted it in Intercom. */
export function mayBeMadeAgain({ code }: Pick<RejectionDocument, 'code'>): boolean {
  return code === 'deleted_in_intercom';
}

/** The record that this one waits for, in words; null when it waits for a person. */
export function awaited({
  waits_for: key,
  waits_for_name: name,
}: Pick<RejectionDocument, 'waits_for' | 'waits_for_name'>): string | null {
  const [, ref, sourceId] = /^(\w+):(.*)$/s.exec(key ?? '') ?? [];
  return ref === undefined || sourceId === undefined ? key : parentName({ ref, sourceId }, name);
}
