import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_CANVAS_HEIGHT, heightOf } from '../../canvas-kit/limits.ts';
import type { Exchange } from '../../simulators/intercom/inbox/inbox-state.ts';
import { fuzz } from '../support/canvases/hostile.ts';
import { SCREENS } from '../support/canvases/screens.ts';
import { openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import { control, installed } from '../support/tenant.ts';
import { violationsOf } from './accessible.ts';
import { launchChromium, openPage, type WatchedPage } from './chromium.ts';
import { measuredHeights } from './heights.ts';
import { addPanel, APP_NAME, inboxOf, type Inbox } from './inbox.ts';

const FIRST_CANVASES = Object.entries(SCREENS).filter(([, [{ first }]]) => first);
const CANVASES_OF_EACH = 50;

/** How the inbox treats an app: what it sends and when, and what a person sees when the app does not answer well. */
describe('the inbox as a host', () => {
  let stage: Stage;
  let browser: Browser;
  let watched: WatchedPage;
  let inbox: Inbox;

  beforeAll(async () => {
    browser = await launchChromium();
    stage = await openStage({ workers: 0 });
    await installed(stage);
    await addPanel(stage);
    watched = await openPage(browser);
    inbox = inboxOf(watched.page);
    await watched.page.goto(`${stage.intercom.url}/inbox?admin=${OWNER_ID}`);
    await watched.page.getByRole('button', { name: 'Add conversation' }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const set = (settings: Record<string, unknown>) => control(stage, 'PATCH', 'inbox-settings', settings);
  const exchanges = (): Exchange[] => stage.intercom.state.inbox.exchanges;

  it.each(FIRST_CANVASES)(
    'paints %s no higher than planned, and below the limit',
    async (_name, [, canvases]) => {
      const shown = fc.sample(canvases, fuzz(CANVASES_OF_EACH));
      for (const [index, heights] of (await measuredHeights(watched.page, shown)).entries()) {
        const { components } = shown[index]!.content;
        const higher = components.filter((component, at) => heights[at]! > heightOf(component));
        expect(higher).toEqual([]);
        expect(heights.reduce((sum, height) => sum + height, 0)).toBeLessThan(FIRST_CANVAS_HEIGHT);
      }
    },
  );

  it('asks once per participant, for the first five of a group at once', async () => {
    await inbox.addConversation('group');
    await expect.poll(() => exchanges().length).toBe(5);
    await watched.page.getByRole('button', { name: 'Lena Ostrow' }).click();
    await expect.poll(() => exchanges().length).toBe(6);
    await watched.page.getByRole('button', { name: 'Mira Sol', exact: true }).click();
    await inbox.panel.getByRole('button', { name: 'Connect Infraon' }).waitFor();
    expect(exchanges()).toHaveLength(6);
    const people = exchanges().map(
      ({ requestBody }) => (JSON.parse(requestBody) as { contact: { id: string } }).contact.id,
    );
    expect(new Set(people).size).toBe(6);
  });

  it('survives every spelling of a request, two megabytes of conversation and the other body shapes', async () => {
    for (const bodyStyle of ['compact', 'spaced', 'escaped', 'shuffled', 'extra']) {
      await set({ bodyStyle });
      await inbox.addConversation('scripts');
      expect(await inbox.has('Connect Infraon')).toBe(true);
    }
    await set({ largeConversation: true, contactKey: 'customer', currentCanvas: 'nested', region: false });
    await inbox.addConversation('long');
    await inbox.press('Connect Infraon');
    expect(await inbox.text()).toContain('Infraon address');
    await set({ largeConversation: false, contactKey: 'none', currentCanvas: 'flat', doubleSubmit: true });
    await inbox.addConversation('lead');
    await inbox.press('Connect Infraon');
    await inbox.press('Back');
    await set({ bodyStyle: 'varied', contactKey: 'contact', doubleSubmit: false, region: true });
  });

  it('shows an error card with Retry when the app refuses, and the reason in the drawer', async () => {
    for (const signature of ['missing', 'wrong', 'uppercase']) {
      await set({ signature });
      await inbox.addConversation('lead');
      expect(await inbox.text()).toContain('Something went wrong');
    }
    await watched.page.getByRole('button', { name: /^Developer drawer/ }).click();
    await watched.picture('host-01-refused');
    const drawer = watched.page.getByRole('region', { name: 'Developer drawer' });
    expect(await drawer.innerText()).toContain('The status is 401 instead of 200.');
    expect(await violationsOf(watched.page)).toEqual([]);
    await set({ signature: 'valid' });
    await inbox.press('Retry');
    expect(await inbox.has('Connect Infraon')).toBe(true);
    await watched.page.getByRole('button', { name: /^Developer drawer/ }).click();
  });

  it('drops an answer that comes after the teammate has gone on', async () => {
    await set({ network: 'slow' });
    await watched.page.getByRole('button', { name: 'Add conversation' }).click();
    await inbox.panel.getByText('Loading…').waitFor();
    const before = exchanges().length;
    await set({ network: 'normal' });
    await inbox.addConversation('group');
    await expect.poll(() => exchanges().length, { timeout: 10_000 }).toBe(before + 6);
    const drawer = watched.page.getByRole('region', { name: 'Developer drawer', includeHidden: true });
    await expect.poll(() => drawer.textContent()).toContain('Answer came late and was dropped.');
    expect(await watched.page.locator('main h2').innerText()).toBe('Meeting room display');
    expect(await inbox.has('Connect Infraon')).toBe(true);
  });

  it('is usable without a mouse', async () => {
    const { page } = watched;
    await inbox.panel.getByRole('button', { name: 'Connect Infraon' }).focus();
    await page.keyboard.press('Enter');
    await inbox.panel.getByLabel('Infraon address').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('https://desk.example');
    expect(await inbox.panel.getByLabel('Infraon address').inputValue()).toBe('https://desk.example');
    await expect.poll(() => page.locator('#announcer').textContent()).toContain('Connect Infraon');
    expect(await violationsOf(page)).toEqual([]);
  });

  it('calls no app that the teammate has not pinned', async () => {
    const { page } = watched;
    await page.getByText('Edit apps', { exact: true }).click();
    await page.getByLabel(`Pin ${APP_NAME}`).uncheck();
    await page.getByText('No app is pinned for this teammate.').waitFor();
    const before = exchanges().length;
    await page.locator('#conversations button').nth(1).click();
    await page.getByText('No app is pinned for this teammate.').waitFor();
    expect(exchanges()).toHaveLength(before);
    await page.getByText('Edit apps', { exact: true }).click();
    await page.getByLabel(`Pin ${APP_NAME}`).check();
    await inbox.panel.getByRole('button', { name: 'Connect Infraon' }).waitFor();
    await page.setViewportSize({ width: 400, height: 900 });
    await watched.picture('host-02-narrow');
    expect(watched.errors).toEqual([]);
  });
});
