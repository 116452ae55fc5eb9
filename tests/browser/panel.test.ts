import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectTypeDocument } from '../../pipeline/prepare/object-types.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { DEFAULT_CREDENTIALS } from '../../simulators/infraon/server.ts';
import { openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import { declareTypes, installed, rejections, type Tenant } from '../support/tenant.ts';
import { violationsOf } from './accessible.ts';
import { launchChromium, openPage, type WatchedPage } from './chromium.ts';
import { addPanel, inboxOf, refusals, type Inbox } from './inbox.ts';
import { conversationWith, type MovedConversation } from './moved.ts';

const AGENT_ID = '7101';

/** The main job by hand, in the inbox panel of a real browser: first whoever leads it, then an agent at work. */
describe('the inbox panel', () => {
  const desk = generateDesk({ seed: 3, incidents: 60 });
  let stage: Stage;
  let tenant: Tenant;
  let browser: Browser;
  let watched: WatchedPage;
  let inbox: Inbox;

  beforeAll(async () => {
    browser = await launchChromium();
    stage = await openStage({ desk });
    tenant = await installed(stage);
    await addPanel(stage);
    watched = await openPage(browser);
    inbox = inboxOf(watched.page);
    await openInbox(OWNER_ID);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  async function openInbox(admin: string): Promise<void> {
    await watched.page.goto(`${stage.intercom.url}/inbox?admin=${admin}`);
    await watched.page.getByRole('button', { name: 'Add conversation' }).waitFor();
  }

  const linked = (): MovedConversation =>
    conversationWith(tenant.workspace, ['InfraonConfigurationItem', 'InfraonProblem']);

  /** Opens what the conversation is linked to, from the first canvas or from the list behind it, and comes back. */
  async function lookAt(label: string, picture: string): Promise<void> {
    const first = await inbox.headline();
    const more = inbox.panel.getByRole('button', { name: /^Show all \d+ linked records/ });
    const shown = inbox.panel.locator('button.item').filter({ hasText: label });
    const listed = (await shown.count()) === 0;
    if (listed) await inbox.press((await more.innerText()).trim());
    const title = (await shown.first().locator('.item-title').innerText()).replace(/ \(.*\)$/, '');
    await inbox.choose(label);
    await watched.picture(picture);
    expect(await violationsOf(watched.page)).toEqual([]);
    expect(await inbox.headline()).toBe(title);
    expect(await inbox.panel.getByRole('table').count()).toBe(1);
    await inbox.press('Back');
    expect(await inbox.headline()).toBe(first);
  }

  /** An old number leads to the moved record and from there to the conversation in Intercom. */
  async function resolveNumber({ id, number }: MovedConversation, picture: string): Promise<void> {
    await inbox.press('Find an Infraon record');
    await inbox.fill('Infraon number, id or link', 'INCI0000000');
    await inbox.press('Search');
    await watched.picture(`${picture}-1-nothing`);
    expect(await inbox.text()).toContain('No moved record matches INCI0000000');
    await inbox.fill('Infraon number, id or link', number);
    await inbox.press('Search');
    await watched.picture(`${picture}-2-found`);
    await inbox.choose(number);
    await watched.picture(`${picture}-3-record`);
    expect(await inbox.text()).toMatch(new RegExp(`Intercom id\\s+${id}\\b`));
    const link = inbox.panel.getByRole('link', { name: 'Open in Intercom' });
    const response = await watched.page.request.get((await link.getAttribute('href')) ?? '');
    expect(response.url()).toContain('/inbox?workspace_id=');
    await inbox.press('Back');
    await inbox.press('Back');
  }

  describe('for the owner', () => {
    it('connects Infraon', async () => {
      await inbox.addConversation();
      await watched.picture('owner-01-first');
      await inbox.press('Connect Infraon');
      await inbox.press('Connect');
      expect(await inbox.text()).toContain('Enter the address of your Infraon desk.');
      await inbox.fill('Infraon address', stage.infraon.url);
      await inbox.fill('User name', DEFAULT_CREDENTIALS.username);
      await inbox.fill('Password', 'not the password');
      await inbox.press('Connect');
      await inbox.reach('Infraon refused', ['Refresh']);
      await watched.picture('owner-02-wrong-password');
      expect(await inbox.text()).not.toContain('Infraon is connected');
      expect(await inbox.panel.getByLabel('User name').inputValue()).toBe(DEFAULT_CREDENTIALS.username);
      await inbox.fill('Password', DEFAULT_CREDENTIALS.password);
      await inbox.press('Connect');
      await inbox.refreshUntil('Discover');
      await watched.picture('owner-03-connected');
    });

    it('discovers what is there', async () => {
      await inbox.press('Discover');
      await watched.picture('owner-04-discovering');
      await inbox.refreshUntil('Review maps');
      await watched.picture('owner-05-discovered');
    });

    it('reviews and approves every map', async () => {
      await inbox.press('Review maps');
      await watched.picture('owner-06-maps');
      const proposed = inbox.panel.locator('button.item').filter({ hasText: 'Proposed' });
      const total = await proposed.count();
      expect(total).toBeGreaterThan(0);
      for (let left = total; left > 0; left -= 1) {
        await inbox.choose('Proposed');
        if (left === total) await watched.picture('owner-07-map');
        await inbox.press('Approve map');
        expect(await proposed.count()).toBe(left - 1);
      }
    });

    it('checks readiness, with the custom object types made in between', async () => {
      const way = ['Refresh', 'Check readiness', 'Check again'];
      await inbox.reach('These must be put right first.', way);
      await watched.picture('owner-08-not-ready');
      expect(await inbox.has('Run sample')).toBe(false);
      const { types } = await tenant.admin.get<{ types: ObjectTypeDocument[] }>('/object-types');
      await declareTypes(stage, tenant, types);
      await inbox.reach('Nothing stands in the way.', way);
      await watched.picture('owner-09-ready');
      expect(await inbox.has('Run sample')).toBe(true);
    });

    it('runs and approves a sample', async () => {
      await inbox.press('Run sample');
      await watched.picture('owner-10-sample-running');
      await inbox.refreshUntil('Approve sample');
      await watched.picture('owner-11-sample-done');
      await inbox.reach('The sample is approved', ['Refresh', 'Approve sample']);
      await watched.picture('owner-12-sample-approved');
    });

    it('starts the migration, pauses, resumes and watches it', async () => {
      await inbox.press('Start migration');
      await watched.picture('owner-13-running');
      if (await inbox.has('Pause')) {
        await inbox.press('Pause');
        await watched.picture('owner-14-paused');
        if (await inbox.has('Resume')) await inbox.press('Resume');
      }
      await inbox.refreshUntil('Rejected records', 120_000);
      while (await inbox.has('Refresh')) await inbox.press('Refresh');
      await watched.picture('owner-15-finished');
      expect(await violationsOf(watched.page)).toEqual([]);
    });

    it('puts a rejected record right', async () => {
      const email = 'nobody.anymore@northwind.example';
      const nobody = (await rejections(tenant)).find(
        ({ code, object }) => code === 'missing_email' && object === 'requester',
      );
      expect(nobody).toBeDefined();
      await inbox.press('Rejected records');
      await watched.picture('owner-16-rejected');
      expect(await violationsOf(watched.page)).toEqual([]);
      await inbox.choose(nobody?.name ?? '');
      await watched.picture('owner-17-rejection');
      expect(await violationsOf(watched.page)).toEqual([]);
      await inbox.panel.getByLabel(/^New value of /).fill(email);
      await inbox.press('Save and retry');
      await watched.picture('owner-18-saved');
      expect(await inbox.text()).toContain('Saved. The record is tried again.');
      const left = async () => (await rejections(tenant)).filter(({ id }) => id === nobody?.id);
      await expect.poll(left, { timeout: 30_000 }).toEqual([]);
      const arrived = () =>
        [...tenant.workspace.contacts.values()].filter((contact) => contact.email === email);
      // It is no rejection any more as soon as it is tried again.
      await expect.poll(arrived, { timeout: 30_000 }).toHaveLength(1);
    });

    it('tries all records with one reason again', async () => {
      const alike = (await rejections(tenant)).filter(
        ({ code, object }) => code === 'parent_missing' && object === 'incident',
      );
      expect(alike.length).toBeGreaterThan(1);
      await inbox.choose(alike[0]?.display_id ?? '');
      await watched.picture('owner-19-alike');
      await inbox.press(`Retry all ${alike.length} records with this reason`);
      await watched.picture('owner-20-all-tried');
      expect(await inbox.text()).toContain(`${alike.length} records tried again.`);
    });

    it('leads back to the first canvas', async () => {
      await inbox.press('Back');
      expect(await inbox.has('Rejected records')).toBe(true);
    });

    it('shows what is open before the cut-over, and what an undo would do', async () => {
      // What was tried again is still under way on a slow machine.
      await inbox.reach('Cut-over board', ['Refresh']);
      await inbox.press('Cut-over board');
      await watched.picture('owner-21-cut-over');
      expect(await inbox.text()).toMatch(/Open items\s+\d+ of \d+/);
      await inbox.press('Undo');
      await watched.picture('owner-22-undo');
      await inbox.press('Dry run');
      await inbox.reach('Dry run of the undo', ['Refresh']);
      await watched.picture('owner-23-dry-run');
      const [, deleted] = /Deleted\s+(\d+)/.exec(await inbox.text()) ?? [];
      expect(Number(deleted)).toBeGreaterThan(0);
      // Nothing was undone.
      expect(tenant.workspace.conversations.has(linked().id)).toBe(true);
    });

    it('rehearses the last delta', async () => {
      await inbox.press('Cut-over board');
      await inbox.press('Rehearse delta');
      await inbox.reach('The delta run is complete', ['Refresh']);
      await watched.picture('owner-24-delta');
    });

    it('looks at a moved conversation, its configuration item and its problem', async () => {
      await inbox.openConversation(linked().id);
      await watched.picture('owner-25-conversation');
      expect(await inbox.has('Migration')).toBe(true);
      expect(await inbox.panel.locator('.panel-checks .flag').allInnerTexts()).toEqual([]);
      await lookAt('Configuration item', 'owner-26-item');
      await lookAt('Problem', 'owner-27-problem');
    });

    it('finds the moved record of an old number', async () => {
      await resolveNumber(linked(), 'owner-28-number');
      await inbox.press('Migration');
      expect(await inbox.has('Rejected records')).toBe(true);
    });
  });

  describe('for an agent', () => {
    it('shows where a moved conversation came from', async () => {
      await openInbox(AGENT_ID);
      const { id, number } = linked();
      await inbox.openConversation(id);
      await watched.picture('agent-01-conversation');
      expect(await violationsOf(watched.page)).toEqual([]);
      const text = await inbox.text();
      expect(text).toContain(`Infraon ${number}`);
      expect(text).toMatch(/Status\s+\S/);
      expect(text).toMatch(/SLA at import\s+\S/);
      expect(await inbox.has('Migration')).toBe(false);
      const original = inbox.panel.getByRole('link', { name: number });
      expect(await original.getAttribute('rel')).toContain('noopener');
      expect(await inbox.panel.locator('.panel-checks .flag').allInnerTexts()).toEqual([]);
    });

    it('opens the configuration item and the problem, and goes back', async () => {
      await lookAt('Configuration item', 'agent-02-item');
      await lookAt('Problem', 'agent-03-problem');
    });

    it('finds the moved record of an old number', async () => {
      await resolveNumber(linked(), 'agent-04-number');
    });

    it('reports what is missing', async () => {
      await inbox.openConversation(linked().id);
      await inbox.press('Report something missing');
      await inbox.press('Send report');
      await watched.picture('agent-06-empty-report');
      expect(await inbox.panel.getByLabel('What is missing?').getAttribute('aria-invalid')).toBe('true');
      await inbox.fill('What is missing?', 'The photo of the label is not here.');
      await inbox.press('Send report');
      await watched.picture('agent-07-reported');
      expect(await inbox.text()).toContain('Reported.');
      await inbox.press('Done');
    });

    it('is told that a conversation of its own was not moved', async () => {
      await inbox.addConversation('scripts');
      await watched.picture('agent-08-not-moved');
      expect(await inbox.text()).toContain('This conversation was not moved from Infraon.');
      expect(await inbox.has('Connect Infraon')).toBe(false);
    });
  });

  it('would be found out by axe-core without its labels', async () => {
    await inbox.press('Find an Infraon record');
    expect(await violationsOf(watched.page)).toEqual([]);
    await watched.page.evaluate(
      "document.querySelectorAll('.canvas label').forEach((label) => label.remove())",
    );
    expect((await violationsOf(watched.page)).join()).toContain('label');
  });

  it('was never refused by Intercom or its review', async () => {
    expect(await refusals(stage)).toEqual([]);
    expect(watched.errors).toEqual([]);
  });
});
