import { describe, expect, it } from 'vitest';
import type { RecordRef } from '../../../../objects/mapping.ts';
import type { ConversationPayload, Payload } from '../../../../objects/payloads.ts';
import { linksReadBack } from '../../../../pipeline/links/links-read-back.ts';
import { namedLinks, type NamedLink } from '../../../../pipeline/links/named-links.ts';

const LOADED: Record<string, string> = {
  'requester r1': 'c-1',
  'company co': 'co-1',
  'configuration_item 1': 'i-1',
  'asset 2': 'i-2',
  'asset 3': 'i-3',
};
const resolve = ({ ref, sourceId }: RecordRef) => {
  const destinationId = LOADED[`${ref} ${sourceId}`];
  return destinationId === undefined ? undefined : { destinationId };
};
const linking = (most: number | null = null) => ({ resolve, settings: { links_per_attribute: most } });
const either = (ref: string, or: string) => (sourceId: string) => ({ ref, sourceId, or: [or] });
const ITEMS = ['1', '2', '3', '9'];

const incident: ConversationPayload = {
  resource: 'conversations',
  marker: 'INFRAON1',
  from: { ref: 'requester', sourceId: 'r1' },
  company: { ref: 'company', sourceId: 'co' },
  assignee: { ref: 'technician', sourceId: 't1' },
  body: 'Printer',
  created_at: 1,
  state: 'open',
  tags: [],
  parts: [],
  custom_attributes: {
    number: '1',
    'Infraon configuration items': ITEMS.map(either('configuration_item', 'asset')),
    'Infraon assets': ITEMS.map(either('asset', 'configuration_item')),
  },
};

function inWords(links: NamedLink[]): string[] {
  return links.map(({ field, toObject, toId, destinationId }) =>
    [field.replace('custom_attributes.', ''), toObject, toId, destinationId ?? '-'].join(' '),
  );
}

describe('links that a payload names', () => {
  it('are each the link of the object that has the id, and one that none has is one link', () => {
    expect(inWords(namedLinks(incident, linking()))).toEqual([
      'from requester r1 c-1',
      'company company co co-1',
      'Infraon configuration items configuration_item 1 i-1',
      'Infraon configuration items configuration_item 9 -',
      'Infraon assets asset 2 i-2',
      'Infraon assets asset 3 i-3',
    ]);
  });

  it('beyond what the settings allow of one attribute are refused', () => {
    const refused = namedLinks(incident, linking(1)).filter((link) => link.refused !== undefined);
    expect(inWords(refused)).toEqual(['Infraon assets asset 3 i-3']);
    expect(linksReadBack(refused, [])).toEqual(refused);
  });

  it('of an article are those in its text', () => {
    const links = [
      { href: '/a', ref: { ref: 'company', sourceId: 'co' } },
      { href: 'https://elsewhere.example' },
      { href: '/b', ref: { ref: 'company', sourceId: 'co' } },
    ];
    const article = { resource: 'articles', title: 'A', links, images: [] } as unknown as Payload;
    expect(inWords(namedLinks(article, linking()))).toEqual(['links company co co-1']);
  });
});

describe('links read back', () => {
  const links = namedLinks(incident, linking());
  const found = (comparisons: Parameters<typeof linksReadBack>[1]) =>
    Object.fromEntries(
      linksReadBack(links, comparisons).map(({ toId, readBack }) => [toId, readBack ?? 'unknown']),
    );

  it('are looked at one by one where a list differs', () => {
    const field = 'custom_attributes.Infraon assets';
    const actual = { type: 'list', instances: [{ id: 'i-3' }] };
    expect(found([{ field, class: 'missing', expected: ['i-2', 'i-3'], actual }])).toMatchObject({
      '1': 'unknown',
      '2': 'not_found',
      '3': 'found',
    });
    expect(found([{ field, class: 'changed_in_intercom', actual }])).toMatchObject({
      '2': 'changed_in_intercom',
    });
  });

  it('of a conversation include its contact, and are all gone with the record', () => {
    expect(found([{ field: 'contact', class: 'equal' }])).toMatchObject({ r1: 'found', co: 'unknown' });
    expect(found([{ field: 'record', class: 'missing' }])).toMatchObject({ r1: 'not_found', '9': 'unknown' });
  });
});
