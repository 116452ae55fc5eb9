import { describe, expect, it } from 'vitest';
import { counted, formatDate, formatMoment, formatTime, formatValue } from '../../../canvas-kit/format.ts';

describe('times', () => {
  it('are absolute, in the zone of the workspace', () => {
    expect(formatTime('2019-01-08T13:05:00Z', 'UTC')).toBe('Jan 8, 2019 at 1:05PM');
    expect(formatTime('2025-10-09T08:43:00Z', 'Asia/Kolkata')).toBe('Oct 9, 2025 at 2:13PM');
    expect(formatTime('2019-01-08T00:05:00Z', 'Mars/Olympus')).toBe('Jan 8, 2019 at 12:05AM');
    expect(formatTime('not a time', 'UTC')).toBe('not a time');
  });

  it('fit into a cell of a table: the hour on the same day, else the day', () => {
    const now = new Date('2019-01-08T20:00:00Z');
    const moment = (value: string, timezone: string) =>
      formatMoment(value, { now, timezone, consoleUrl: '' });
    expect(moment('2019-01-08T21:05:00Z', 'UTC')).toBe('9:05PM');
    expect(moment('2019-01-09T00:05:00Z', 'UTC')).toBe('Jan 9, 2019');
    // In India it is the ninth already.
    expect(moment('2019-01-08T13:05:00Z', 'Asia/Kolkata')).toBe('Jan 8, 2019');
    expect(moment('not a time', 'UTC')).toBe('not a time');
    expect(formatDate('2019-01-08T13:05:00Z', 'UTC')).toBe('Jan 8, 2019');
  });
});

describe('values', () => {
  it('read as words', () => {
    expect(formatValue('2019-01-08T13:05:00.000Z', 'UTC')).toBe('Jan 8, 2019 at 1:05PM');
    expect(formatValue('2019', 'UTC')).toBe('2019');
    expect(formatValue(null, 'UTC')).toBe('');
    expect(formatValue(['a', 1], 'UTC')).toBe('["a",1]');
    expect(counted(1, 'record')).toBe('1 record');
    expect(counted(12_000, 'record')).toBe('12,000 records');
  });
});
