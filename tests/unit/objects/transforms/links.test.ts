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

describe('references whose ids may belong to one of two objects', () => {
  const field = {
    key: 'links',
    label: 'Links',
    type: 'references' as const,
    object: 'thing',
    orObjects: ['device'],
    paths: ['l'],
    evidence: 'seen' as const,
  };
  const owners: Record<string, string> = { '1': 'thing', '2': 'device' };
  const known = {
    field,
    exists: ({ ref, sourceId }: { ref: string; sourceId: string }) => owners[sourceId] === ref,
  };

  it('go to the one that has the id, and are missing once', () => {
    expect(brief(apply('references', ['1', '2', '3'], {}, known))).toEqual({
      value: [{ ref: 'thing', sourceId: '1', or: ['device'] }],
      warnings: ['parent_missing'],
    });
    expect(brief(apply('references', ['1', '2', '3'], { object: 'device' }, known))).toEqual([
      { ref: 'device', sourceId: '2', or: ['thing'] },
    ]);
  });

  it('are both kept while nobody knows', () => {
    expect(brief(apply('references', ['1'], { object: 'device' }, { field }))).toEqual([
      { ref: 'device', sourceId: '1', or: ['thing'] },
    ]);
  });
});

it('tags become one text where the destination has none', () => {
  expect(brief(apply('tags', ['a', 'b', 'A'], { join: ', ' }))).toBe('a, b');
  expect(brief(apply('tags', [], { join: ', ' }))).toBeUndefined();
});
