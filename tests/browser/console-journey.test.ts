import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectTypeDocument } from '../../pipeline/prepare/object-types.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import { DEFAULT_CREDENTIALS } from '../../simulators/infraon/server.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { openStage, OWNER_ID, type Stage } from '../support/stage.ts';
import { declareTypes, installed, type Tenant } from '../support/tenant.ts';
import { violationsOf } from './accessible.ts';
import { launchChromium, openPage, type WatchedPage } from './chromium.ts';
import { pressAndLook } from './pressed.ts';

/** The main job by hand in the console alone: from connecting to the loaded migration, in a real browser. */
describe('the journey in the console', () => {
  let stage: Stage;
  let tenant: Tenant;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    stage = await openStage({ desk: generateDesk({ seed: 7, incidents: 6 }) });
    tenant = await installed(stage);
    watched = await openPage(browser);
    page = watched.page;
    await page.goto(`${stage.appUrl}/install`);
    await page.getByLabel('Teammate').selectOption(`ws_e2e_1/${OWNER_ID}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL('**/welcome');
    await page.goto(`${stage.appUrl}/console`);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const next = () => page.locator('#status-next');
  const heading = (name: string) => next().getByRole('heading', { name });
  const press = (name: string) => next().getByRole('button', { name, exact: true }).click();

  /** Looks well, to everybody, also in a narrow window. */
  async function expectGood(picture: string): Promise<void> {
    await watched.picture(`journey-${picture}`);
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 400, height: 800 });
    await watched.picture(`journey-${picture}-narrow`);
    expect(await violationsOf(page)).toEqual([]);
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1400, height: 1000 });
    expect(watched.errors).toEqual([]);
  }

  /** That something happens on the page as it is, while nobody reloads it. */
  async function withoutReloading(happens: () => Promise<unknown>): Promise<void> {
    await page.evaluate('window.stayed = true');
    await happens();
    expect(await page.evaluate('window.stayed')).toBe(true);
  }

  it('connects, and says meanwhile that it does', async () => {
    await heading('Move from Infraon Desk').waitFor();
    await expectGood('01-start');
    await next().getByRole('link', { name: 'Connect Infraon' }).click();
    await page.getByLabel('Infraon address').fill(stage.infraon.url);
    await page.getByLabel('User name').fill(DEFAULT_CREDENTIALS.username);
    await page.getByLabel('Password').fill(DEFAULT_CREDENTIALS.password);
    expect(await pressAndLook(page, 'Connect')).toEqual({ words: 'Connecting…', disabled: true });
    await heading('Infraon is connected').waitFor();
    await expectGood('02-connected');
  });

  it('discovers, and shows the end of it to whoever waits', async () => {
    await press('Discover');
    await heading('Discovery is running').waitFor();
    await watched.picture('journey-03-discovering');
    await withoutReloading(() => heading('Review maps').waitFor({ timeout: 60_000 }));
    await page.getByRole('rowheader', { name: 'incident', exact: true }).first().waitFor();
    await expectGood('04-discovered');
  });

  it('reviews and approves every map', async () => {
    await next().getByRole('link', { name: 'Review maps' }).click();
    const open = page.getByRole('row').filter({ hasText: 'To be approved' });
    for (let left = await open.count(); left > 0; left -= 1) {
      await open.first().getByRole('link').click();
      await page.getByRole('button', { name: 'Approve map' }).click();
      await page.waitForURL('**/console/maps');
      expect(await open.count()).toBe(left - 1);
    }
    await page.goto(`${stage.appUrl}/console`);
    await heading('All maps are approved').waitFor();
  });

  it('checks readiness, with the custom object types made in between', async () => {
    await press('Check readiness');
    await page.waitForURL('**/console/readiness');
    await page.getByText('These must be put right first.').waitFor({ timeout: 60_000 });
    await expectGood('05-not-ready');
    expect(await page.getByRole('button', { name: 'Run sample' }).count()).toBe(0);
    const { types } = await tenant.admin.get<{ types: ObjectTypeDocument[] }>('/object-types');
    await declareTypes(stage, tenant, types);
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByText('Nothing stands in the way.').waitFor({ timeout: 60_000 });
    await page.getByLabel('What you did or saw').first().fill('Workflows and Fin are off.');
    await page
      .getByRole('button', { name: /^Confirm: / })
      .first()
      .click();
    await page.waitForURL('**/console/readiness');
    await expectGood('06-ready');
  });

  it('runs a sample, and approves it', async () => {
    await page.getByRole('button', { name: 'Run sample' }).click();
    await page.waitForURL('**/console/runs/*', { timeout: 60_000 });
    await page.getByRole('link', { name: 'What comes next' }).click();
    await withoutReloading(() =>
      next().getByRole('button', { name: 'Approve sample' }).waitFor({ timeout: 120_000 }),
    );
    await expectGood('07-sample');
    await press('Approve sample');
    await heading('The sample is approved').waitFor();
    await expectGood('08-approved');
  });

  it('starts the migration once for two clicks, and watches it to its end', async () => {
    await next().getByRole('button', { name: 'Start migration' }).dblclick();
    await page.waitForURL('**/console/runs/*', { timeout: 60_000 });
    await watched.picture('journey-09-running');
    await page.getByRole('link', { name: 'What comes next' }).click();
    await withoutReloading(() => heading('The migration is complete').waitFor({ timeout: 120_000 }));
    await expectGood('10-complete');
    const { items } = await tenant.admin.get<{ items: RunDocument[] }>('/runs');
    expect(items.map(({ kind }) => kind)).toEqual(['full', 'sample']);
  });
});
