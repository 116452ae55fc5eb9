import { describe, expect, it } from 'vitest';
import { inSentence } from '../../../objects/define-object.ts';

describe('the name of an object within a sentence', () => {
  it.each([
    ['Configuration items', 'configuration items'],
    ['SLA policies', 'SLA policies'],
    ['Änderungen', 'änderungen'],
  ])('%s is written %s', (name, expected) => expect(inSentence(name)).toBe(expected));
});
