import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { attributesOf, schemaTypeOf } from '../../../objects/attributes.ts';
import type { ObjectDefinition } from '../../../objects/define-object.ts';
import { mapRecord, type KnownPerson, type MapContext } from '../../../objects/map-record.ts';
import { canonicalJson } from '../../../objects/payload-hash.ts';
import { proposeMap } from '../../../objects/propose.ts';
import { loadRegistry } from '../../../objects/registry.ts';
import { RESOURCES } from '../../../objects/resources.ts';
import { validateMap } from '../../../objects/validate-map.ts';

/**
 * What every object promises, asked of every module that the registry finds. `source.json` holds invented records;
 * `expected.json` was read by eye, and leaves out attributes without a value.
 */
interface SourceFixture {
  people?: { id: string; as: 'contact' | 'teammate'; ref: string; sourceId: string; name: string }[];
  /** Whose records ids are, where links may lead to one of several objects. */
  owners?: Record<string, string>;
  /** Records that links in texts may name, by the word that names them. */
  links?: { word: string; ref: string; sourceId: string }[];
  records: { note: string; raw: Record<string, unknown>; fixes?: Record<string, unknown> }[];
}

type ExpectedFixture = {
  note: string;
  payload?: Record<string, unknown>;
  warnings?: string[];
  unique_key?: string | null;
  issues?: string[];
}[];

async function fixture<T>(object: string, file: string): Promise<T> {
  const url = new URL(`../../fixtures/${object}/${file}`, import.meta.url);
  return JSON.parse(await readFile(url, 'utf8')) as T;
}

/** Ids that the fixtures call "not part of the migration". */
const MISSING = new Set(['187410000000000000399', '187210000000000000999']);

function contextOf(source: SourceFixture): MapContext {
  const people = new Map<string, KnownPerson>(
    (source.people ?? []).map(({ id, as, ref, sourceId, name }) => [
      id,
      { as, ref: { ref, sourceId }, name },
    ]),
  );
  return {
    timezone: 'Asia/Kolkata',
    now: new Date('2025-03-01T00:00:00Z'),
    defaultCountry: 'IN',
    companyRule: 'organization_name',
    sourceUrl: 'https://desk.example.com',
    record: (word) => {
      const link = source.links?.find((candidate) => candidate.word === word);
      return link === undefined ? undefined : { ref: link.ref, sourceId: link.sourceId };
    },
    person: (id) => people.get(id),
    exists: ({ ref, sourceId }) => !MISSING.has(sourceId) && (source.owners?.[sourceId] ?? ref) === ref,
  };
}

function withoutEmptyAttributes(payload: object): object {
  const attributes = (payload as { custom_attributes: Record<string, unknown> }).custom_attributes;
  const kept = Object.entries(attributes).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return { ...payload, custom_attributes: Object.fromEntries(kept) };
}

const registry = await loadRegistry();
const definitions = registry.all();

describe.each(definitions.map((definition): [string, ObjectDefinition] => [definition.name, definition]))(
  'object %s',
  (name, definition) => {
    it('maps its fixture records to what is expected', async () => {
      const source = await fixture<SourceFixture>(name, 'source.json');
      const expected = await fixture<ExpectedFixture>(name, 'expected.json');
      const context = contextOf(source);
      const actual = source.records.map(({ note, raw, fixes }) => {
        const result = mapRecord(raw, definition, definition.mapping, context, fixes);
        if (!result.ok) {
          return { note, issues: result.issues.map(({ code, field }) => `${code} ${field ?? ''}`) };
        }
        return {
          note,
          payload: withoutEmptyAttributes(result.payload),
          warnings: result.warnings.map(({ code, field }) => `${code} ${field ?? ''}`),
          unique_key: result.uniqueKey,
        };
      });
      expect(actual).toEqual(expected);
      expect(actual.some((record) => 'payload' in record)).toBe(true);
    });

    it('states every mapped attribute in every payload, so that a value taken away is taken away', async () => {
      const source = await fixture<SourceFixture>(name, 'source.json');
      const names = attributesOf(definition, definition.mapping).map((spec) => spec.name);
      for (const { raw, fixes } of source.records) {
        const result = mapRecord(raw, definition, definition.mapping, contextOf(source), fixes);
        if (result.ok) expect(Object.keys(result.payload.custom_attributes)).toEqual(names);
      }
    });

    it('is plain data with a valid map', () => {
      expect(JSON.parse(JSON.stringify(definition))).toEqual(definition);
      expect(validateMap(definition, definition.mapping)).toEqual([]);
    });

    it('loads after everything it refers to', () => {
      const order = definitions.map((other) => other.name);
      for (const dependency of definition.dependsOn) {
        expect(order.indexOf(dependency)).toBeLessThan(order.indexOf(name));
        expect(order).toContain(dependency);
      }
    });

    it('can be rolled back by its resource', () => {
      const { rollback } = RESOURCES[definition.destination.resource];
      expect([...rollback.created, 'keep']).toContain(definition.rollback.created);
      expect([...rollback.updated, 'keep']).toContain(definition.rollback.updated);
    });

    it('proposes the same valid map twice, and accounts for every field', async () => {
      const source = await fixture<SourceFixture>(name, 'source.json');
      const inventory = [
        ...definition.fields.map(({ key, label, type }) => ({
          key,
          label,
          type,
          custom: false,
          fill_rate: 0.5,
          options: [],
          samples: [],
        })),
        {
          key: 'custom.col_1650000000001',
          label: 'Colour',
          type: 'enum',
          custom: true,
          fill_rate: 0.3,
          options: ['Red', 'Blue'],
          samples: ['Red'],
        },
        {
          key: 'raw.something.else',
          label: 'Something',
          type: 'string',
          custom: false,
          fill_rate: 0,
          options: [],
          samples: [],
        },
      ];
      const context = { ...contextOf(source), samples: source.records.map(({ raw }) => raw) };
      const map = proposeMap(definition, inventory, context);
      expect(canonicalJson(proposeMap(definition, inventory, context))).toBe(canonicalJson(map));
      expect(validateMap(definition, map.rules, inventory)).toEqual([]);
      const listed = [...map.rules.map(({ source }) => source), ...map.unmapped.map(({ source }) => source)];
      for (const { key } of inventory) expect(listed).toContain(key);
      expect(map.unmapped.every(({ reason, goes_to }) => reason !== '' && goes_to !== '')).toBe(true);
    });

    it('draws up a schema sheet exactly when its destination is a custom object', () => {
      const sheet = schemaTypeOf(definition, definition.mapping);
      expect(sheet?.identifier).toBe(definition.destination.type?.identifier);
      for (const attribute of sheet?.attributes ?? []) {
        if (attribute.format === 'list') expect(attribute.options?.length).toBeGreaterThanOrEqual(2);
        if (attribute.format === 'reference') expect(attribute.references?.type).not.toBe('');
      }
    });
  },
);

describe('the registry', () => {
  it('orders the objects into waves', () => {
    const waves = registry.waves().map((wave) => wave.map((definition) => definition.name));
    expect(waves[0]).toContain('company');
    expect(waves.flat()).toEqual(definitions.map((definition) => definition.name));
  });

  it('gives every contact and company attribute one name and one type', () => {
    const types = new Map<string, string>();
    for (const definition of definitions) {
      for (const { name, model, type } of attributesOf(definition, definition.mapping)) {
        if (model !== 'contact' && model !== 'company') continue;
        expect(types.get(name.toLowerCase()) ?? `${model} ${type}`).toBe(`${model} ${type}`);
        types.set(name.toLowerCase(), `${model} ${type}`);
      }
    }
  });
});
