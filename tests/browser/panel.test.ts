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
      await inbox.press('Check readiness');
      await watched.picture('owner-08-not-ready');
      expect(await inbox.has('Run sample')).toBe(false);
      const { types } = await tenant.admin.get<{ types: ObjectTypeDocument[] }>('/object-types');
      await declareTypes(stage, tenant, types);
      await inbox.press('Check again');
      await watched.picture('owner-09-ready');
      expect(await inbox.has('Run sample')).toBe(true);
    });

    it('runs and approves a sample', async () => {
      await inbox.press('Run sample');
      await watched.picture('owner-10-sample-running');
      await inbox.refreshUntil('Approve sample');
      await watched.picture('owner-11-sample-done');
      await inbox.press('Approve sample');
      await watched.picture('owner-12-sample-approved');
      expect(await inbox.text()).toContain('The sample is approved');
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
    it('shows where a moved conversation came from', async () => {
      await openInbox(AGENT_ID);
      const linked = desk.hard_cases.find(({ name }) => name === 'incident_with_relations')?.ids[0];
      await inbox.openConversation(linked ?? 'INC');
      await watched.picture('agent-01-conversation');
      const text = await inbox.text();
      expect(text).toMatch(/Infraon\s+INC/);
      expect(text).toContain('Status');
      expect(await inbox.has('Migration')).toBe(false);
      expect(await inbox.has('Find an Infraon record')).toBe(true);
    });
  });

  it('was never refused by Intercom or its review', async () => {
    expect(await refusals(stage)).toEqual([]);
    expect(watched.errors).toEqual([]);
  });
});
