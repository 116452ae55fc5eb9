import type { ConversationPanel, LinkedRecord } from '../../pipeline/use-cases.ts';
import {
  back,
  brief,
  button,
  canvas,
  header,
  input,
  item,
  link,
  list,
  muted,
  plain,
  table,
  type Canvas,
  type Component,
  type ListItem,
} from '../components.ts';
import { asOf, counted, formatDate, formatValue, type View } from '../format.ts';
import { FIRST_CANVAS_HEIGHT, heightOf, totalHeight } from '../limits.ts';

/** One line: a first canvas has little room. */
const NUMBER_LENGTH = 24;
/** Linked records shown at once. */
const PAGE = 10;

type Linked = Pick<ConversationPanel, 'related' | 'owned'>;

/** What is linked to the conversation, then what belongs to its contact: the second says so. */
function itemsOf({ related, owned }: Linked): ListItem[] {
  return [
    ...related.map((record) => itemOf(record, record.label)),
    ...owned.map((record) => itemOf(record, `${record.label} of this contact`)),
  ];
}

function itemOf(related: LinkedRecord, label: string): ListItem {
  const number =
    related.display_id === null || related.display_id === related.title ? '' : ` (${related.display_id})`;
  return item(
    `related:${related.object}:${related.source_id}`,
    `${related.title}${number}`,
    label,
    related.subtitle ?? undefined,
  );
}

/** What every agent sees on a conversation that we moved; as many linked records as the first canvas has room for. */
export function conversationScreen(panel: ConversationPanel, view: View, mayLead: boolean): Canvas {
  const number = plain(brief(panel.number, NUMBER_LENGTH));
  const title = header(`Infraon ${panel.url === null ? number : link(number, panel.url)}`);
  const rows: [string, string | null][] = [
    ['Status', panel.status],
    ['SLA at import', panel.sla],
  ];
  const below: Component[] = [
    button('find', 'Find an Infraon record', 'secondary'),
    button('report', 'Report something missing', 'secondary'),
    ...(mayLead ? [button('migration', 'Migration', 'link')] : []),
    muted(asOf(view)),
  ];
  const items = linked(itemsOf(panel), totalHeight([title, ...table(rows), ...below]));
  // When it was moved is in Intercom's own history too: it is said where the links leave room.
  const withTime = table([...rows, ['Moved', formatDate(panel.imported_at, view.timezone)]]);
  const whole = [title, ...withTime, ...items, ...below];
  return canvas(
    totalHeight(whole) < FIRST_CANVAS_HEIGHT ? whole : [title, ...table(rows), ...items, ...below],
    { view: 'conversation' },
  );
}

/** As many items as there is room for, from the front. */
function linked(items: ListItem[], usedHeight: number): Component[] {
  const room = FIRST_CANVAS_HEIGHT - 1 - usedHeight;
  const shown = whatFits(items, room);
  if (shown.length === items.length) return list(items);
  const more = button('related', `Show all ${counted(items.length, 'linked record')}`, 'link');
  return [...list(whatFits(items, room - heightOf(more))), more];
}

function whatFits(items: ListItem[], room: number): ListItem[] {
  const end = items.findIndex((_one, index) => totalHeight(list(items.slice(0, index + 1))) > room);
  return end < 0 ? items : items.slice(0, end);
}

/** For people without a part in the migration, on a conversation that we did not move. */
export function notMovedScreen(view: View, owned: LinkedRecord[]): Canvas {
  const above = [muted('This conversation was not moved from Infraon.')];
  const below = [
    input('q', 'Infraon number, id or link'),
    button('find', 'Find an Infraon record', 'secondary'),
    muted(asOf(view)),
  ];
  const items = itemsOf({ related: [], owned });
  return canvas([...above, ...linked(items, totalHeight([...above, ...below])), ...below], {
    view: 'not_moved',
  });
}

export function relatedScreen(records: Linked, from = 0): Canvas {
  const next = from + PAGE;
  const items = itemsOf(records);
  return canvas(
    [
      header('Linked records'),
      ...(items.length === 0 ? [muted('Nothing was linked in Infraon.')] : []),
      ...list(items.slice(from, next)),
      ...(next < items.length
        ? [
            button(
              `related_from:${next}`,
              `Show more of ${counted(items.length, 'linked record')}`,
              'secondary',
            ),
          ]
        : []),
      ...back(from === 0 ? 'home' : 'related'),
    ],
    { view: 'related' },
  );
}

export function relatedRecordScreen(related: LinkedRecord, view: View): Canvas {
  return canvas(
    [
      header(plain(related.title)),
      muted(related.label),
      ...table([
        ['Number', related.display_id],
        ...related.fields.map(({ label, value }) => [label, formatValue(value, view.timezone)] as const),
      ]),
      ...(related.fields.length === 0 ? [muted('No details were moved for it.')] : []),
      ...back(),
    ],
    { view: 'related_record' },
  );
}
