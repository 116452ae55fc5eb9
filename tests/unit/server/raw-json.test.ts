import { describe, expect, it } from 'vitest';
import { jsonOf, parseJson } from '../../../server/raw-json.ts';

describe('JSON of others', () => {
  it('keeps the digits of long ids', () => {
    expect(parseJson('{"id":323380190563045376512,"count":3,"small":1.5}')).toEqual({
      id: '323380190563045376512',
      count: 3,
      small: 1.5,
    });
  });

  it('takes out what PostgreSQL cannot store', () => {
    expect(parseJson('{"a\\u0000b":["x\\u0000","\\ud800!"]}')).toEqual({ ab: ['x', '\ufffd!'] });
    expect(parseJson('"\\ud83d\\ude00"')).toBe('😀');
  });

  it('tells broken JSON from an answer', () => {
    expect(jsonOf(Buffer.from('{"a":'))).toBeUndefined();
    expect(jsonOf(Buffer.alloc(0))).toBeUndefined();
  });
});
