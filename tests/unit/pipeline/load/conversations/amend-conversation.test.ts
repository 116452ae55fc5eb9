import { describe, expect, it } from 'vitest';
import type { ConversationPayload, FileRef } from '../../../../../objects/payloads.ts';
import { amendConversation } from '../../../../../pipeline/load/conversations/amend-conversation.ts';

const file = (key: string): FileRef => ({
  key,
  name: `${key}.png`,
  content_type: 'image/png',
  size: 10,
  path: `/media/${key}`,
});

function incident(files: FileRef[] | undefined, partFiles: FileRef[] | undefined): ConversationPayload {
  return {
    resource: 'conversations',
    from: { ref: 'requester', sourceId: '1' },
    body: 'Printer',
    marker: 'INFRAONINCI1',
    created_at: 100,
    state: 'open',
    tags: [],
    custom_attributes: {},
    parts: [
      {
        key: 'a',
        kind: 'note',
        author: { kind: 'other', name: 'Ann' },
        body: 'See the picture',
        created_at: 101,
        ...(partFiles === undefined ? {} : { files: partFiles }),
      },
    ],
    ...(files === undefined ? {} : { files }),
  };
}

describe('files of a conversation that changed at the source', () => {
  it('what was sent stays named, what is new follows, and what was removed is said', () => {
    const last = incident([file('one'), file('two')], [file('three')]);
    const { payload, warnings } = amendConversation(incident([file('two'), file('four')], undefined), last);
    expect(payload.files?.map(({ key }) => key)).toEqual(['one', 'two', 'four']);
    expect(payload.parts[0]?.files?.map(({ key }) => key)).toEqual(['three']);
    expect(warnings.map(({ code, field, value }) => [code, field, value])).toEqual([
      ['deleted_at_source', 'parts.a.files', 'three.png'],
      ['deleted_at_source', 'files', 'one.png'],
    ]);
  });

  it('an entry that never had files gets none', () => {
    const { payload, warnings } = amendConversation(
      incident(undefined, undefined),
      incident(undefined, undefined),
    );
    expect(payload).toEqual(incident(undefined, undefined));
    expect(warnings).toEqual([]);
  });
});
