import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRegistry, type Registry } from '../../../../objects/registry.ts';
import type { Raw } from '../../../../objects/paths.ts';
import { keptUrl, panelValues, withoutTexts, STATUS_KEYS } from '../../../../pipeline/panel/panel-values.ts';

const context = { timezone: 'UTC', url: null };
let registry: Registry;
beforeAll(async () => {
  registry = await loadRegistry();
});

function fixtures(object: string): Raw[] {
  const file = new URL(`../../../fixtures/${object}/source.json`, import.meta.url);
  const parsed = JSON.parse(readFileSync(file, 'utf8')) as Raw | Raw[];
  return [parsed].flat();
}

describe('what stays of a record when its texts are erased', () => {
  it('is what the panel shows: status, and the links to other records', () => {
    for (const object of ['incident', 'problem', 'change', 'asset']) {
      const definition = registry.get(object);
      for (const raw of fixtures(object)) {
        const before = panelValues(raw, definition, 'UTC');
        const left = withoutTexts(raw, definition, context);
        const after = panelValues(left, definition, 'UTC');
        for (const key of STATUS_KEYS) expect(after[key]).toEqual(before[key]);
        for (const { key, type } of definition.fields)
          if (type === 'references' || type === 'reference') expect(after[key]).toEqual(before[key]);
      }
    }
  });

  it('is no text, no thread, no personal value', () => {
    for (const definition of registry.all()) {
      for (const raw of fixtures(definition.name)) {
        const after = panelValues(withoutTexts(raw, definition, context), definition, 'UTC');
        const lost = definition.fields.filter(
          ({ type, personal }) => ['html', 'thread', 'files'].includes(type) || personal === true,
        );
        for (const { key, type } of lost)
          if (type !== 'reference' && type !== 'references') expect(after).not.toHaveProperty(key);
      }
    }
  });

  it('is nothing of people, companies and articles', () => {
    for (const object of ['requester', 'technician', 'company', 'article']) {
      const [raw = {}] = fixtures(object);
      expect(withoutTexts(raw, registry.get(object), context)).toEqual({ $kept: {} });
    }
  });

  it('stays the same when it is erased again', () => {
    const definition = registry.get('incident');
    const [raw = {}] = fixtures('incident');
    const once = withoutTexts(raw, definition, { timezone: 'UTC', url: 'https://desk.example/1' });
    expect(withoutTexts(once, definition, { timezone: 'UTC', url: keptUrl(once) })).toEqual(once);
    expect(keptUrl(once)).toBe('https://desk.example/1');
  });
});
