import { describe, expect, it } from 'vitest';
import { callsFor, createShapeTally, secondsFor } from '../../../../pipeline/discovery/estimate.ts';
import { definitionWith } from '../definitions.ts';

const conversation = definitionWith([], {
  destination: { resource: 'conversations' },
  mapping: [
    { source: 'thread', target: 'parts', transform: 'thread' },
    { source: 'tags', target: 'tags', transform: 'tags' },
  ],
});

describe('estimate', () => {
  it('averages what the map will send', () => {
    const tally = createShapeTally(conversation);
    tally.add({ thread: [{}, {}, {}], tags: ['a'] });
    tally.add({ thread: [{}] });
    expect(tally.average()).toEqual({ parts: 2, tags: 0.5, companies: 0 });
    expect(callsFor(conversation, 10, tally.average())).toBe(10 * (4 + 2 + 0.5));
  });

  it('needs no record to be defined', () => {
    expect(callsFor(conversation, 0, createShapeTally(conversation).average())).toBe(0);
  });

  it('uses the limit that Intercom named, else the published one, at the chosen share', () => {
    expect(secondsFor(8_000, 0.8, null)).toBe(60);
    expect(secondsFor(800, 0.8, 167)).toBe(60);
  });
});
