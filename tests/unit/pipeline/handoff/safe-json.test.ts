import { expect, it } from 'vitest';
import { safeJson } from '../../../../pipeline/handoff/safe-json.ts';

it('is the same value for a parser, and nothing that a page would run', () => {
  const value = { a: '</script><script>x', '<b>': ['&amp;', '\u2028', 1, null, true] };
  const text = safeJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).not.toMatch(/[<>&\u2028]/);
});

it('survives what JSON cannot say', () => {
  expect(safeJson(undefined)).toBe('null');
  expect(JSON.parse(safeJson({ a: undefined, b: 'x\u0000\ud800', at: new Date(0) }))).toEqual({
    b: 'x\ufffd',
    at: '1970-01-01T00:00:00.000Z',
  });
  let deep: unknown = 'end';
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(safeJson(deep)).toContain('nested too deeply');
});
