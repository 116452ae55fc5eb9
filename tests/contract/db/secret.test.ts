import { describe, expect, it } from 'vitest';
import { createSecretBox } from '../../../db/secret.ts';

const KEY = Buffer.alloc(32, 1);
const OTHER_KEY = Buffer.alloc(32, 2);
const box = createSecretBox([KEY]);
const sealed = box.seal('dG9rOjEyMw==', 'ws_a', 'intercom_token');

describe('sealed values', () => {
  it('open for the workspace and purpose they were sealed for, and look different each time', () => {
    expect(box.open(sealed, 'ws_a', 'intercom_token')).toBe('dG9rOjEyMw==');
    expect(sealed).not.toContain('dG9rOjEyMw');
    expect(box.seal('dG9rOjEyMw==', 'ws_a', 'intercom_token')).not.toBe(sealed);
  });

  it('do not open in another workspace or for another purpose', () => {
    expect(() => box.open(sealed, 'ws_b', 'intercom_token')).toThrow();
    expect(() => box.open(sealed, 'ws_a', 'infraon_credentials')).toThrow();
  });

  it('do not open when a part was changed', () => {
    for (const [index] of sealed.split('.').entries()) {
      const parts = sealed.split('.');
      const part = parts[index] ?? '';
      parts[index] = `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`;
      expect(() => box.open(parts.join('.'), 'ws_a', 'intercom_token')).toThrow();
    }
    expect(() => box.open('v1.only-two', 'ws_a', 'intercom_token')).toThrow();
  });

  it('open with an older key of the ring, and not without it', () => {
    expect(createSecretBox([OTHER_KEY, KEY]).open(sealed, 'ws_a', 'intercom_token')).toBe('dG9rOjEyMw==');
    expect(() => createSecretBox([OTHER_KEY]).open(sealed, 'ws_a', 'intercom_token')).toThrow(/SECRET_KEY/);
  });
});
