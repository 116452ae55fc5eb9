import type { ConversationPanel } from '../../pipeline/use-cases.ts';
import {
  back,
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
import { FIRST_CANVAS_HEIGHT, totalHeight } from '../limits.ts';

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
  const number = plain(panel.number);
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

function linked(items: ListItem[], usedHeight: number): Component[] {
  if (usedHeight + totalHeight(list(items)) < FIRST_CANVAS_HEIGHT) return list(items);
  const more = button('related', `Show all ${counted(items.length, 'linked record')}`, 'secondary');
  for (let count = items.length - 1; count > 0; count -= 1) {
    const components = [...list(items.slice(0, count)), more];
    if (usedHeight + totalHeight(components) < FIRST_CANVAS_HEIGHT) return components;
  }
  return [more];
}

export function relatedScreen(panel: ConversationPanel): Canvas {
  return canvas(
    [
      header(`Linked to ${plain(panel.number)}`),
      ...(panel.related.length === 0 ? [muted('Nothing was linked in Infraon.')] : []),
      ...list(panel.related.map(itemOf)),
      ...back(),
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
