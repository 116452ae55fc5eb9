import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CREDENTIALS } from '../../simulators/infraon/server.ts';
import { openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import { violationsOf } from './accessible.ts';
import { launchChromium, openPage, type WatchedPage } from './chromium.ts';

/** The pages that a person sees outside Intercom: where the installation ends, and the state of the migration. */
describe('the console', () => {
  let stage: Stage;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    stage = await openStage({ workers: 0 });
    watched = await openPage(browser);
    page = watched.page;
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  /** What a screen reader needs of any page: a language, a title, one h1, headings in order, words for every control. */
  async function expectReadable(): Promise<void> {
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await page.title()).not.toBe('');
    expect(await page.getByRole('main').count()).toBe(1);
    expect(await page.locator('h1').count()).toBe(1);
    const levels = await page.evaluate<number[]>(
      "[...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => Number(heading.tagName.slice(1)))",
    );
    for (const [index, level] of levels.entries())
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    for (const control of await page.locator('a, button, input:not([type=hidden]), select, textarea').all()) {
      expect(await control.ariaSnapshot()).toMatch(/^- [a-z]+ ".+"/);
    }
    for (const table of await page.getByRole('table').all())
      expect(await table.getByRole('columnheader').count()).toBeGreaterThan(0);
    expect(await violationsOf(page)).toEqual([]);
    expect(watched.errors).toEqual([]);
  }

  it('asks a stranger to sign in', async () => {
    await page.goto(`${stage.appUrl}/console`);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Sign in');
    await watched.picture('console-01-sign-in');
    await expectReadable();
  });

  it('sends a refused installation back to the App Store with the reason', async () => {
    await page.goto(`${stage.appUrl}/install`);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.waitForLoadState();
    await watched.picture('console-02-denied');
    expect(await page.getByRole('alert').innerText()).not.toBe('');
  });

  it('welcomes whoever installed the app, and leads back to Intercom', async () => {
    await page.goto(`${stage.appUrl}/install`);
    await page.getByLabel('Teammate').selectOption(`ws_e2e_1/${OWNER_ID}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL('**/welcome');
    await watched.picture('console-03-welcome');
    await expectReadable();
    await page.getByRole('link', { name: 'Return to Intercom' }).click();
    expect(await page.getByRole('status').innerText()).toContain('installed successfully');
  });

  async function expectNoSidewaysScroll(): Promise<void> {
    await page.setViewportSize({ width: 360, height: 740 });
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1400, height: 1000 });
  }

  it('connects Infraon in a form that says beside a field what is wrong with it', async () => {
    await page.goto(`${stage.appUrl}/welcome`);
    await page.getByRole('listitem').getByRole('link', { name: 'Connect Infraon' }).click();
    await expectReadable();
    await expectNoSidewaysScroll();
    // By keyboard alone, in the order in which the fields are read.
    await page.getByLabel('Infraon address').focus();
    for (const words of [stage.infraon.url, DEFAULT_CREDENTIALS.username, 'not the password']) {
      await page.keyboard.type(words);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    // A browser notes every answer of 4xx in its console.
    watched.errors.splice(0);
    await watched.picture('console-06-refused');
    const password = page.getByLabel('Password');
    expect(await password.getAttribute('aria-invalid')).toBe('true');
    expect(await password.inputValue()).toBe('');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('password');
    await expectReadable();
    await password.fill(DEFAULT_CREDENTIALS.password);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.waitForURL('**/console');
    expect(await page.getByRole('main').innerText()).toContain(stage.infraon.url);
  });

  it('gives a teammate another role', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Teammates' }).click();
    await watched.picture('console-07-teammates');
    await expectReadable();
    await expectNoSidewaysScroll();
    const row = page.getByRole('row').filter({ hasText: 'migration@northwind.example' });
    await row.getByRole('combobox').selectOption('operator');
    await row.getByRole('button').click();
    await page.waitForLoadState();
    expect(await row.getByRole('combobox').inputValue()).toBe('operator');
  });

  it('offers the handoff package', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Downloads' }).click();
    await watched.picture('console-08-downloads');
    await expectReadable();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the handoff package' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^handoff-.*\.zip$/);
  });

  it('shows the state of the migration, also in a narrow window', async () => {
    await page.goto(`${stage.appUrl}/console`);
    await watched.picture('console-04-status');
    await expectReadable();
    expect(await page.getByRole('heading', { name: 'Infraon', exact: true }).count()).toBe(1);
    await expectNoSidewaysScroll();
  });

  it('can be used from the keyboard, and left', async () => {
    await page.goto(`${stage.appUrl}/console`);
    const focused = () => page.evaluate<string>("document.activeElement?.textContent ?? ''");
    for (let stops = 0; stops < 10 && (await focused()) !== 'Sign out'; stops += 1)
      await page.keyboard.press('Tab');
    expect(await focused()).toBe('Sign out');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Sign in with Intercom' }).waitFor();
    await page.goto(`${stage.appUrl}/console`);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Sign in');
  });
});
