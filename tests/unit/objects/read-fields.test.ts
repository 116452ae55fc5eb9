import { describe, expect, it } from 'vitest';
import { field, type ObjectDefinition } from '../../../objects/define-object.ts';
import { applyFixes, customFieldsOf, readFields, readSource } from '../../../objects/read-fields.ts';
import { coerceValue, looksLikeHtml, nameOf, phoneOf, typeOfValue } from '../../../objects/read-values.ts';

const definition: ObjectDefinition = {
  name: 'thing',
  label: 'Thing',
  plural: 'Things',
  source: { kind: 'endpoint', object: 'thing' },
  dependsOn: [],
  fields: [
    field('id', 'Id', 'string', ['thing_id'], 'documented'),
    field('state', 'State', 'enum', ['state', 'state_name'], 'seen', {
      labels: { 'UI.k_In_progress': 'In Progress', '5': 'Close' },
    }),
    field('at', 'At', 'datetime', ['at'], 'seen'),
    field('tags', 'Tags', 'list', ['tag'], 'seen'),
    field('phone', 'Phone', 'phone', ['phone'], 'seen'),
    field('owner', 'Owner', 'reference', ['owner'], 'seen', { object: 'person' }),
    field('related', 'Related', 'references', [], 'inferred', {
      edges: { rows: ['$joined.relations'], ends: [['from'], ['to']] },
    }),
    field('relations', 'Relations', 'list', [], 'inferred', {
      edges: { rows: ['$joined.relations'], ends: [['from'], ['to']], names: [['down'], ['up']] },
    }),
  ],
  destination: { resource: 'contacts' },
  identity: { template: '{id}' },
  mapping: [],
  verify: {},
  rollback: { created: 'keep', updated: 'keep' },
};
const context = { timezone: 'Asia/Kolkata' };

describe('readFields', () => {
  it('gives names of choices, through labels where the source writes keys or ids', () => {
    const state = (value: unknown) =>
      readFields({ state: value, state_name: 'Fallback' }, definition, context).state;
    expect(state({ id: 2, name: 'UI.k_In_progress' })).toBe('In Progress');
    expect(state({ id: 9, name: 'UI.k_waiting_for_vendor' })).toBe('Waiting for vendor');
    expect(state(5)).toBe('Close');
    expect(state({ id: 3, name: 'On Hold' })).toBe('On Hold');
    expect(state({ id: null, name: null })).toBe('Fallback');
  });

  it('leaves out what has no value', () => {
    expect(
      readFields({ thing_id: '7', state: {}, at: null, tag: [], phone: {}, owner: {} }, definition, context),
    ).toEqual({
      id: '7',
    });
  });

  it('reads lists of names, ids and objects alike', () => {
    const { tags } = readFields({ tag: ['a', 42, { tag_id: '9', name: 'b' }, {}, 'a'] }, definition, context);
    expect(tags).toEqual(['a', '42', 'b']);
  });

  it('reads times as UTC and keeps what is no time as text', () => {
    expect(readFields({ at: 'Jan 21, 2025 07:55 AM' }, definition, context).at).toBe(
      '2025-01-21T02:25:00.000Z',
    );
    expect(readFields({ at: 'soon' }, definition, context).at).toBe('soon');
  });

  it('reads a reference by id or by object, and the system is nobody', () => {
    expect(readFields({ owner: { profile_id: '12', full_name: 'A' } }, definition, context).owner).toBe('12');
    expect(readFields({ owner: 12 }, definition, context).owner).toBe('12');
    expect(readFields({ owner: '-1' }, definition, context).owner).toBeUndefined();
  });

  it('reads edges from both ends', () => {
    const relations = [
      { from: '1', to: '2', down: 'Feeds', up: 'Fed by' },
      { from: '3', to: '1', down: 'Feeds', up: 'Fed by' },
      { from: '1', to: '1', down: 'Cluster of', up: 'Cluster' },
      { from: '8', to: '9' },
      { from: '1' },
    ];
    const values = readFields({ thing_id: '1', $joined: { relations } }, definition, context);
    expect(values.related).toEqual(['2', '3', '1']);
    expect(values.relations).toEqual(['Feeds: 2', 'Fed by: 3', 'Cluster of: 1']);
  });

  it('lets a connection override paths', () => {
    const overridden = { ...context, paths: { id: ['uuid'] } };
    expect(readFields({ thing_id: '1', uuid: '2' }, definition, overridden).id).toBe('2');
  });
});

