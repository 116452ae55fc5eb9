import { expect, it } from 'vitest';
import { createIntercomTransport } from '../../../../connectors/intercom/transport.ts';

/** A transport whose every call is answered with this text. */
function answering(text: string) {
  return createIntercomTransport({
    http: {
      send: () => Promise.resolve({ status: 200, headers: {}, bytes: Buffer.from(text), text: () => text }),
      stream: () => Promise.reject(new Error('not asked for')),
    },
    baseUrl: 'http://intercom.example',
    token: 't',
    gate: { take: () => Promise.resolve(), observe: () => undefined },
    now: () => 0,
  });
}

it('answers nothing that PostgreSQL cannot hold, whatever people wrote: findings are stored', async () => {
  const call = { method: 'GET', path: '/conversations/1', operation: 'GET /conversations/{id}' } as const;
  const answer = answering(
    '{"id":"1","title":"a\\u0000b \\ud83d","admin_assignee_id":123456789012345678901}',
  );
  expect(await answer.send(call)).toEqual({
    id: '1',
    title: 'ab \ufffd',
    admin_assignee_id: '123456789012345678901',
  });
});
