import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../../connectors/http/json.ts';

describe('parseJson', () => {
  it('keeps ids of 21 digits, whether they arrive as strings or as numbers', () => {
    const { value } = parseJson(
      '{"a":"123456789012345678901","b":123456789012345678901,"c":[-9007199254740993]}',
    );
    expect(value).toEqual({
      a: '123456789012345678901',
      b: '123456789012345678901',
      c: ['-9007199254740993'],
    });
  });

  it('leaves ordinary numbers as numbers, also beside a large one', () => {
    const { value } = parseJson('{"n":42,"f":1.5,"e":2e3,"max":9007199254740991,"id":12345678901234567890}');
    expect(value).toEqual({ n: 42, f: 1.5, e: 2000, max: 9007199254740991, id: '12345678901234567890' });
  });

  it('keeps a magnitude that would become Infinity as text', () => {
    expect(parseJson('{"big":1e400}').value).toEqual({ big: '1e400' });
  });

  it('takes the last of duplicate keys with either parser', () => {
    expect(parseJson('{"a":1,"a":2}').value).toEqual({ a: 2 });
    expect(parseJson('{"a":1,"a":12345678901234567890}').value).toEqual({ a: '12345678901234567890' });
  });

  it('repairs lone surrogates and NUL in values and keys, and says how many', () => {
    const { value, repaired } = parseJson(String.raw`{"a":"x\ud800y","b\u0000":["p\u0000q","\ud83d\ude00"]}`);
    expect(value).toEqual({ a: 'x\uFFFDy', b: ['pq', '😀'] });
    expect(repaired).toBe(3);
  });

  it('does not let a key named __proto__ become the prototype', () => {
    for (const number of ['1', '12345678901234567890']) {
      const { value } = parseJson(`{"__proto__":{"admin":true},"n":${number},"s":"\\u0000"}`);
      expect((value as { admin?: boolean }).admin).toBeUndefined();
    }
  });

  it('throws SyntaxError on what is not JSON', () => {
    expect(() => parseJson('<html>')).toThrow(SyntaxError);
    expect(() => parseJson('{"a":12345678901234567890')).toThrow(SyntaxError);
  });
});
