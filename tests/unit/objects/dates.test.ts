import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../objects/dates.ts';

function iso(text: string, zone = 'Asia/Kolkata'): string | undefined {
  const instant = parseTime(text, zone);
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

describe('parseTime', () => {
  it.each([
    ['2021-06-23T21:35:46.899000+05:30', '2021-06-23T16:05:46.899Z'],
    ['2021-06-23T16:05:46.899123Z', '2021-06-23T16:05:46.899Z'],
    ['2021-06-23 16:05:46+0530', '2021-06-23T10:35:46.000Z'],
    ['2021-06-23T16:05Z', '2021-06-23T16:05:00.000Z'],
  ])('believes an offset: %s', (text, expected) => expect(iso(text)).toBe(expected));

  it.each([
    ['Jan 21, 2025 07:55 AM', '2025-01-21T02:25:00.000Z'],
    ['Jan 21, 2025 12:05 AM', '2025-01-20T18:35:00.000Z'],
    ['January 1, 2025 12:00 PM', '2025-01-01T06:30:00.000Z'],
    ['2025-01-21T07:55', '2025-01-21T02:25:00.000Z'],
    ['2025-01-21 07:55:10.5', '2025-01-21T02:25:10.500Z'],
  ])('reads %s on the clock of the tenant', (text, expected) => expect(iso(text)).toBe(expected));

  it('keeps a date without a time on its day', () => {
    expect(iso('2025-01-21', 'America/Los_Angeles')).toBe('2025-01-21T00:00:00.000Z');
  });

  it('knows summer time, and the hour that is missing in spring', () => {
    expect(iso('Jul 1, 2025 12:00 PM', 'Europe/Berlin')).toBe('2025-07-01T10:00:00.000Z');
    expect(iso('Jan 1, 2025 12:00 PM', 'Europe/Berlin')).toBe('2025-01-01T11:00:00.000Z');
    expect(parseTime('2025-03-30T02:30', 'Europe/Berlin')).toBeTypeOf('number');
  });

  it('takes an unknown zone for UTC rather than failing', () => {
    expect(iso('2025-01-21T07:55', 'Not/AZone')).toBe('2025-01-21T07:55:00.000Z');
  });

  it.each([
    [''],
    ['yesterday'],
    ['2025-13-01'],
    ['2025-02-30'],
    ['Foo 1, 2025 07:00 AM'],
    ['Jan 1, 2025 13:00 PM'],
    ['12'],
    ['x'.repeat(10_000)],
  ])('refuses %s', (text) => expect(parseTime(text, 'UTC')).toBeUndefined());
});
