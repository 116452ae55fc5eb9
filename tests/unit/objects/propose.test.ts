import { describe, expect, it } from 'vitest';
import { attributesOf } from '../../../objects/attributes.ts';
import type { InventoryField, ObjectMap } from '../../../objects/mapping.ts';
import { proposeMap } from '../../../objects/propose.ts';
import { loadRegistry } from '../../../objects/registry.ts';
import { likeness } from '../../../objects/similarity.ts';
import { validateMap } from '../../../objects/validate-map.ts';

const registry = await loadRegistry();
const context = {
  timezone: 'Asia/Kolkata',
  now: new Date('2025-03-01T00:00:00Z'),
  companyRule: 'organization_name' as const,
  samples: [] as Record<string, unknown>[],
};

function found(key: string, type: string, changes: Partial<InventoryField> = {}): InventoryField {
  return {
    key,
    label: key.split('.').at(-1)!,
    type,
    custom: key.startsWith('custom.'),
    fill_rate: 0.5,
    options: [],
    samples: ['sample'],
    ...changes,
  };
}

function propose(
  object: string,
  inventory: InventoryField[],
  samples: Record<string, unknown>[] = [],
): ObjectMap {
  const definition = registry.get(object);
  const map = proposeMap(definition, inventory, { ...context, samples });
  expect(validateMap(definition, map.rules, inventory)).toEqual([]);
  expect(new Set(map.rules.map(({ id }) => id)).size).toBe(map.rules.length);
  return map;
}

const ruleOf = (map: ObjectMap, source: string) => map.rules.find((rule) => rule.source === source)!;

describe('proposeMap', () => {
  it('begins with the map of the module, at full confidence', () => {
    const map = propose('incident', []);
    const { mapping } = registry.get('incident');
    expect(map.rules.map(({ source, target }) => [source, target])).toEqual(
      mapping.map(({ source, target }) => [source, target]),
    );
    expect(map.rules.every(({ confidence, reasons }) => confidence === 1 && reasons.length > 0)).toBe(true);
  });

  it('joins the words of the product with those that were found', () => {
    const map = propose('incident', [
      found('priority', 'enum', { options: ['high', 'Nuclear'] }),
      found('category', 'enum', { options: ['Network', 'Mail'] }),
      found('severity', 'enum', { options: ['Only one'] }),
    ]);
    expect(ruleOf(map, 'priority').options.allowed).toEqual([
      'Critical',
      'High',
      'Medium',
      'Low',
      'Very Low',
      'Nuclear',
    ]);
    expect(ruleOf(map, 'category').options.allowed).toEqual(['Network', 'Mail']);
    expect(ruleOf(map, 'severity').options.allowed).toEqual([]);
    const specs = attributesOf(registry.get('incident'), map.rules);
    expect(specs.find(({ name }) => name === 'Infraon category')?.type).toBe('list');
    expect(specs.find(({ name }) => name === 'Infraon severity')?.type).toBe('string');
  });

  it('makes an attribute of every other field that has a value, by its values', () => {
    const map = propose('incident', [
      found('custom.col_1', 'enum', { label: 'Root cause', options: ['A', 'B'] }),
      found('custom.col_2', 'datetime', { label: 'Promised until' }),
      found('custom.col_3', 'html', { label: 'Business impact' }),
      found('custom.col_4', 'boolean', { label: 'VIP?' }),
      found('raw.escalation.level', 'integer', { label: 'Escalation level' }),
      found('raw.kb', 'list', { label: 'KB' }),
      found('custom.col_5', 'enum', { label: 'Same' }),
    ]);
    const rules = map.rules.filter(({ confidence }) => confidence < 1);
    expect(rules.map(({ target, transform }) => [target, transform])).toEqual([
      ['custom_attributes.Infraon root cause', 'enum'],
      ['custom_attributes.Infraon promised until', 'datetime'],
      ['custom_attributes.Infraon business impact', 'text'],
      ['custom_attributes.Infraon vip', 'boolean'],
      ['custom_attributes.Infraon escalation level', 'integer'],
      ['custom_attributes.Infraon kb', 'list_join'],
      ['custom_attributes.Infraon same', 'string'],
    ]);
    expect(rules[0]!.reasons.join(' ')).toContain('50 % of the records');
  });

  it('gives names that Intercom takes, and no name twice', () => {
    const map = propose('incident', [
      found('custom.col_1', 'string', { label: 'Größe (m²)' }),
      found('custom.col_2', 'string', { label: 'प्राथमिकता' }),
      found('custom.col_3', 'string', { label: 'Team' }),
      found('custom.col_4', 'string', { label: 'x'.repeat(300) }),
    ]);
    const names = map.rules.slice(-4).map(({ target }) => target.replace('custom_attributes.', ''));
    expect(names.slice(0, 3)).toEqual(['Infraon grosse m2', 'Infraon col 2', 'Infraon team 2']);
    expect(names[3]!.length).toBeLessThanOrEqual(60);
  });

  it('cuts text on people at 255 characters and calls it lossy', () => {
    const map = propose('requester', [found('raw.bio', 'html', { label: 'Bio' })]);
    expect(ruleOf(map, 'raw.bio')).toMatchObject({
      target: 'custom_attributes.infraon_bio',
      transform: 'truncate',
      options: { maxLength: 255 },
    });
    expect(ruleOf(map, 'raw.bio').reasons.join(' ')).toContain('lossy');
  });

  it('keeps the name spaces of contacts and companies apart', () => {
    const contact = propose('requester', [found('raw.org_size', 'integer', { label: 'Org size' })]);
    const company = propose('company', [found('raw.size', 'integer', { label: 'Size' })]);
    expect(ruleOf(contact, 'raw.org_size').target).toBe('custom_attributes.infraon_contact_org_size');
    expect(ruleOf(company, 'raw.size').target).toBe('custom_attributes.infraon_org_size');
  });

  it('says of everything else why it is not moved, and where it goes', () => {
    const map = propose('incident', [
      found('raw.config.flow_id', 'string'),
      found('raw.impacted_asset[].ci_name', 'string'),
      found('custom.col_9', 'string', { fill_rate: 0, samples: [] }),
      found('requester_name', 'string'),
    ]);
    expect(map.unmapped).toEqual([
      {
        source: 'raw.config.flow_id',
        reason: expect.stringContaining('workflow') as string,
        goes_to: 'workflows.json of the handoff',
      },
      {
        source: 'raw.impacted_asset[].ci_name',
        reason: expect.any(String) as string,
        goes_to: 'Infraon configuration items',
      },
      { source: 'custom.col_9', reason: 'No record has a value.', goes_to: 'nowhere' },
      { source: 'requester_name', reason: 'The rule for "parts" reads it.', goes_to: 'parts' },
    ]);
  });

  it('withholds what a technician profile may hold beyond the catalogue', () => {
    const map = propose('technician', [
      found('raw.national_id_number', 'string'),
      found('raw.birth_date', 'datetime'),
    ]);
    expect(map.unmapped.map(({ source }) => source)).toEqual(['raw.national_id_number', 'raw.birth_date']);
  });

  it('lets a tenant field stand in for a catalogue field that is always empty', () => {
    const map = propose('requester', [
      found('email', 'email', { fill_rate: 0, samples: [] }),
      found('raw.mail_id', 'email', { label: 'Mail id', fill_rate: 0.9 }),
      found('raw.shoe_size', 'integer', { label: 'Shoe size' }),
    ]);
    const rule = ruleOf(map, 'raw.mail_id');
    expect(rule).toMatchObject({ target: 'email', transform: 'email', options: { required: true } });
    expect(rule.confidence).toBeLessThan(1);
    expect(rule.reasons.join(' ')).toContain('same thing');
    expect(map.unmapped).toContainEqual({
      source: 'email',
      reason: 'No record has a value.',
      goes_to: 'nowhere',
    });
  });

  it('shows what rules make of real values, without showing the people', () => {
    const raw = {
      requester_id: '1',
      full_name: 'Mara Okafor',
      email: 'mara@larkspur.example',
      designation: 'Buyer',
      organization_name: 'Larkspur',
    };
    const map = propose('requester', [found('custom.col_1', 'string', { samples: ['A…'] })], [raw, raw]);
    expect(ruleOf(map, 'designation').samples).toEqual([{ source: 'Buyer', result: 'Buyer' }]);
    expect(ruleOf(map, 'email').samples).toEqual([
      { source: 'm…@larkspur.example', result: 'm…@larkspur.example' },
    ]);
    expect(ruleOf(map, 'custom.col_1').samples).toEqual([{ source: 'A…', result: 'A…' }]);
    expect(map.rules.find(({ target }) => target === 'companies')?.samples).toEqual([
      { source: null, result: [{ ref: 'company', sourceId: 'larkspur' }] },
    ]);
    expect(JSON.stringify(map)).not.toContain('Mara');
  });
});

