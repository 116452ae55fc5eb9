import { describe, expect, it } from 'vitest';
import { isSigned } from '../../../server/signatures.ts';

/** Known answers of the app platform reference, section 2.4. */
const SECRET = 'test-client-secret-0001';
const PLAIN = Buffer.from('{"workspace_id":"ws_demo01","note":"café – 50€"}');
const ESCAPED = Buffer.from('{"workspace_id":"ws_demo01","note":"caf\\u00e9 \\u2013 50\\u20ac"}');
const PLAIN_SHA256 = '66be9cf2841a16db8d550b97dc1395a3865573c060dcd240f7d01ae1b1f93b4f';
const ESCAPED_SHA256 = '1d17385460bad1f45bbb339ff731472152476af33f4f52b011f6a9b4adfce6f0';
const PLAIN_SHA1 = 'sha1=175f33cfd7d019db7d19b831fb7b525848c4d7e1';

describe('Canvas Kit signatures', () => {
  it('are made over the bytes received', () => {
    expect(PLAIN).toHaveLength(53);
    expect(isSigned('body', PLAIN, PLAIN_SHA256, [SECRET])).toBe(true);
    expect(isSigned('body', ESCAPED, ESCAPED_SHA256, [SECRET])).toBe(true);
    expect(isSigned('body', ESCAPED, PLAIN_SHA256, [SECRET])).toBe(false);
  });

  it('may be made with either secret during a rotation', () => {
    expect(isSigned('body', PLAIN, PLAIN_SHA256, ['new-secret', SECRET])).toBe(true);
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one of another secret', ESCAPED_SHA256],
    ['one in capitals', PLAIN_SHA256.toUpperCase()],
    ['a short one', PLAIN_SHA256.slice(0, 40)],
    ['a long one', `${PLAIN_SHA256}00`],
    ['one that is not hex', 'z'.repeat(64)],
    ['only zeros', '0'.repeat(64)],
    ['the webhook form', PLAIN_SHA1],
  ])('refuse %s', (_name, signature) => {
    expect(isSigned('body', PLAIN, signature, [SECRET])).toBe(false);
  });
});

describe('webhook signatures', () => {
  it('carry their algorithm in front', () => {
    expect(isSigned('hub', PLAIN, PLAIN_SHA1, [SECRET])).toBe(true);
    expect(isSigned('hub', PLAIN, PLAIN_SHA1.slice('sha1='.length), [SECRET])).toBe(false);
  });

  it('are not those of Canvas Kit', () => {
    expect(isSigned('hub', PLAIN, `sha1=${PLAIN_SHA256}`, [SECRET])).toBe(false);
    expect(isSigned('hub', PLAIN, undefined, [SECRET])).toBe(false);
  });
});
