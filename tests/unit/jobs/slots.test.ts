import { describe, expect, it } from 'vitest';
import { createSlots } from '../../../jobs/slots.ts';

const read = (workspace: string) => [`reads:${workspace}`, `of:${workspace}`, 'slots'];
const write = (workspace: string) => [`writes:${workspace}`, `of:${workspace}`, 'slots'];

describe('the slots of a worker', () => {
  it('are never all taken by reading the source, nor all by writing to Intercom', () => {
    const slots = createSlots(4);
    expect([1, 2, 3].map(() => slots.take(read('a')) !== undefined)).toEqual([true, true, false]);
    expect(slots.forbidden()).toEqual(['reads:a']);
    expect([1, 2].map(() => slots.take(write('a')) !== undefined)).toEqual([true, true]);

    const others = createSlots(4);
    expect([1, 2, 3, 4].map(() => others.take(write('a')) !== undefined)).toEqual([true, true, true, false]);
    expect(others.take(read('a'))).toBeDefined();
    expect(others.take(write('b'))).toBeUndefined();
  });

  it('that a workspace took while it was alone leave one for another that comes', () => {
    const slots = createSlots(4);
    for (let each = 0; each < 3; each += 1) expect(slots.take(write('a'))).toBeDefined();
    slots.shareAmong(2);
    expect(slots.forbidden()).toEqual(['writes:a', 'of:a']);
    expect(slots.take(write('b'))).toBeDefined();
  });

  it('are shared among the workspaces at work: one that holds its share leaves the rest to others', () => {
    const slots = createSlots(4);
    slots.shareAmong(2);
    const first = slots.take(write('a'));
    slots.take(write('a'));
    expect(slots.take(write('a'))).toBeUndefined();
    expect(slots.forbidden()).toEqual(['of:a']);
    expect(slots.take(read('b'))).toBeDefined();

    first?.release();
    expect(slots.forbidden()).toBeNull();
    expect(slots.take(write('a'))).toBeDefined();
  });

  it('let everybody have one, however many there are, and need no flags', () => {
    const slots = createSlots(1);
    slots.shareAmong(9);
    const only = slots.take(read('a'));
    expect(slots.take(write('b'))).toBeUndefined();
    expect(slots.forbidden()).toContain('slots');
    only?.release();
    expect(slots.take(write('b'))).toBeDefined();
    expect(slots.take([])).toBeDefined();
  });

  it('are free again where their workspace has no budget and only waits, and it gets nothing more', () => {
    const slots = createSlots(2);
    slots.shareAmong(2);
    const waiting = slots.take(write('a'));
    slots.take(read('b'));
    expect(slots.take(write('b'))).toBeUndefined();

    slots.shareAmong(2, ['a']);
    expect(slots.forbidden()).toEqual(expect.arrayContaining(['of:a']));
    expect(slots.take(write('b'))).toBeDefined();
    expect(slots.take(read('a'))).toBeUndefined();

    slots.shareAmong(2);
    expect(slots.forbidden()).toContain('slots');
    waiting?.release();
  });

  it('are left by jobs that only wait, as many as there are slots, and given back once', () => {
    const slots = createSlots(2);
    const long = [1, 2].map(() => {
      const slot = slots.take(write('a'));
      slot?.leave();
      slot?.leave();
      return slot;
    });
    expect(slots.forbidden()).toBeNull();
    const third = slots.take(write('a'));
    third?.leave();
    expect(slots.forbidden()).toEqual(['writes:a']);

    long[0]?.release();
    expect(slots.forbidden()).toEqual(['writes:a']);
    third?.leave();
    expect(slots.forbidden()).toBeNull();
    third?.release();
    third?.release();
    long[1]?.release();
    expect(slots.take(write('a'))).toBeDefined();
    expect(slots.take(write('a'))).toBeUndefined();
  });
});
