import type { MapDocument, MapSummary } from '../../pipeline/maps/map-document.ts';
import {
  back,
  button,
  canvas,
  errorText,
  header,
  item,
  link,
  list,
  muted,
  paragraph,
  plain,
  table,
  type Canvas,
} from '../components.ts';
import { counted } from '../format.ts';

/** Fields shown at once: values longer than a cell are cut by Intercom, so the rest is a second canvas. */
const RULES_PER_PAGE = 12;

/** An item per object. */
export function mapsScreen(
  maps: MapSummary[],
  nameOf: (object: string) => string,
  note: string | null,
): Canvas {
  const open = maps.filter((map) => map.state !== 'approved').length;
  return canvas(
    [
      header('Review maps'),
      ...(note === null ? [] : [paragraph(`✅ ${plain(note)}`)]),
      muted(
        maps.length === 0
          ? 'There is no map yet. Choose Discover first.'
          : open === 0
            ? 'Every map is approved.'
            : `${counted(open, 'map')} to approve. Choose one to see where each field goes.`,
      ),
      ...list(
        maps.map((map) =>
          item(
            `map:${map.object}`,
            nameOf(map.object),
            `${map.state === 'approved' ? 'Approved' : 'Proposed'}, version ${map.version}`,
            `${counted(map.rules, 'rule')}, ${map.unmapped} without a home`,
          ),
        ),
      ),
      ...(maps.length > 0 && open === 0 ? [button('readiness', 'Check readiness', 'primary')] : []),
      ...back('migration'),
    ],
    { view: 'maps' },
  );
}

/** A cell shows about twenty characters, and of an attribute's path the name is what tells them apart. */
function attributeOf(target: string): string {
  return target.replace(/^custom_attributes\./, '');
}

/** How many rules the proposal is not sure of; the catalogue's own have the confidence 1. */
function guessedOf({ rules, state }: MapDocument): string {
  const guessed = rules.filter(({ confidence }) => confidence < 1).length;
  if (state === 'approved') return '';
  return guessed === 0
    ? 'No field had to be guessed.'
    : `${guessed} of ${counted(rules.length, 'field')} had to be guessed: look at these, listed first. Approving accepts the rest as well.`;
}

export function mapScreen(
  map: MapDocument,
  name: string,
  options: {
    from: number;
    consoleUrl: string;
    error: string | null;
    /** What people call a field of Infraon; its key where it has no name. */
    fieldName: (key: string) => string;
  },
): Canvas {
  // What was guessed comes first: of sixty fields a person has to look at few.
  const sorted = [...map.rules].sort((one, other) => one.confidence - other.confidence);
  const rules = sorted.slice(options.from, options.from + RULES_PER_PAGE);
  const next = options.from + RULES_PER_PAGE;
  const state =
    map.state === 'approved'
      ? `Version ${map.version}, approved by ${plain(map.approved_by ?? 'an owner')}.`
      : `Version ${map.version}, proposed.`;
  return canvas(
    [
      header(name),
      muted(`${state} ${guessedOf(map)}`),
      ...table(
        rules.map((rule) => [
          rule.source === '' ? 'computed' : options.fieldName(rule.source),
          attributeOf(rule.target),
        ]),
      ),
      ...(next < map.rules.length
        ? [button(`map:${map.object}:${next}`, 'Show more fields', 'secondary')]
        : []),
      muted(
        `${counted(map.unmapped.length, 'field')} without a home in Intercom. ${link('Edit in the console', `${options.consoleUrl}/console/maps/${map.object}`)}`,
      ),
      ...(options.error === null ? [] : [errorText(plain(options.error))]),
      ...(map.state === 'approved'
        ? []
        : [button(`approve_map:${map.object}:${map.version}`, 'Approve map', 'primary')]),
      ...back('maps'),
    ],
    { view: 'map', object: map.object, version: map.version },
  );
}
