import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectTypeDocument, RejectionDocument } from '../../pipeline/documents.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { DEFAULT_CREDENTIALS } from '../../simulators/infraon/server.ts';
import { openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import { declareTypes, installed, rejections, type Tenant } from '../support/tenant.ts';
import { launchChromium, openPage, type WatchedPage } from './chromium.ts';
import { addPanel, inboxOf, refusals, type Inbox } from './inbox.ts';

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
    });

    it('puts a rejected record right', async () => {
      const waiting = await rejections(tenant);
      const nobody = waiting.find(({ code }) => code === 'missing_email');
      expect(nobody).toBeDefined();
      const name = (nobody as RejectionDocument).display_id ?? (nobody as RejectionDocument).source_id;
      await inbox.press('Rejected records');
      await watched.picture('owner-16-rejected');
      await inbox.choose(name);
      await watched.picture('owner-17-rejection');
      const field = inbox.panel.getByLabel(/^New value of /);
      await field.fill('nobody.anymore@northwind.example');
      await inbox.press('Save and retry');
      await watched.picture('owner-18-saved');
      expect(await inbox.text()).toContain('Saved. The record is tried again.');
      const deadline = Date.now() + 30_000;
      for (;;) {
        const left = (await rejections(tenant)).filter(({ id }) => id === nobody?.id);
        if (left.length === 0 || Date.now() > deadline) {
          expect(left).toEqual([]);
          break;
        }
      }
    });

    it('leads back to the first canvas', async () => {
      await inbox.press('Back');
      expect(await inbox.has('Rejected records')).toBe(true);
    });
  });

  describe('for an agent', () => {
    /** A conversation that refers to a configuration item, as the simulated Intercom holds it. */
    function linkedConversation(): { id: string; number: string } {
      const { conversations, conversationAttributes } = tenant.workspace;
      for (const conversation of conversations.values()) {
        const refers = [...conversation.customAttributes].some(
          ([id, value]) =>
            conversationAttributes.get(id)?.reference?.objectTypeId === 'InfraonConfigurationItem' &&
            Array.isArray(value) &&
            value.length > 0,
        );
        const number = /INCI?\d+/.exec(JSON.stringify([...conversation.customAttributes.values()]))?.[0];
        if (refers && number !== undefined) return { id: conversation.id, number };
      }
      throw new Error('no conversation refers to a configuration item');
    }

    it('shows where a moved conversation came from', async () => {
      await openInbox(AGENT_ID);
      const { id, number } = linkedConversation();
      await inbox.openConversation(id);
      await watched.picture('agent-01-conversation');
      const text = await inbox.text();
      expect(text).toContain(`Infraon ${number}`);
      expect(text).toMatch(/Status\s+\S/);
      expect(text).toMatch(/SLA at import\s+\S/);
      expect(await inbox.has('Migration')).toBe(false);
      const original = inbox.panel.getByRole('link', { name: number });
      expect(await original.getAttribute('rel')).toContain('noopener');
      expect(await inbox.panel.locator('.panel-checks .flag').allInnerTexts()).toEqual([]);
    });

    it('opens the details of a linked item, and goes back', async () => {
      const first = (await inbox.text()).trim();
      await inbox.choose('Configuration item');
      await watched.picture('agent-02-item');
      expect(await inbox.panel.getByRole('table').count()).toBe(1);
      await inbox.press('Back');
      expect((await inbox.text()).trim().split('\n')[1]).toBe(first.split('\n')[1]);
    });

    it('finds another record by its number', async () => {
      await inbox.press('Find an Infraon record');
      await inbox.fill('Infraon number, id or link', 'INCI0000000');
      await inbox.press('Search');
      await watched.picture('agent-03-nothing');
      expect(await inbox.text()).toContain('No moved record matches INCI0000000');
      const { number } = linkedConversation();
      await inbox.fill('Infraon number, id or link', number);
      await inbox.press('Search');
      await watched.picture('agent-04-found');
      await inbox.choose(number);
      await watched.picture('agent-05-record');
      const link = inbox.panel.getByRole('link', { name: 'Open in Intercom' });
      const response = await watched.page.request.get((await link.getAttribute('href')) ?? '');
      expect(response.url()).toContain('/inbox?workspace_id=');
      await inbox.press('Back');
    });

    it('reports what is missing', async () => {
      await inbox.openConversation(linkedConversation().id);
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

  it('was never refused by Intercom or its review', async () => {
    expect(await refusals(stage)).toEqual([]);
    expect(watched.errors).toEqual([]);
  });
});
