import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runErrand } from '../../../pipeline/panel/run-errand.ts';
import { labelsOf, panelClient, textOf, type PanelClient } from '../../support/panel.ts';
import { cutoverWorld, OPERATOR_ID, OWNER_ID, VIEWER_ID, type CutoverWorld } from './world.ts';

/** The cut-over in the inbox panel: a summary and the way to the console, by role. */
let world: CutoverWorld;
let owner: PanelClient;

beforeAll(async () => {
  world = await cutoverWorld();
  owner = panelClient(world.test, { adminId: OWNER_ID, conversationId: 'elsewhere' });
  await world.ran('full');
  await world.test.deps.db.sql`
    insert into discoveries (workspace_id, state) select workspace_id, 'done' from installations`;
});
afterAll(() => world?.close());

describe('after completion', () => {
  it('the first canvas leads to the board, and by it to the delta and the undo', async () => {
    const labels = labelsOf(await owner.initialize());
    expect(labels).toContain('Cut-over board');
    // They would take the room that a first canvas lacks.
    expect(labels).not.toEqual(expect.arrayContaining(['Undo']));
  });

  it('the board says what is open', async () => {
    const canvas = await owner.submit('cut_over');
    expect(textOf(canvas)).toContain('No-go');
    expect(textOf(canvas)).toContain('• Infraon is read-only');
    expect(textOf(canvas)).toContain('/console/cut-over');
    expect(labelsOf(canvas)).toEqual(expect.arrayContaining(['Rehearse delta', 'Undo', 'Back']));
  });

  it('a delta that cannot be started says why, on a canvas with a way back', async () => {
    expect(textOf(await owner.submit('rehearse_delta'))).toContain('Starting the run');
    const { deps } = world.test;
    const [errand] = await deps.db.sql<{ id: string; workspaceId: string }[]>`
      select id, workspace_id as "workspaceId" from panel_errands where kind = 'start'`;
    await runErrand(deps, errand!.workspaceId, errand!.id);
    const canvas = await owner.submit('started:delta');
    expect(textOf(canvas)).toMatch(/Not ready|sample/);
    expect(labelsOf(canvas)).toContain('Back');
  });

  it('undoing begins with a dry run, for owners only', async () => {
    expect(labelsOf(await owner.submit('undo'))).toEqual(expect.arrayContaining(['Dry run', 'Back']));
    const operator = panelClient(world.test, { adminId: OPERATOR_ID, conversationId: 'elsewhere' });
    expect(labelsOf(await operator.submit('cut_over'))).not.toContain('Undo');
    expect(textOf(await operator.submit('undo'))).toContain('Only an owner');
    expect(textOf(await operator.submit('undo_dry_run'))).toMatch(/owner/);
  });

  it('agents see nothing of it', async () => {
    const agent = panelClient(world.test, { adminId: VIEWER_ID, conversationId: 'elsewhere' });
    expect(textOf(await agent.submit('cut_over'))).not.toContain('No-go');
    expect(textOf(await agent.submit('rehearse_delta'))).toMatch(/role/);
  });
});
