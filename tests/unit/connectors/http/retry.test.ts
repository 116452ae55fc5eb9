import { describe, expect, it } from 'vitest';
import { parseRetryAfter, retryDelay } from '../../../../connectors/http/retry.ts';

describe('retryDelay', () => {
  const base = { baseMs: 1000, capMs: 60_000 };

  it('draws from zero to a ceiling that doubles up to the cap', () => {
    const highest = [1, 2, 3, 7, 20].map((attempt) =>
      retryDelay({ ...base, attempt, random: () => 0.999999 }),
    );
    expect(highest).toEqual([999, 1999, 3999, 59_999, 59_999]);
    expect(retryDelay({ ...base, attempt: 5, random: () => 0 })).toBe(0);
  });

  it('waits at least as long as the server asked for', () => {
    expect(retryDelay({ ...base, attempt: 1, retryAfterMs: 5000, random: () => 0.5 })).toBe(5000);
    expect(retryDelay({ ...base, attempt: 4, retryAfterMs: 1000, random: () => 0.5 })).toBe(4000);
  });
});

describe('parseRetryAfter', () => {
  const now = new Date('2025-01-01T00:00:00Z');

  it('reads seconds and HTTP dates', () => {
    expect(parseRetryAfter('7', now)).toBe(7000);
    expect(parseRetryAfter(' 0.5 ', now)).toBe(500);
    expect(parseRetryAfter('Wed, 01 Jan 2025 00:00:30 GMT', now)).toBe(30_000);
    expect(parseRetryAfter('Tue, 31 Dec 2024 00:00:00 GMT', now)).toBe(0);
  });

  it('says nothing about a missing or unreadable header', () => {
    for (const header of [undefined, '', 'soon', '-5', 'Mon, nonsense'])
      expect(parseRetryAfter(header, now)).toBeNull();
  });
});
