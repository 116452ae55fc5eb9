import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { Conversation } from '../simulators/intercom/records.ts';
import type { Workspace } from '../simulators/intercom/workspace.ts';
import { DEFAULT_CREDENTIALS } from '../simulators/infraon/server.ts';
import { generateDesk } from '../simulators/seed/generate.ts';
import { launchChromium } from '../tests/browser/chromium.ts';
import { addPanel, inboxOf, type Inbox } from '../tests/browser/inbox.ts';
import { openStage, OWNER_ID, type Stage } from '../tests/support/stage.ts';
import { finished, installed, planned, rejections, start, type Tenant } from '../tests/support/tenant.ts';

/**
 * `npm run screenshots`: plays the journey against the simulators and takes the pictures of the documentation, and
 * draws the app's icon. Needs Chromium, as the browser tests do.
 */
const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
const ICON = fileURLToPath(new URL('../docs/app-store/icon', import.meta.url));
const MAX_BYTES = 250_000;
const ICON_PIXELS = 512;
/** A teammate without a role in the migration. */
const AGENT_ID = '7101';

async function drawIcon(browser: Browser): Promise<void> {
  const page = await browser.newPage({ viewport: { width: ICON_PIXELS, height: ICON_PIXELS } });
  const drawing = readFileSync(`${ICON}.svg`, 'utf8');
  await page.setContent(`<!doctype html><body style="margin:0">${drawing}</body>`);
  await page.screenshot({ path: `${ICON}.png`, omitBackground: true });
  await page.close();
}

async function take(page: Page, name: string): Promise<void> {
  const file = `${IMAGES}${name}.png`;
  await page.screenshot({ path: file });
  const { size } = statSync(file);
  process.stderr.write(`${name}.png: ${size} bytes\n`);
  if (size > MAX_BYTES) throw new Error(`${name}.png is larger than ${MAX_BYTES} bytes`);
}

function isReadable(text: string): boolean {
  return !/[^\p{Script=Latin}\p{Script=Common}]/u.test(text);
}

/** The most telling conversation that any machine's fonts can show: many linked records, Latin letters only. */
function conversationToShow({ conversations, conversationAttributes }: Workspace): Conversation {
  const linksOf = ({ customAttributes }: Conversation) =>
    [...customAttributes].filter(
      ([id, value]) =>
        conversationAttributes.get(id)?.reference !== undefined && Array.isArray(value) && value.length > 0,
    ).length;
  const readable = [...conversations.values()].filter((one) => isReadable(JSON.stringify(one)));
  const [best] = readable.sort((left, right) => linksOf(right) - linksOf(left));
  if (best === undefined) throw new Error('no conversation was moved');
  return best;
}

/** By its address, with a list of few others: a search for a short id finds half of the desk, the newest first. */
async function openConversation(page: Page, stage: Stage, admin: string, shown: Conversation): Promise<void> {
  const query = new URLSearchParams({ admin, conversation: shown.id, q: shown.title ?? '' });
  await page.goto(`${stage.intercom.url}/inbox?${query.toString()}`);
  await inboxOf(page).panel.locator('.panel-body:not([aria-busy]) .canvas').waitFor();
}

/** A picture says something once there are counts: the lists of the desk are read first. */
async function untilUnderWay(inbox: Inbox): Promise<void> {
  while (!/Records\s+[1-9]\d+ of/.test(await inbox.text())) {
    if (!(await inbox.has('Refresh'))) throw new Error('the run was over before there was a picture of it');
    await inbox.press('Refresh');
  }
}

async function takePictures(browser: Browser, stage: Stage, tenant: Tenant): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const inbox = inboxOf(page);

  await page.goto(`${stage.appUrl}/install`);
  await page.getByLabel('Teammate').selectOption(`${tenant.workspaceId}/${OWNER_ID}`);
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.waitForURL('**/welcome');
  await page.getByRole('navigation').getByRole('link', { name: 'Infraon connection' }).click();
  await page.getByLabel('Infraon address').fill('https://northwind.infraon.app');
  await page.getByLabel('User name').fill(DEFAULT_CREDENTIALS.username);
  await take(page, 'console-connect');

  await planned(stage, tenant);
  const sample = await finished(tenant, await start(tenant, { kind: 'sample', limit: 5 }));
  await tenant.admin.post(`/runs/${sample.id}/approve`);
  const shown = conversationToShow(tenant.workspace);
  const full = await start(tenant, { kind: 'full' });
  await openConversation(page, stage, OWNER_ID, shown);
  await inbox.press('Migration');
  await untilUnderWay(inbox);
  await take(page, 'inbox-progress');

  await finished(tenant, full);
  await page.goto(`${stage.appUrl}/console`);
  await page.evaluate("document.querySelector('#status-runs').previousElementSibling.scrollIntoView()");
  await take(page, 'console-status');

  await openConversation(page, stage, AGENT_ID, conversationToShow(tenant.workspace));
  await take(page, 'inbox-panel');
  await openConversation(page, stage, OWNER_ID, conversationToShow(tenant.workspace));
  for (const { id, name } of await rejections(tenant)) {
    const waived = { action: 'waive', note: 'Not in the picture.' };
    if (name !== null && !isReadable(name)) await tenant.admin.post(`/rejections/${id}/resolve`, waived);
  }
  await inbox.press('Migration');
  await inbox.press('Rejected records');
  await take(page, 'inbox-rejections');
}

mkdirSync(IMAGES, { recursive: true });
const browser = await launchChromium();
try {
  await drawIcon(browser);
  const stage = await openStage({ desk: generateDesk({ seed: 3, incidents: 60 }) });
  try {
    const tenant = await installed(stage);
    await addPanel(stage);
    await takePictures(browser, stage, tenant);
  } finally {
    await stage.close();
  }
} finally {
  await browser.close();
}
