import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listRejections, resolveRejections } from '../../../pipeline/reconcile/rejections.ts';
import type { Conversation } from '../../../simulators/intercom/records.ts';
import { filesWorld, type FilesWorld } from '../files/world.ts';
import { OPERATOR, OWNER } from '../planning/world.ts';

let files: FilesWorld;
let incident: string;

beforeEach(async () => {
  files = await filesWorld();
  incident = files.addIncident({ entries: [{ body: '<p>Still broken.</p>' }] });
});
afterEach(async () => files.close());

function conversations(): Conversation[] {
  return [...files.world.intercom.state.workspaces.get(OWNER.workspaceId)!.conversations.values()];
}

/** Before the first question about a lost answer, something happens in Intercom that makes it hard to answer. */
function meanwhile(asks: string, change: () => void): void {
  const { faults } = files.world.intercom.state;
  const pick = faults.pick;
  let isDone = false;
  faults.pick = (method, template) => {
    if (!isDone && `${method} ${template}` === asks) {
      isDone = true;
      change();
    }
    return pick(method, template);
  };
}

/** The conversation was made, but its answer got lost, and what is found bears our word and another second. */
async function loseConversation(): Promise<string> {
  files.world.intercom.state.faults.add([
    { method: 'POST', path: '/conversations', mode: 'drop_after_commit', times: 1 },
  ]);
  meanwhile('POST /conversations/search', () => {
    for (const conversation of conversations()) conversation.createdAt += 5;
  });
  expect((await files.run()).get(incident)).toMatchObject({
    outcome: 'rejected',
    reasonCode: 'unknown_outcome',
  });
  expect(conversations()).toHaveLength(1);
  return conversations()[0]!.id;
}

/** As an operator does in the panel or through the API; the record is loaded by the next run. */
async function say(intercom_id: string) {
  const { deps } = files.world;
  const filter = { code: 'unknown_outcome' };
  await resolveRejections(deps, OPERATOR, filter, { action: 'edit', values: { intercom_id } });
  await deps.db.sql`update runs set state = 'completed'`;
  return (await files.run()).get(incident)!;
}

describe('a conversation of which nobody can say whether it was made', () => {
  it('is set aside with both readings, and not made again by itself', async () => {
    const id = await loseConversation();
    const { items } = await listRejections(files.world.deps, OPERATOR, {});
    expect(items).toMatchObject([{ code: 'unknown_outcome', field: 'intercom_id', value: id }]);
    const [{ message, suggestion }] = items as [(typeof items)[0]];
    expect(message).toMatch(/We sent .*2025-03-01.* Found: /);
    expect(message).toContain(id);
    expect(suggestion).toContain('none');
    expect((await files.run()).get(incident)).toMatchObject({ reasonCode: 'unknown_outcome' });
    expect(conversations()).toHaveLength(1);
  });

  it('is the one that a person names', async () => {
    const id = await loseConversation();
    const loaded = await say(id);
    expect(loaded).toMatchObject({ outcome: 'created', conversation: { id } });
    expect(loaded.parts.map(({ body }) => body)).toEqual([expect.stringContaining('Still broken.')]);
    expect(conversations()).toHaveLength(1);
  });

  it('is made when a person says that there is none', async () => {
    const id = await loseConversation();
    const loaded = await say('None');
    expect(loaded.outcome).toBe('created');
    expect(loaded.conversation.id).not.toBe(id);
    expect(conversations()).toHaveLength(2);
    expect((await files.run()).get(incident)).toMatchObject({ outcome: 'unchanged' });
    expect(conversations()).toHaveLength(2);
  });

  it('stays set aside when Intercom does not know the id', async () => {
    await loseConversation();
    expect(await say('999999')).toMatchObject({ outcome: 'rejected', reasonCode: 'unknown_outcome' });
    expect(conversations()).toHaveLength(1);
  });
});

describe("a reply at whose second somebody else's text stands", () => {
  beforeEach(async () => {
    files.world.intercom.state.faults.add([
      { method: 'POST', path: '/conversations/{id}/reply', mode: 'drop_after_commit', times: 1 },
    ]);
    meanwhile('GET /conversations/{id}', () => {
      for (const { parts } of conversations()) for (const part of parts) part.body = '<p>Otherwise.</p>';
    });
    expect((await files.run()).get(incident)).toMatchObject({ reasonCode: 'unknown_outcome' });
  });

  const texts = () => conversations()[0]!.parts.map(({ body }) => body);

  it('is that text, says the one who enters its id', async () => {
    expect((await say('1')).step).toBe('done');
    expect(texts()).toEqual(['<p>Otherwise.</p>']);
  });

  it('is sent when a person says that there is none', async () => {
    await say('none');
    expect(texts()).toEqual(['<p>Otherwise.</p>', expect.stringContaining('Still broken.')]);
  });
});
