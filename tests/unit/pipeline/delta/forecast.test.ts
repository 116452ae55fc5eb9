import { expect, it } from 'vitest';
import { forecastOf } from '../../../../pipeline/delta/forecast.ts';

const ended = {
  kind: 'delta',
  extraction: { $took: 61.6 },
  startedAt: new Date('2026-03-04T09:00:00Z'),
  // A person retried a record an hour later, which ended the run anew.
  finishedAt: new Date('2026-03-04T10:00:00Z'),
};

it('the next delta takes as long as this one did, without what people did in it later', () => {
  expect(forecastOf(ended, 40)).toEqual({ seconds: 62, calls: 40 });
});

it('a delta of an older release is judged by its end', () => {
  expect(forecastOf({ ...ended, extraction: {} }, 40)).toEqual({ seconds: 3600, calls: 40 });
});

it('nothing is said of a delta that goes on, nor of other runs', () => {
  expect(forecastOf({ ...ended, finishedAt: null }, 40)).toBeNull();
  expect(forecastOf({ ...ended, kind: 'full' }, 40)).toBeNull();
});
