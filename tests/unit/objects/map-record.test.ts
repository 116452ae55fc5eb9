import { describe, expect, it } from 'vitest';
import type { ObjectDefinition } from '../../../objects/define-object.ts';
import { mapRecord, type MapContext } from '../../../objects/map-record.ts';
import { authorIdsOf, indexPeople } from '../../../objects/people.ts';
import type { ConversationPayload } from '../../../objects/payloads.ts';
import { loadRegistry } from '../../../objects/registry.ts';

const registry = await loadRegistry();
const context: MapContext = {
  timezone: 'Asia/Kolkata',
  now: new Date('2025-03-01T00:00:00Z'),
  companyRule: 'organization_name',
};

function map(object: string, raw: Record<string, unknown>, more: Partial<MapContext> = {}, fixes = {}) {
  const definition = registry.get(object);
  return mapRecord(raw, definition, definition.mapping, { ...context, ...more }, fixes);
}

const incident = {
  incident_id: '1',
  display_id: 'TKT 00-9',
  basic_info: { summary: 'A', description: 'B' },
  requester_id: 'r1',
  creation_time: '2025-01-20T10:00:00Z',
};

function conversation(raw: Record<string, unknown>, more: Partial<MapContext> = {}): ConversationPayload {
  const result = map('incident', { ...incident, ...raw }, more);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.payload as ConversationPayload;
}

describe('mapRecord', () => {
  it('reports everything that stands in the way at once', () => {
    const result = map('incident', { incident_id: '1' });
    expect(!result.ok && result.issues.map(({ code, field }) => `${code} ${field ?? ''}`)).toEqual([
      'required_value_missing subject',
      'required_value_missing created',
      'parent_missing requester',
    ]);
  });

  it('says each problem in words and with a suggestion', () => {
    const result = map('requester', { requester_id: '1', email: 'not one' });
    expect(!result.ok && result.issues[0]).toEqual({
      code: 'value_not_allowed',
      field: 'email',
      value: 'not one',
      message: 'This is not an e-mail address.',
      suggestion: 'Correct the address.',
    });
  });

  it('makes the marker of letters and digits, and puts it last into the body', () => {
    const payload = conversation({});
    expect(payload.marker).toBe('INFRAONTKT009');
    expect(payload.body.split('\n').at(-1)).toBe('INFRAONTKT009');
  });

  it('falls back to the id where there is no number', () => {
    expect(conversation({ display_id: null }).marker).toBe('INFRAON1');
  });

  it('moves the beginning of a conversation in front of a thread that a skewed clock squeezed', () => {
    const payload = conversation({
      creation_time: '2025-03-02T00:00:00Z',
      $children: {
        notes: [{ communication_id: 'n', description: 'x', creation_time: '2025-03-02T00:00:00Z' }],
      },
    });
    const now = context.now.getTime() / 1000;
    expect(payload.parts.map((part) => part.created_at)).toEqual([now]);
    expect(payload.created_at).toBe(now - 1);
  });

  it('rejects for a missing requester and only warns for other missing links', () => {
    const exists = ({ ref }: { ref: string }) => ref === 'requester';
    const raw = {
      ...incident,
      impacted_asset: [{ ci_id: 'c9' }],
      current_assignment_info: { assignee: 't9' },
    };
    const result = map('incident', raw, { exists });
    expect(result.ok && result.warnings.map(({ code, field }) => `${code} ${field ?? ''}`)).toEqual([
      'parent_missing assignee',
      'parent_missing configuration_items',
    ]);
    const orphan = map('incident', raw, { exists: () => false });
    expect(!orphan.ok && orphan.issues.map(({ code }) => code)).toEqual(['parent_missing']);
  });

  it('lets a person allow a contact without an address, one record at a time', () => {
    const raw = { requester_id: '7', full_name: 'Walk-in' };
    expect(map('requester', raw).ok).toBe(false);
    expect(map('requester', raw, { allowWithoutEmail: new Set(['7']) }).ok).toBe(true);
    expect(map('requester', raw, { allowWithoutEmail: new Set(['8']) }).ok).toBe(false);
    expect(map('requester', raw, {}, { allow_without_email: true }).ok).toBe(true);
  });

  it('gives the unique key in its normal form, and none for a masked address', () => {
    const requester = registry.get('requester');
    // The map may do without the address; whose record it is a copy of is asked all the same.
    const rules = requester.mapping.filter(({ source }) => source !== 'email');
    const keyOf = (email: string) => mapRecord({ requester_id: '1', email }, requester, rules, context);
    expect(keyOf(' Ann@Example.com')).toMatchObject({ ok: true, uniqueKey: 'ann@example.com' });
    expect(keyOf('a***@example.com')).toMatchObject({ ok: true, uniqueKey: null });
    expect(map('incident', incident)).toMatchObject({ ok: true, uniqueKey: null });
  });

  it('answers an unknown transform with an issue', () => {
    const result = mapRecord(
      incident,
      registry.get('incident'),
      [{ source: 'id', target: 'title', transform: 'magic' }],
      context,
    );
    expect(!result.ok && result.issues[0]?.message).toContain('magic');
  });
});