describe('custom fields', () => {
  const raw = {
    custom_field: [
      { data_key: 'col_1', label: 'Site', type: 'dropdown', options: [{ id: 1, name: 'North' }, 'South'] },
      { data_key: 'col_2', label: 'Until', type: 'datetime-local', options: [] },
      { data_key: 'col_3', label: 'Never filled', type: 'text', options: [] },
    ],
    custom_field_data: { col_1: { id: 1, name: 'North' }, col_2: '2025-01-21T07:55', col_9: 3, col_8: '' },
    close_info: { custom_field_data: { col_2: 'later', col_7: 'from the closure' } },
  };

  it('are described by the definitions that travel with the record', () => {
    expect(customFieldsOf(raw)).toEqual([
      {
        key: 'custom.col_1',
        label: 'Site',
        type: 'enum',
        options: ['North', 'South'],
        value: { id: 1, name: 'North' },
      },
      { key: 'custom.col_2', label: 'Until', type: 'datetime', options: [], value: '2025-01-21T07:55' },
      { key: 'custom.col_3', label: 'Never filled', type: 'string', options: [], value: undefined },
      { key: 'custom.col_9', label: 'col_9', type: 'integer', options: [], value: 3 },
      { key: 'custom.col_7', label: 'col_7', type: 'string', options: [], value: 'from the closure' },
    ]);
  });

  it('are read under their column', () => {
    expect(readFields(raw, definition, context)).toEqual({
      'custom.col_1': 'North',
      'custom.col_2': '2025-01-21T02:25:00.000Z',
      'custom.col_9': 3,
      'custom.col_7': 'from the closure',
    });
  });
});

it('readSource reaches any other value by its path', () => {
  const raw = { deep: { at: '2025-01-21T00:00:00Z', words: ['a', 'b'] } };
  expect(readSource(raw, 'raw.deep.at', {}, 'UTC')).toBe('2025-01-21T00:00:00.000Z');
  expect(readSource(raw, 'raw.deep.words', {}, 'UTC')).toEqual(['a', 'b']);
  expect(readSource(raw, 'raw.nothing', {}, 'UTC')).toBeUndefined();
  expect(readSource(raw, 'deep', {}, 'UTC')).toBeUndefined();
});

it('applyFixes overrides what was read, in the form of the field', () => {
  const values = { state: 'Open', at: 'soon' };
  expect(
    applyFixes(values, { at: 'Jan 21, 2025 07:55 AM', state: null, extra: 'x' }, definition, 'Asia/Kolkata'),
  ).toEqual({
    at: '2025-01-21T02:25:00.000Z',
    extra: 'x',
  });
});

describe('single values', () => {
  it('phones: complete numbers first, else what can be put together', () => {
    expect(phoneOf({ e164Number: '+442079460958', number: '020' })).toBe('+442079460958');
    expect(phoneOf({ nationalNumber: '098765 43210', dialCode: '+91', e164Number: '' })).toBe(
      '+91 98765 43210',
    );
    expect(phoneOf({ number: '12345' })).toBe('12345');
    expect(phoneOf({ countryCode: 'IN' })).toBeUndefined();
    expect(phoneOf('ann@example.com')).toBeUndefined();
  });

  it('numbers stay exact: what a number cannot hold stays text', () => {
    expect(coerceValue('42', { type: 'integer' }, 'UTC')).toBe(42);
    expect(coerceValue('123456789012345678901', { type: 'integer' }, 'UTC')).toBe('123456789012345678901');
    expect(coerceValue('1e5', { type: 'decimal' }, 'UTC')).toBe('1e5');
  });

  it('booleans in words', () => {
    expect(coerceValue('Inactive', { type: 'boolean' }, 'UTC')).toBe(false);
    expect(coerceValue({ id: 1, name: 'Yes' }, { type: 'boolean' }, 'UTC')).toBe(true);
    expect(coerceValue('perhaps', { type: 'boolean' }, 'UTC')).toBe('perhaps');
  });

  it('objects without a name become JSON rather than nothing', () => {
    expect(coerceValue({ hours: 1 }, { type: 'string' }, 'UTC')).toBe('{"hours":1}');
    expect(nameOf({ display_key: 'UI.k_high' })).toBe('High');
  });

  it.each([
    [true, 'boolean'],
    [3, 'integer'],
    [3.5, 'decimal'],
    [['a'], 'list'],
    [{ id: 1, name: 'x' }, 'enum'],
    [{ e164Number: '+4420' }, 'phone'],
    ['2025-01-21T00:00:00Z', 'datetime'],
    ['ann@example.com', 'email'],
    ['<p>x</p>', 'html'],
    ['plain', 'string'],
  ])('types %j as %s', (value, type) => expect(typeOfValue(value)).toBe(type));

  it('knows markup from addresses and comparisons', () => {
    expect(looksLikeHtml('a<br>b')).toBe(true);
    expect(looksLikeHtml('mail <ann@example.com> if 1 < 2')).toBe(false);
  });
});
