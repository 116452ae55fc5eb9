import { describe, expect, it } from 'vitest';
import { apply, brief } from './context.ts';

const OMITTED = { value: undefined, warnings: ['value_not_allowed'] };

describe('times', () => {
  it('are Unix seconds, without the fraction', () => {
    expect(brief(apply('unixSeconds', '2025-01-20T04:30:00.999Z'))).toBe(1737347400);
    expect(brief(apply('datetime', 'Jan 20, 2025 10:00 AM'))).toBe(1737347400);
  });

  it('may lie in the future as attributes, not as standard times', () => {
    expect(brief(apply('datetime', '2030-01-01T00:00:00Z'))).toBe(1893456000);
    expect(brief(apply('unixSeconds', '2030-01-01T00:00:00Z'))).toEqual({
      value: 1740787200,
      warnings: ['value_not_allowed'],
    });
  });

  it('that cannot be read are left out, or set the record aside when it needs them', () => {
    expect(brief(apply('datetime', 'soon'))).toEqual(OMITTED);
    expect(brief(apply('unixSeconds', 'soon', {}, { required: true }))).toBe('!value_not_allowed');
  });
});

describe('numbers', () => {
  it('integer', () => {
    expect(brief(apply('integer', 41.6))).toBe(42);
    expect(brief(apply('integer', '7'))).toBe(7);
    expect(brief(apply('integer', true))).toBe(1);
    expect(brief(apply('integer', '123456789012345678901'))).toEqual(OMITTED);
    expect(brief(apply('integer', 'seven'))).toEqual(OMITTED);
  });

  it('decimal', () => {
    expect(brief(apply('decimal', '1.5'))).toBe(1.5);
    expect(brief(apply('decimal', 'NaN'))).toEqual(OMITTED);
    expect(brief(apply('decimal', undefined))).toBeUndefined();
  });
});

it('boolean, and its opposite', () => {
  expect(brief(apply('boolean', true))).toBe(true);
  expect(brief(apply('boolean', 'Inactive'))).toBe(false);
  expect(brief(apply('boolean', false, { negate: true }))).toBe(true);
  expect(brief(apply('boolean', 'perhaps'))).toEqual(OMITTED);
  expect(brief(apply('boolean', undefined, { negate: true }))).toBeUndefined();
});

describe('enum', () => {
  const options = { map: { Urgent: 'Critical', minor: 'Low' }, allowed: ['Critical', 'High', 'Low'] };

  it('maps words and spells them as the list does', () => {
    expect(brief(apply('enum', 'Urgent', options))).toBe('Critical');
    expect(brief(apply('enum', 'MINOR', options))).toBe('Low');
    expect(brief(apply('enum', 'high', options))).toBe('High');
  });

  it('refuses a word that is no option, and says what would do', () => {
    const outcome = apply('enum', 'Nuclear', options);
    expect(brief(outcome)).toBe('!value_not_allowed');
    expect('issue' in outcome && outcome.issue.suggestion).toContain('Critical, High, Low');
  });

  it('allows everything without a list, and has a default for nothing', () => {
    expect(brief(apply('enum', 'Anything'))).toBe('Anything');
    expect(brief(apply('enum', undefined, options))).toBeUndefined();
    expect(brief(apply('enum', undefined, { ...options, default: 'Low' }))).toBe('Low');
  });

  it('is not fooled by names that every object has', () => {
    expect(brief(apply('enum', 'constructor', { map: {} }))).toBe('constructor');
  });
});

it('state follows the fixed life-cycle', () => {
  const options = { closed: ['Resolved', 'Close'] };
  expect(brief(apply('state', 'resolved', options))).toBe('closed');
  expect(brief(apply('state', 'Close', options))).toBe('closed');
  expect(brief(apply('state', 'On Hold', options))).toBe('open');
  expect(brief(apply('state', 'Something new', options))).toBe('open');
  expect(brief(apply('state', undefined, options))).toBe('open');
  expect(brief(apply('state', undefined, { ...options, whenEmpty: 'closed' }))).toBe('closed');
});