describe('people', () => {
  const people = [
    {
      definition: registry.get('requester'),
      raw: { requester_id: 'r1', full_name: 'Rita', profile_id: 'p1', user_id: 5 },
    },
    { definition: registry.get('technician'), raw: { profile_id: 'p1', full_name: 'Rita (IT)', user: 5 } },
    { definition: registry.get('technician'), raw: { profile_id: 'p2', full_name: 'Theo', user: 6 } },
    { definition: registry.get('company'), raw: { company_id: 'p2', name: 'Not a person' } },
  ];

  it('are found by every id, and an id belongs to the record whose key it is', () => {
    for (const order of [people, [...people].reverse()]) {
      const find = indexPeople(order, context);
      expect(find('r1')).toEqual({ as: 'contact', ref: { ref: 'requester', sourceId: 'r1' }, name: 'Rita' });
      expect(find('p1')?.ref).toEqual({ ref: 'technician', sourceId: 'p1' });
      expect(find('6')?.name).toBe('Theo');
      expect(find('p2')?.as).toBe('teammate');
      expect(find('nobody')).toBeUndefined();
    }
  });

  it('are asked for only where a thread names them', () => {
    const raw = {
      ...incident,
      $children: { notes: [{ created_by: 'p2', user_id: 6 }, { created_by: '-1' }, { created_by: 'p2' }] },
    };
    expect(authorIdsOf(raw, registry.get('incident'), context)).toEqual(['p2', '6']);
    expect(authorIdsOf({}, registry.get('company'), context)).toEqual([]);
  });
});

describe('hostile records', () => {
  const nasty: unknown[] = [
    null,
    0,
    -1,
    NaN,
    '',
    '\u202Eevil\u202C',
    '👩‍💻'.repeat(300),
    'مرحبا بالعالم',
    '<div>'.repeat(2000),
    '{{"$ref":1}}',
    '__proto__',
    [],
    [[[]]],
    [null, {}, 'x'],
    {},
    { name: null },
    { name: { name: { name: 'deep' } } },
    { id: [1, 2], name: ['a', { b: 1 }] },
    { constructor: 'x', toString: 'y', hasOwnProperty: 1 },
    true,
    1e308,
    '9'.repeat(400),
    'ftp://x',
    '2025-99-99T99:99:99Z',
    { e164Number: {}, dialCode: [] },
  ];

  it.each(registry.all().map((definition): [string, ObjectDefinition] => [definition.name, definition]))(
    'of %s end in a payload or in issues, and never throw',
    (_name, definition) => {
      const roots = new Set(
        definition.fields.flatMap(({ paths }) => paths.map((path) => path.split('.')[0]!.replace('[]', ''))),
      );
      for (const value of nasty) {
        const raw: Record<string, unknown> = {
          custom_field: value,
          custom_field_data: value,
          close_info: value,
        };
        for (const root of roots) raw[root] = value;
        raw.$children = {
          notes: [value, { description: value, created_by: value, creation_time: value, is_private: value }],
        };
        raw.$joined = {
          relations: [value, { parent_ci_id: value, child_ci_id: value }],
          tags: value,
          role: value,
        };
        const result = mapRecord(raw, definition, definition.mapping, context, { extra: value });
        expect(result.ok ? result.payload.resource : result.issues.length).toBeTruthy();
        if (result.ok) expect(JSON.parse(JSON.stringify(result.payload))).toEqual(result.payload);
      }
    },
  );

  it('survive anything in the place of the record', () => {
    for (const value of [null, 7, 'x', [], undefined]) {
      const definition = registry.get('incident');
      const result = mapRecord(
        value as unknown as Record<string, unknown>,
        definition,
        definition.mapping,
        context,
      );
      expect(result.ok).toBe(false);
    }
  });

  it('keep emoji, right-to-left and CJK text to the letter', () => {
    const summary = '打印机 🖨️ لا يعمل — ждём';
    const payload = conversation({ basic_info: { summary, description: `<p>${summary}</p>` } });
    expect(payload.title).toBe(summary);
    expect(payload.body.startsWith(summary)).toBe(true);
  });

  it('map a body of a megabyte and a thread of 2,000 entries', () => {
    const notes = Array.from({ length: 2000 }, (_, index) => ({
      communication_id: String(index),
      description: `<p>${index}</p>`,
      is_private: false,
      creation_time: '2025-01-20T11:00:00Z',
    }));
    const payload = conversation({
      basic_info: { summary: 'Big', description: '<p>word word</p>'.repeat(65_000) },
      $children: { notes },
    });
    expect(payload.parts).toHaveLength(2000);
    expect(
      payload.parts.every(
        (part, index) => index === 0 || part.created_at > payload.parts[index - 1]!.created_at,
      ),
    ).toBe(true);
  });
});
