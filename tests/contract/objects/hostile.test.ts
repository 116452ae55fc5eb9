import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { FieldDefinition, ObjectDefinition } from '../../../objects/define-object.ts';
import { mapRecord } from '../../../objects/map-record.ts';
import { payloadHash } from '../../../objects/payload-hash.ts';
import { loadRegistry } from '../../../objects/registry.ts';
import { csvLines } from '../../../pipeline/handoff/csv.ts';
import { safeJson } from '../../../pipeline/handoff/safe-json.ts';
import { namedLinks } from '../../../pipeline/links/named-links.ts';
import { scopeHtml, scopeMarkdown } from '../../../pipeline/scope/scope-text.ts';

/** Content as tenants have it, in every text field of every object. `keeps`: words that must be there afterwards. */
const CORPUS: { name: string; text: string; keeps?: string; long?: true }[] = [
  { name: 'emoji', text: 'Drucker 👩‍💻🖨️ kaputt', keeps: 'Drucker 👩‍💻🖨️ kaputt' },
  { name: 'right-to-left', text: 'الطابعة رقم 42 — שלום', keeps: 'الطابعة رقم 42 — שלום' },
  { name: 'Indic', text: 'प्रिंटर काम नहीं कर रहा है', keeps: 'प्रिंटर काम नहीं कर रहा है' },
  { name: 'Chinese, Japanese, Korean', text: '打印机 プリンター 프린터', keeps: '打印机 プリンター 프린터' },
  { name: 'a lone surrogate', text: 'before\ud83dafter', keeps: 'after' },
  { name: 'a formula', text: '=HYPERLINK("https://evil.example","x")' },
  {
    name: 'a script',
    text: '<p>shown</p><script>alert(1)</script><img src=x onerror=alert(2)>',
    keeps: 'shown',
  },
  { name: 'a table', text: '<table><tr><td>left</td><td>right</td></tr></table>', keeps: 'left' },
  { name: 'deep nesting', text: `${'<div>'.repeat(2000)}deep${'</div>'.repeat(2000)}`, keeps: 'deep' },
  { name: 'a line of 100 KB', text: 'x'.repeat(100_000), long: true },
  { name: 'a body of 1 MB', text: `<p>${'words '.repeat(170_000)}end</p>`, long: true },
];

const registry = await loadRegistry();
const TEXTS: FieldDefinition['type'][] = ['string', 'html'];
const CONTEXT = {
  timezone: 'UTC',
  now: new Date('2025-03-01T00:00:00Z'),
  companyRule: 'none' as const,
};

async function firstRecord(object: string): Promise<Record<string, unknown>> {
  const url = new URL(`../../fixtures/${object}/source.json`, import.meta.url);
  const { records } = JSON.parse(await readFile(url, 'utf8')) as {
    records: { raw: Record<string, unknown> }[];
  };
  return records[0]?.raw ?? {};
}

/** The hostile text as a person's correction of every text field that is no identity: the same road as a read value. */
function fixesOf({ fields, identity }: ObjectDefinition, text: string): Record<string, unknown> {
  return Object.fromEntries(
    fields
      .filter(
        ({ key, type }) => TEXTS.includes(type) && key !== 'id' && !identity.template.includes(`{${key}}`),
      )
      .map(({ key }) => [key, text]),
  );
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

describe.each(registry.all().map((definition) => [definition.name, definition] as const))(
  'hostile content in every text of a %s',
  (name, definition) => {
    it.each(CORPUS.map((hostile) => [hostile.name, hostile] as const))('%s', async (_name, hostile) => {
      const raw = await firstRecord(name);
      const fixes = fixesOf(definition, hostile.text);
      const result = mapRecord(raw, definition, definition.mapping, CONTEXT, fixes);
      if (!result.ok) throw new Error(JSON.stringify(result.issues).slice(0, 500));
      const { payload, warnings } = result;
      expect(payloadHash(payload)).toMatch(/^[0-9a-f]{64}$/);
      expect(
        namedLinks(payload, { resolve: () => undefined, settings: { links_per_attribute: null } }),
      ).toBeDefined();
      const { files: _files, ...words } = payload as { files?: unknown };
      const texts = stringsIn(words);
      if (hostile.keeps !== undefined)
        expect(texts.filter((text) => text.includes(hostile.keeps ?? '')).length).toBeGreaterThan(0);
      // Cut where Intercom takes less is fine when it is said.
      if (hostile.long) {
        const whole = texts.some((text) => text.length >= 100_000);
        expect(whole || warnings.length > 0 || texts.some((text) => /…|\.\.\./.test(text))).toBe(true);
      }
      if (payload.resource === 'articles') expect(payload.body).not.toMatch(/<script|onerror|javascript:/i);
      const table = csvLines([texts]);
      expect(table).not.toMatch(/(?:^|[",;\t\r\n])\s*=HYPERLINK/);
      for (const written of [table, safeJson(payload)]) expect(written.isWellFormed()).toBe(true);
    });
  },
);

describe('hostile content in the written scope', () => {
  it.each(CORPUS.filter(({ long }) => long === undefined).map(({ name, text }) => [name, text] as const))(
    '%s stays words',
    (_name, text) => {
      const scope: Parameters<typeof scopeHtml>[0] = {
        workspace: text,
        source: text,
        discovered_at: null,
        objects: [],
        object_types: [],
        not_migrated: [{ what: text, why: text }],
        estimate: null,
        problems: text,
      };
      expect(scopeHtml(scope)).not.toMatch(/<script|<img|<table><tr><td>left/);
      expect(scopeMarkdown(scope)).not.toMatch(/<script|<img/);
    },
  );
});
