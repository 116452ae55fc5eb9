import type { MapDocument } from '../../pipeline/maps/map-document.ts';
import type { FormError } from './form-fields.ts';
import type { RuleOptions } from './rule-page.ts';

type Options = MapDocument['rules'][number]['options'];

/** Only this transform maps values, and lists of words are no JSON that people should have to write. */
const VALUE_MAP = 'enum';

export function optionsAsText(transform: string, options: Options): RuleOptions {
  if (transform !== VALUE_MAP) {
    const text = Object.keys(options).length === 0 ? '' : JSON.stringify(options, null, 2);
    return { kind: 'json', text };
  }
  const { map = {}, allowed = [] } = options as { map?: Record<string, string>; allowed?: string[] };
  const lines = Object.entries(map).map(([from, to]) => `${from} = ${to}`);
  return { kind: 'values', map: lines.join('\n'), allowed: allowed.join('\n') };
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What was typed, as options over those that stand in the map; or what is wrong with it. */
export function optionsFromText(
  typed: RuleOptions,
  before: Options,
): { options: Options } | { error: FormError } {
  return typed.kind === 'json' ? fromJson(typed.text) : fromLines(typed, before);
}

function fromJson(text: string): { options: Options } | { error: FormError } {
  if (text.trim() === '') return { options: {} };
  const message = 'This is no JSON object. Write it as {"name": "value"}, or leave it empty.';
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return { options: parsed as Options };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { error: { field: 'options', message } };
}

function fromLines(
  typed: Extract<RuleOptions, { kind: 'values' }>,
  before: Options,
): { options: Options } | { error: FormError } {
  const pairs: [string, string][] = [];
  for (const line of linesOf(typed.map)) {
    // The last sign parts them where a word of Infraon holds one itself and is written with spaces around it.
    const [, from, to] = /^(.*?)\s*=\s*([^=]*)$/.exec(line) ?? [];
    if (from === undefined || to === undefined || from === '' || to === '') {
      const message = `"${line}" names no pair. Write the word in Infraon = the word in Intercom.`;
      return { error: { field: 'map', message } };
    }
    pairs.push([from, to]);
  }
  return { options: { ...before, map: Object.fromEntries(pairs), allowed: linesOf(typed.allowed) } };
}
