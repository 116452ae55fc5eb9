import type { ConversationPanel } from '../../pipeline/use-cases.ts';
import {
  back,
  brief,
  button,
  canvas,
  header,
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
import { asOf, counted, formatTime, formatValue, type View } from '../format.ts';
import { FIRST_CANVAS_HEIGHT, heightOf, totalHeight } from '../limits.ts';

/** One line: a first canvas has little room. */
const NUMBER_LENGTH = 24;
/** Linked records shown at once. */
const PAGE = 10;

type Related = ConversationPanel['related'][number];

function itemOf(related: Related): ListItem {
  const number =
    related.display_id === null || related.display_id === related.title ? '' : ` (${related.display_id})`;
  return item(
    `related:${related.object}:${related.source_id}`,
    `${related.title}${number}`,
    related.label,
    related.subtitle ?? undefined,
  );
}

/** What every agent sees on a conversation that we moved; as many linked records as the first canvas has room for. */
export function conversationScreen(panel: ConversationPanel, view: View, mayLead: boolean): Canvas {
  const number = plain(brief(panel.number, NUMBER_LENGTH));
  const above: Component[] = [
    header(`Infraon ${panel.url === null ? number : link(number, panel.url)}`),
    ...table([
      ['Status', panel.status],
      ['SLA at import', panel.sla],
    ]),
  ];
  const below: Component[] = [
    button('find', 'Find an Infraon record', 'secondary'),
    button('report', 'Report something missing', 'secondary'),
    ...(mayLead ? [button('migration', 'Migration', 'link')] : []),
    muted(`Moved ${formatTime(panel.imported_at, view.timezone)}. ${asOf(view)}`),
  ];
  const items = panel.related.map(itemOf);
  return canvas([...above, ...linked(items, totalHeight([...above, ...below])), ...below], {
    view: 'conversation',
  });
}

/** As many items as there is room for, from the front. */
function linked(items: ListItem[], usedHeight: number): Component[] {
  const room = FIRST_CANVAS_HEIGHT - 1 - usedHeight;
  const shown = whatFits(items, room);
  if (shown.length === items.length) return list(items);
  const more = button('related', `Show all ${counted(items.length, 'linked record')}`, 'secondary');
  return [...list(whatFits(items, room - heightOf(more))), more];
}

function whatFits(items: ListItem[], room: number): ListItem[] {
  let used = 0;
  const end = items.findIndex((one) => (used += totalHeight(list([one]))) > room);
  return end < 0 ? items : items.slice(0, end);
}

export function relatedScreen(panel: ConversationPanel, from = 0): Canvas {
  const next = from + PAGE;
  return canvas(
    [
      header(`Linked to ${plain(brief(panel.number, NUMBER_LENGTH))}`),
      ...(panel.related.length === 0 ? [muted('Nothing was linked in Infraon.')] : []),
      ...list(panel.related.slice(from, next).map(itemOf)),
      ...(next < panel.related.length
        ? [
            button(
              `related_from:${next}`,
              `Show more of ${counted(panel.related.length, 'linked record')}`,
              'secondary',
            ),
          ]
        : []),
      ...back(from === 0 ? 'home' : 'related'),
    ],
    { view: 'related' },
  );
}

export function relatedRecordScreen(related: Related, view: View): Canvas {
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
