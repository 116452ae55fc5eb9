import { describe, expect, it } from 'vitest';
import { apply, brief } from './context.ts';

const exists = ({ sourceId }: { sourceId: string }) => sourceId !== 'gone';

describe('reference', () => {
  it('stays symbolic, with the object of the field or of the options', () => {
    expect(brief(apply('reference', '42', {}, { source: 'requester' }))).toEqual({
      ref: 'person',
      sourceId: '42',
    });
    expect(brief(apply('reference', 42, { object: 'team' }))).toEqual({ ref: 'team', sourceId: '42' });
  });

  it('that points nowhere is a warning, or an issue when the record needs it', () => {
    const optional = { source: 'requester', exists };
    expect(brief(apply('reference', 'gone', {}, optional))).toEqual({
      value: undefined,
      warnings: ['parent_missing'],
    });
    expect(brief(apply('reference', 'gone', {}, { ...optional, required: true }))).toBe('!parent_missing');
    expect(brief(apply('reference', undefined, {}, { ...optional, required: true }))).toBe('!parent_missing');
    expect(brief(apply('reference', undefined, {}, optional))).toBeUndefined();
  });
});

it('references keeps what exists, once each', () => {
  expect(brief(apply('references', ['1', 'gone', '1', 2], {}, { source: 'links', exists }))).toEqual({
    value: [
      { ref: 'thing', sourceId: '1' },
      { ref: 'thing', sourceId: '2' },
    ],
    warnings: ['parent_missing'],
  });
  expect(brief(apply('references', undefined, {}, { source: 'links' }))).toEqual([]);
  expect(brief(apply('references', ['1', '2'], { cardinality: 'one' }, { source: 'links' }))).toEqual([
    { ref: 'thing', sourceId: '1' },
  ]);
});

it('company follows the company rule', () => {
  const raw = { organization_name: 'Acme Ltd.' };
  const one = { object: 'company', as: 'reference' };
  expect(brief(apply('company', undefined, one, { raw }))).toEqual({ ref: 'company', sourceId: 'acme-ltd' });
  expect(brief(apply('company', undefined, { ...one, as: 'references' }, { raw }))).toEqual([
    { ref: 'company', sourceId: 'acme-ltd' },
  ]);
  expect(
    brief(apply('company', undefined, { ...one, as: 'references' }, { raw, companyRule: 'none' })),
  ).toEqual([]);
  expect(brief(apply('company', undefined, one, { raw, exists: () => false }))).toEqual({
    value: undefined,
    warnings: ['parent_missing'],
  });
});

it('tags by name, id or object; an id that nothing explains is left out', () => {
  const raw = { $joined: { tags: [{ tag_id: '164800000000000001', name: 'VPN' }] } };
  const options = { names: '$joined.tags' };
  expect(brief(apply('tags', ['164800000000000001', 'vpn', 'Printer'], options, { raw }))).toEqual([
    'VPN',
    'Printer',
  ]);
  expect(brief(apply('tags', ['164800000000000009', '2024'], options, { raw }))).toEqual({
    value: ['2024'],
    warnings: ['parent_missing'],
  });
  expect(brief(apply('tags', undefined))).toEqual([]);
  expect(brief(apply('tags', ['a'], { prefix: 'infraon-' }))).toEqual(['infraon-a']);
});
