import { describe, expect, it } from 'vitest';
import { labelOfPath, leafFinder } from '../../../../pipeline/discovery/discovery-paths.ts';
import { looksPersonal } from '../../../../pipeline/discovery/personal-data.ts';
import { definitionWith } from '../definitions.ts';

const definition = definitionWith([
  { key: 'id', label: 'Id', type: 'string', paths: ['ticket_id'], evidence: 'seen' },
  { key: 'status', label: 'Status', type: 'enum', paths: ['basic.status.name'], evidence: 'seen' },
  { key: 'links', label: 'Links', type: 'references', paths: ['links[].ci_id'], evidence: 'seen' },
]);

function leaves(raw: Record<string, unknown>, overrides?: Record<string, string[]>): Record<string, unknown> {
  return Object.fromEntries(leafFinder(definition, overrides)(raw).map(({ path, value }) => [path, value]));
}

describe('leafFinder', () => {
  it('lists what no catalogue path reads, and nothing that one does', () => {
    expect(
      leaves({
        ticket_id: '1',
        basic: { status: { id: 3, name: 'Open', guid: 'wf_1' }, mood: 'calm' },
        links: [{ ci_id: '7', weight: 2 }],
        level: 4,
      }),
    ).toEqual({ 'basic.mood': 'calm', 'links[].weight': [2], level: 4 });
  });

  it('takes choices and phone objects for one value, and opens other objects', () => {
    const found = leaves({
      vendor: { id: 1, name: 'Contoso', color: 'red' },
      phone: { internationalNumber: '+44 20 7946 0000', countryCode: 'GB' },
      person: { name: 'Ann', email: 'ann@example.com', town: 'Leeds' },
    });
    expect(Object.keys(found)).toEqual(['vendor', 'phone', 'person.name', 'person.email', 'person.town']);
  });

  it('skips what is empty, what the connector added, and where custom fields live', () => {
    expect(
      leaves({
        nothing: {},
        none: [],
        blank: ' ',
        unset: { id: null, name: null },
        $joined: { role: { name: 'x' } },
        $children: { notes: [{ a: 1 }] },
        custom_field: [{ data_key: 'col_1' }],
        custom_field_data: { col_1: 'x' },
      }),
    ).toEqual({});
  });

  it('counts a path that the connection reads instead as read', () => {
    expect(leaves({ state_word: 'Open' }, { status: ['state_word'] })).toEqual({});
  });

  it('does not follow endless nesting or a tenant that stores data in keys', () => {
    let deep: Record<string, unknown> = { end: 1 };
    for (let level = 0; level < 50; level += 1) deep = { down: deep };
    expect(Object.keys(leaves({ deep }))).toHaveLength(1);
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key_${index}`, index]));
    expect(Object.keys(leaves(wide))).toHaveLength(400);
  });
});

describe('labelOfPath', () => {
  it.each([
    ['basic_info.urgency', 'Urgency'],
    ['reporter_info.email', 'Reporter info email'],
    ['impacted_asset[].ciName', 'Ci name'],
    ['sla.name', 'Sla name'],
  ])('%s → %s', (path, label) => {
    expect(labelOfPath(path)).toBe(label);
  });
});

describe('looksPersonal', () => {
  it.each([
    'requester.email',
    'a[].phone_number',
    'updated_by_name',
    'assigneeName',
    'Home address',
    'mobile',
  ])('masks %s', (path) => {
    expect(looksPersonal(path)).toBe(true);
  });
  it.each(['basic_info.urgency', 'group_name', 'catalogue_name', 'phonetic', 'serial_number'])(
    'shows %s',
    (path) => {
      expect(looksPersonal(path)).toBe(false);
    },
  );
});