describe('likeness', () => {
  it.each([
    ['Short description', 'Summary', 0.9],
    ['Due date', 'due_date', 0.95],
    ['assignedTo', 'Assignee', 0.9],
  ])('%s and %s mean the same', (a, b, score) => expect(likeness(a, b).score).toBe(score));

  it('keeps strangers apart', () => {
    expect(likeness('Shoe size', 'E-mail').score).toBeLessThan(0.5);
    expect(likeness('', 'x').score).toBe(0);
    expect(likeness('Created', 'Created by').score).toBeLessThan(0.8);
  });
});

it('words that a value map translates do not become options of their own; unknown ones do', () => {
  const options = ['Standard', 'minor', 'Major', 'Emergency', 'Expedited'];
  const map = propose('change', [found('type', 'enum', { options })]);
  const allowed = (target: string) =>
    map.rules.find((rule) => rule.target === `custom_attributes.${target}`)?.options.allowed;
  expect(allowed('change_type')).toEqual(['Standard', 'Minor', 'Major', 'Emergency', 'Expedited']);
  expect(allowed('itil_type')).toEqual(['Standard', 'Normal', 'Emergency', 'Expedited']);
});

it("a tenant's own fields for cause and workaround take over the rules of the empty ones", () => {
  const map = propose('problem', [
    found('root_cause', 'html', { label: 'Root cause', fill_rate: 0 }),
    found('workaround', 'html', { label: 'Workaround', fill_rate: 0 }),
    found('custom.col_1650000000901', 'html', { label: 'Root Cause' }),
    found('custom.col_1650000000902', 'html', { label: 'Workaround' }),
  ]);
  const sourceOf = (target: string) =>
    map.rules.find((rule) => rule.target === `custom_attributes.${target}`)?.source;
  expect(sourceOf('root_cause')).toBe('custom.col_1650000000901');
  expect(sourceOf('workaround')).toBe('custom.col_1650000000902');
});
