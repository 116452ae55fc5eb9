import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { MapSummary } from '../../pipeline/maps/map-document.ts';
import type { Browser, Page } from 'playwright-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CutoverDocument } from '../../pipeline/cutover/documents.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import { finished, fullRun, installed, rejections, sampled, type Tenant } from '../support/tenant.ts';
import { violationsOf } from './accessible.ts';
import { launchChromium, openPage, type WatchedPage } from './chromium.ts';
import { pressAndLook } from './pressed.ts';

/** An owner cuts over in the console, from a finished migration to the signed-off one; server and worker are real. */
describe('the cut-over', () => {
  let stage: Stage;
  let tenant: Tenant;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    stage = await openStage({ desk: generateDesk({ seed: 7, incidents: 6 }) });
    tenant = await installed(stage);
    await sampled(stage, tenant);
    await fullRun(tenant);
    for (const { id } of await rejections(tenant)) {
      await tenant.admin.post(`/rejections/${id}/resolve`, { action: 'waive', note: 'Not needed any more.' });
    }
    watched = await openPage(browser);
    page = watched.page;
    await page.goto(`${stage.appUrl}/install`);
    await page.getByLabel('Teammate').selectOption(`ws_e2e_1/${OWNER_ID}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL('**/welcome');
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const board = () => tenant.admin.get<CutoverDocument>('/cutover');

  async function open(): Promise<void> {
    await page.goto(`${stage.appUrl}/console/cut-over`);
  }

  async function confirm(title: string): Promise<void> {
    const item = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title }) });
    await item.getByLabel('What you did or saw').fill('Done and seen.');
    await item.getByRole('button', { name: `Confirm: ${title}` }).click();
    await item.getByText('Confirmed', { exact: true }).waitFor();
  }

  async function until(done: () => Promise<boolean>, what: string): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      if (await done()) return;
      await sleep(200);
    }
    throw new Error(`${what} did not happen: ${JSON.stringify(await board())}`);
  }

  it('shows what is open, from the menu, also in a narrow window', async () => {
    await page.goto(`${stage.appUrl}/console`);
    await page.getByRole('navigation').getByRole('link', { name: 'Cut over' }).click();
    await page.getByText('No-go.').waitFor();
    await watched.picture('cut-over-01-open');
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await watched.picture('cut-over-02-narrow');
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1400, height: 1000 });
    expect(watched.errors).toEqual([]);
  });

  it('has pages that anybody can read, also in a narrow window', async () => {
    const { items } = await tenant.admin.get<{ items: MapSummary[] }>('/maps');
    const [run] = (await tenant.admin.get<{ items: RunDocument[] }>('/runs')).items;
    const menu = await page.getByRole('navigation').getByRole('link').all();
    const paths = await Promise.all(menu.map((link) => link.getAttribute('href')));
    for (const path of [
      ...paths,
      `/console/maps/${items[0]?.object}`,
      '/console/maps/incident/rule',
      `/console/runs/${run?.id}`,
      `/console/findings?run=${run?.id}&class=lossy_by_design`,
    ]) {
      await page.goto(`${stage.appUrl}${path}`);
      expect([path, await violationsOf(page)]).toEqual([path, []]);
      await page.setViewportSize({ width: 360, height: 740 });
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([path, overflow <= 0]).toEqual([path, true]);
      await page.setViewportSize({ width: 1400, height: 1000 });
    }
    expect(watched.errors).toEqual([]);
    await open();
  });

  it('takes the word of the person who set Infraon read-only', async () => {
    await confirm('Infraon is read-only');
  });

  it('runs the last delta and shows it while it goes', async () => {
    await page.getByRole('button', { name: 'Run a delta' }).click();
    await page.waitForURL('**/console/runs/*');
    await watched.picture('cut-over-03-delta');
    const [, id] = /runs\/(.+)$/.exec(page.url()) ?? [];
    await finished(tenant, id ?? '');
    // Nobody has to refresh: the page follows its run, and stops asking when that is over.
    await page.getByText('100 %', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).waitFor({ state: 'detached' });
    await watched.picture('cut-over-04-delta-done');
    expect(await violationsOf(page)).toEqual([]);
    await page.goto(`${stage.appUrl}/console/runs`);
    await watched.picture('cut-over-08-runs');
    expect(await violationsOf(page)).toEqual([]);
  });

  it('checks whether Infraon stands still', async () => {
    await open();
    await page.getByRole('button', { name: 'Check the freeze' }).click();
    await until(async () => (await board()).freeze.last_look_at !== null, 'the first look');
    await page.getByRole('link', { name: 'Refresh' }).click();
    await page.getByText('One look was taken').first().waitFor();
    // Nobody waits five minutes in a test: the second look is made due.
    await bringForward();
    await until(async () => (await board()).freeze.next_look_at === null, 'the second look');
    await page.getByRole('link', { name: 'Refresh' }).click();
    await page.getByText(/What was seen of each list/).click();
    await watched.picture('cut-over-05-freeze');
  });

  async function bringForward(): Promise<void> {
    const { default: postgres } = await import('postgres');
    const sql = postgres(stage.databaseUrl, { max: 1 });
    try {
      await sql`update source_looks set taken_at = taken_at - interval '5 minutes' where taken_at is not null`;
      await sql`
        update graphile_worker._private_jobs set run_at = now() where key like 'look:%'`;
    } finally {
      await sql.end();
    }
  }

  it('comes to a go', async () => {
    for (const { id, title, state } of (await board()).items) {
      if (state === 'needs_confirmation' && id !== 'infraon_read_only') await confirm(title);
    }
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await page.goto(`${stage.appUrl}/console/downloads`);
        await page.getByRole('link', { name: 'Download the handoff package' }).click();
      })(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^handoff-2/);
    await open();
    await watched.picture('cut-over-06-go');
    const open_ = (await board()).items.filter(({ state }) => state === 'no_go');
    expect(open_).toEqual([]);
    await page.getByText('Everything is done; an owner can sign off.').waitFor();
  });

  it('is signed off, once and for all to see', async () => {
    await page.getByLabel('Your decision, in your words').fill('Everything arrived.');
    expect(await pressAndLook(page, 'Sign off')).toEqual({ words: 'Signing off…', disabled: true });
    await page.getByText('Signed off').waitFor();
    await page.getByRole('heading', { name: 'Hypercare' }).waitFor();
    await watched.picture('cut-over-07-signed-off');
    expect(await violationsOf(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^handoff-final-/ }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^handoff-final-/);
    await expect(tenant.admin.post('/runs', { kind: 'delta' })).rejects.toThrow(/signed_off|signed off/);
    expect(watched.errors).toEqual([]);
  });
});
