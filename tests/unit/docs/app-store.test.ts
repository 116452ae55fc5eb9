import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

describe('the listing', () => {
  const listing = read('docs/app-store/listing.md');
  const field = (name: string) => new RegExp(`^\\| ${name} +\\| (.+?) +\\|$`, 'm').exec(listing)?.[1] ?? '';

  it('has a name that Intercom accepts', () => {
    const name = field('App name');
    expect(name).not.toBe('');
    expect(name.length).toBeLessThanOrEqual(40);
    expect(name).not.toMatch(/intercom/i);
  });

  it('has a short description in sentence case, without a full stop', () => {
    const text = field('Short description');
    expect(text).not.toBe('');
    expect(text.length).toBeLessThanOrEqual(70);
    expect(text).not.toMatch(/\.$/);
    expect(text).toMatch(/^\p{Lu}/u);
    const capitals = text.split(' ').filter((word) => /^\p{Lu}/u.test(word));
    expect(capitals.slice(1).filter((word) => word !== 'Infraon')).toEqual([]);
  });

  it('calls the app what its own pages call it', () => {
    expect(read('server/console/page.ts')).toContain(`<strong>${field('App name')}</strong>`);
  });

  it('tells how to pin the panel', () => {
    expect(listing).toContain('**Edit apps**');
  });
});

describe('pictures', () => {
  const sizeOf = (file: string) => {
    const bytes = readFileSync(path.join(ROOT, file));
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  };

  it('include an icon of 512 by 512', () => {
    expect(sizeOf('docs/app-store/icon.png')).toEqual([512, 512]);
  });

  it('are five at most, and small', () => {
    const images = readdirSync(path.join(ROOT, 'docs/images')).filter((name) => name.endsWith('.png'));
    expect(images.length).toBeLessThanOrEqual(5);
    for (const name of images)
      expect(statSync(path.join(ROOT, 'docs/images', name)).size).toBeLessThan(250_000);
  });
});

describe('the scopes', () => {
  const scopes = read('docs/app-store/scopes.md');

  /** Calls as the connector names them for its logs and errors, and the paths of its paged lists. */
  function callsOf(source: string): string[] {
    const named = [...source.matchAll(/'((?:GET|POST|PUT|PATCH|DELETE) \/[^']+)'/g)].map(([, call]) => call!);
    const pages = [...source.matchAll(/page\(schemas\.\w+, '([^']+)'/g)].map(([, list]) => `GET ${list!}`);
    return [...named, ...pages];
  }

  it('name every call of the connector', () => {
    const folder = path.join(ROOT, 'connectors/intercom');
    const calls = readdirSync(folder).flatMap((file) => callsOf(read(`connectors/intercom/${file}`)));
    expect(calls.length).toBeGreaterThan(40);
    expect([...new Set(calls)].filter((call) => !scopes.includes(`\`${call}\``))).toEqual([]);
  });

  it('of every call are in the table of what is asked for', () => {
    const [asked = '', calls = ''] = scopes.split('## Calls');
    for (const [, scope] of calls.matchAll(/^\| `[A-Z]+ [^|]+\| ([^|]+?)(?: †)? +\|/gm)) {
      if (scope !== 'any') expect(asked).toContain(scope);
    }
  });
});

/** What stands as the first argument of `describe` and `it`, also behind the table of an `each`. */
function titlesIn(source: string): string[] {
  return [...source.matchAll(/^\s*(?:(?:it|describe)\b.*|\]?\))\(\s*(['"`])(.+?)\1,/gm)].map(
    ([, , title]) => title!,
  );
}

describe('paths and links', () => {
  const folder = path.join(ROOT, 'docs/app-store');
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

  it('of the checklist exist', () => {
    const named = [...read('docs/app-store/checklist.md').matchAll(/`([\w.-]+(?:\/[\w.-]+)*\.[a-z]+)`/g)];
    expect(named.length).toBeGreaterThan(40);
    expect(named.map(([, file]) => file!).filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('of the checklist name tests by their titles', () => {
    const checklist = read('docs/app-store/checklist.md');
    const named = [...checklist.matchAll(/`(tests\/[\w./-]+\.test\.ts)` _([^_]+)_/g)];
    const unknown = named.filter(([, file, title]) => !titlesIn(read(file!)).includes(title!));
    expect(unknown.map(([line]) => line)).toEqual([]);
    const unnamed = checklist
      .split('\n')
      .filter((line) => /^\| +✓/u.test(line) && line.includes('.test.ts`') && !/\.test\.ts` _/.test(line));
    expect(unnamed).toEqual([]);
    expect(named.length).toBeGreaterThan(30);
  });

  it.each(pages)('of %s lead somewhere', (page) => {
    const links = [...read(`docs/app-store/${page}`).matchAll(/\]\(([^)#:]+)\)/g)].map(
      ([, target]) => target!,
    );
    expect(links.filter((target) => !existsSync(path.join(folder, target)))).toEqual([]);
  });
});
