import { describe, expect, it } from 'vitest';
import { apply, brief } from './context.ts';

describe('email', () => {
  it('lower-cases and unwraps', () => {
    expect(brief(apply('email', ' Ann.Lee@Example.COM '))).toBe('ann.lee@example.com');
    expect(brief(apply('email', 'Ann Lee <Ann@example.com>'))).toBe('ann@example.com');
    expect(brief(apply('email', 'mailto:ann@example.com'))).toBe('ann@example.com');
    expect(brief(apply('email', 'jürgen@müller.example'))).toBe('jürgen@müller.example');
  });

  it('never lets a masked address through, whatever was allowed', () => {
    expect(brief(apply('email', 'a***@example.com'))).toBe('!masked_email');
    expect(brief(apply('email', 'a***@example.com', { required: true }, { allowedWithoutEmail: true }))).toBe(
      '!masked_email',
    );
  });

  it('asks for a missing address only where one is needed and nobody allowed it', () => {
    expect(brief(apply('email', undefined))).toBeUndefined();
    expect(brief(apply('email', undefined, { required: true }))).toBe('!missing_email');
    expect(brief(apply('email', '  ', { required: true }))).toBe('!missing_email');
    expect(
      brief(apply('email', undefined, { required: true }, { allowedWithoutEmail: true })),
    ).toBeUndefined();
  });

  it.each([
    ['no at sign'],
    ['a@b'],
    ['a b@example.com'],
    ['a@@example.com'],
    ['a@example..com'],
    [`${'a'.repeat(260)}@example.com`],
  ])('refuses %s', (value) => expect(brief(apply('email', value))).toBe('!value_not_allowed'));

  it('optional_email leaves out what it cannot use', () => {
    expect(brief(apply('optional_email', 'X@example.com'))).toBe('x@example.com');
    expect(brief(apply('optional_email', 'x***@example.com'))).toEqual({
      value: undefined,
      warnings: ['masked_email'],
    });
    expect(brief(apply('optional_email', 'nobody'))).toEqual({
      value: undefined,
      warnings: ['value_not_allowed'],
    });
  });
});

describe('phone', () => {
  it('writes E.164, with a country for local numbers', () => {
    expect(brief(apply('phone', '+44 20 7946 0958'))).toBe('+442079460958');
    expect(brief(apply('phone', '098765 43210', {}, { defaultCountry: 'IN' }))).toBe('+919876543210');
    expect(brief(apply('phone', '020 7946 0958', { country: 'GB' }, { defaultCountry: 'IN' }))).toBe(
      '+442079460958',
    );
  });

  it('warns and leaves out what is no number', () => {
    for (const value of ['call reception', '123', '098765 43210', '+999 12', '9'.repeat(500)]) {
      expect(brief(apply('phone', value))).toEqual({ value: undefined, warnings: ['invalid_phone'] });
    }
  });

  it('survives a country that does not exist', () => {
    expect(brief(apply('phone', '098765 43210', {}, { defaultCountry: 'ZZ' }))).toEqual({
      value: undefined,
      warnings: ['invalid_phone'],
    });
  });
});
