import { expect, it } from 'vitest';
import { canonicalJson, payloadHash } from '../../../objects/payload-hash.ts';

it('does not depend on the order of keys, but on that of lists', () => {
  expect(payloadHash({ b: 1, a: { d: [1, 2], c: null } })).toBe(
    payloadHash({ a: { c: null, d: [1, 2] }, b: 1 }),
  );
  expect(payloadHash([1, 2])).not.toBe(payloadHash([2, 1]));
});

it('leaves undefined members out and keeps null', () => {
  expect(canonicalJson({ a: undefined, b: null, c: [undefined] })).toBe('{"b":null,"c":[null]}');
});

it('is SHA-256 over readable JSON', () => {
  expect(canonicalJson({ é: 'x"y', 10: true })).toBe('{"10":true,"é":"x\\"y"}');
  expect(payloadHash({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
});
