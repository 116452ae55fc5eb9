import { describe, expect, it } from 'vitest';
import type { InventoryField } from '../../../../objects/mapping.ts';
import { readFields } from '../../../../objects/read-fields.ts';
import {
  combineInventories,
  createFieldInventory,
  type FieldInventory,
} from '../../../../pipeline/discovery/discovery-fields.ts';
import { definitionWith } from '../definitions.ts';

const definition = definitionWith([
  { key: 'id', label: 'Id', type: 'string', paths: ['id'], evidence: 'seen' },
  { key: 'status', label: 'Status', type: 'enum', paths: ['status'], evidence: 'seen' },
  { key: 'email', label: 'E-mail', type: 'email', paths: ['email'], evidence: 'seen', personal: true },
]);

function inventory(...raws: Record<string, unknown>[]): FieldInventory {
  const tally = createFieldInventory(definition, 'UTC');
  for (const raw of raws) tally.add(raw, readFields(raw, definition, { timezone: 'UTC' }));
  return tally;
}

function field(fields: InventoryField[], key: string): InventoryField {
  const found = fields.find((candidate) => candidate.key === key);
  if (found === undefined) throw new Error(`no field ${key}`);
  return found;
}

describe('createFieldInventory', () => {
  it('measures how often a field is filled, also when it never is', () => {
    const fields = inventory(
      { id: '1', status: 'Open' },
      { id: '2' },
      { id: '3', status: 'Closed' },
    ).fields();
    expect(field(fields, 'status')).toMatchObject({ fill_rate: 0.6667, options: ['Closed', 'Open'] });
    expect(field(fields, 'email')).toMatchObject({ fill_rate: 0, samples: [], type: 'email' });
  });

  it('masks samples of personal fields and of values that look personal', () => {
    const fields = inventory({
      id: '1',
      email: 'ann.lee@example.com',
      contact: { mail: 'bo@example.com' },
    }).fields();
    expect(field(fields, 'email').samples).toEqual(['a…@example.com']);
    expect(field(fields, 'raw.contact.mail').samples).toEqual(['b…@example.com']);
  });

  it('cuts long texts and options between characters, for half of one could not be stored', () => {
    const fields = inventory({
      id: `${'a'.repeat(298)}😀${'b'.repeat(10)}`,
      status: `${'c'.repeat(199)}😀`,
    }).fields();
    const [sample] = field(fields, 'id').samples as string[];
    expect(sample).toBe(`${'a'.repeat(298)}…`);
    expect(field(fields, 'status').options).toEqual(['c'.repeat(199)]);
  });

  it('gives custom fields their label, declared options and values', () => {
    const definitions = [
      {
        data_key: 'col_1650000000001',
        label: 'Site',
        type: 'dropdown',
        options: [{ name: 'North' }, { name: 'South' }],
      },
    ];
    const fields = inventory(
      { id: '1', custom_field: definitions, custom_field_data: { col_1650000000001: 'East' } },
      { id: '2', custom_field: definitions, custom_field_data: {} },
    ).fields();
    expect(field(fields, 'custom.col_1650000000001')).toEqual({
      key: 'custom.col_1650000000001',
      label: 'Site',
      type: 'enum',
      custom: true,
      fill_rate: 0.5,
      options: ['East', 'North', 'South'],
      samples: ['East'],
    });
  });

  it('offers no options once there are more than a list can hold', () => {
    const raws = Array.from({ length: 51 }, (_, index) => ({ id: String(index), status: `word ${index}` }));
    expect(field(inventory(...raws).fields(), 'status').options).toEqual([]);
  });

  it('agrees on one type for values of several kinds', () => {
    const fields = inventory({ a: 1, b: 1, c: 'x' }, { a: 1.5, b: 'one', c: '<p>y</p>' }).fields();
    expect(field(fields, 'raw.a').type).toBe('decimal');
    expect(field(fields, 'raw.b').type).toBe('string');
    expect(field(fields, 'raw.c').type).toBe('html');
  });

  it('keeps three samples and cuts long ones', () => {
    const raws = Array.from({ length: 9 }, (_, index) => ({ note: `${index}`.padEnd(1000, '.') }));
    const { samples } = field(inventory(...raws).fields(), 'raw.note');
    expect(samples).toHaveLength(3);
    expect(String(samples[0]).length).toBeLessThanOrEqual(301);
  });
});

describe('combineInventories', () => {
  it('measures on all rows what rows carry and on the sample what they leave out', () => {
    const rows = inventory({ id: '1', status: 'Open' }, { id: '2', status: 'New' }, { id: '3' }, { id: '4' });
    const sample = inventory({ id: '1', status: 'Open', depth: 3 }, { id: '2', status: 'New' });
    const fields = combineInventories(rows, sample);
    expect(field(fields, 'status')).toMatchObject({ fill_rate: 1, options: ['New', 'Open'] });
    expect(field(fields, 'raw.depth').fill_rate).toBe(0.5);
  });

  it('keeps fields that no sampled record happens to have', () => {
    const fields = combineInventories(inventory({ id: '1', rare: 'x' }, { id: '2' }), inventory({ id: '2' }));
    expect(field(fields, 'raw.rare').fill_rate).toBe(0.5);
  });

  it('is the rows alone when nothing was sampled', () => {
    expect(combineInventories(inventory({ id: '1' }), inventory())).toEqual(inventory({ id: '1' }).fields());
  });
});

describe('choices of custom fields', () => {
  const definitionOf = (column: string, type: string) => [
    { data_key: column, label: 'RAM', type, options: [] },
  ];
  const row = (value: string) => ({ id: value, custom_field_data: { col_1650000000301: value } });

  it('come from all rows, although only full records say that they are choices', () => {
    const full = { ...row('16 GB'), custom_field: definitionOf('col_1650000000301', 'dropdown') };
    const fields = combineInventories(inventory(row('16 GB'), row('32 GB'), row('64 GB')), inventory(full));
    expect(field(fields, 'custom.col_1650000000301')).toMatchObject({
      type: 'enum',
      label: 'RAM',
      options: ['16 GB', '32 GB', '64 GB'],
    });
  });

  it('are no choices when there are too many, or when the field is a text', () => {
    const many = Array.from({ length: 60 }, (_none, index) => row(`${index} GB`));
    const full = { ...row('1 GB'), custom_field: definitionOf('col_1650000000301', 'dropdown') };
    expect(
      field(combineInventories(inventory(...many), inventory(full)), 'custom.col_1650000000301').options,
    ).toEqual([]);
    const text = { ...row('1 GB'), custom_field: definitionOf('col_1650000000301', 'text') };
    const fields = combineInventories(inventory(row('1 GB'), row('2 GB')), inventory(text));
    expect(field(fields, 'custom.col_1650000000301')).toMatchObject({ type: 'string', options: [] });
  });
});
