import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MessengerConfig } from '../../config.ts';
import { testApp, WORKSPACE, type TestApp } from '../support/app.ts';
import { launchChromium } from './chromium.ts';

/**
 * Stands in for Intercom's widget: takes over the SDK's queue as the widget does, and notes every call in the tab's
 * session storage, which outlives the page.
 */
const WIDGET = `(() => {
  const queue = window.Intercom.q;
  const unread = [];
  function note(call) {
    const calls = JSON.parse(sessionStorage.getItem('calls') ?? '[]');
    sessionStorage.setItem('calls', JSON.stringify([...calls, call]));
  }
  window.Intercom = (method, ...args) => {
    if (method === 'onUnreadCountChange') {
      unread.push(args[0]);
      args[0](0);
    }
    note([method, ...args.filter((arg) => typeof arg !== 'function')]);
  };
  window.unreadIs = (count) => unread.forEach((callback) => callback(count));
  window.Intercom('boot', window.intercomSettings);
  for (const call of queue) window.Intercom(...call);
})();`;

type Call = [method: string, settings?: Record<string, unknown>];

let widget: Server;
let test: TestApp;
let server: Server;
let publicUrl: string;
let chrome: Browser;

async function listening(candidate: Server, port = 0): Promise<number> {
  candidate.listen(port, '127.0.0.1');
  await once(candidate, 'listening');
  return (candidate.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const placeholder = createServer();
  const port = await listening(placeholder);
  placeholder.close();
  await once(placeholder, 'close');
  return port;
}

beforeAll(async () => {
  widget = createServer((_request, response) => {
    response.setHeader('content-type', 'text/javascript').end(WIDGET);
  });
  const widgetUrl = `http://127.0.0.1:${await listening(widget)}/widget.js`;
  const messenger: MessengerConfig = {
    appId: 'support1',
    secret: 'messenger-secret',
    region: 'eu',
    widgetUrl,
  };
  const port = await freePort();
  publicUrl = `http://localhost:${port}`;
  test = await testApp({ publicUrl, app: { messenger } });
  server = createServer(test.app);
  await listening(server, port);
  chrome = await launchChromium();
});
afterAll(async () => {
  await chrome.close();
  for (const one of [server, widget]) {
    one.closeAllConnections();
    one.close();
  }
  await test.close();
});

let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeEach(async () => {
  context = await chrome.newContext();
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});
afterEach(() => context.close());

/** Ends on the welcome page, as somebody who installs the app does. */
async function signIn(teammate: string): Promise<void> {
  await page.goto(`${publicUrl}/install`);
  await page.selectOption('select[name=teammate]', `${WORKSPACE}/${teammate}`);
  await page.click('button[value=approve]');
  await page.waitForURL('**/welcome');
}

async function calls(): Promise<Call[]> {
  return JSON.parse(await page.evaluate<string>(`sessionStorage.getItem('calls') ?? '[]'`)) as Call[];
}

/** Waits until the widget was called this often. */
async function callsOf(method: string, count: number): Promise<Call[]> {
  const matching = async () => (await calls()).filter(([name]) => name === method);
  await expect.poll(matching, { timeout: 10_000 }).toHaveLength(count);
  return matching();
}

function claimsOf(settings: Record<string, unknown> | undefined): Record<string, unknown> {
  const token = String(settings?.intercom_user_jwt);
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8')) as Record<
    string,
    unknown
  >;
}

describe('support in the console', () => {
  it('boots the Messenger for the teammate who is signed in', async () => {
    await signIn('5017690');
    const [[, settings]] = (await callsOf('boot', 1)) as [Call];
    expect(settings).toMatchObject({
      app_id: 'support1',
      api_base: 'https://api-iam.eu.intercom.io',
      hide_default_launcher: true,
    });
    for (const signed of ['user_id', 'email', 'name']) expect(settings).not.toHaveProperty(signed);
    expect(claimsOf(settings)).toMatchObject({
      user_id: `${WORKSPACE}:5017690`,
      email: 'olivia.marsh@northwind.example',
    });
    expect(complaints).toEqual([]);
  });

  it('opens from a button that says how much is unread', async () => {
    await signIn('5017690');
    // Each page boots it; one that is left too early does not.
    await callsOf('onUnreadCountChange', 1);
    await page.goto(`${publicUrl}/console`);
    const support = page.getByRole('button', { name: 'Support' });
    await support.waitFor();
    await callsOf('onUnreadCountChange', 2);
    expect(await page.getByRole('status').textContent()).toBe('');
    await page.evaluate('window.unreadIs(3)');
    expect(await page.getByRole('status').textContent()).toBe('3 unread');
    await page.evaluate('window.unreadIs(0)');
    expect(await page.getByRole('status').textContent()).toBe('');
    await support.click();
    await callsOf('show', 1);
  });

  it('gets a new token before the old one expires', async () => {
    await page.clock.install();
    await signIn('5017690');
    await callsOf('boot', 1);
    await page.clock.fastForward('01:50:00');
    expect(await calls()).not.toContainEqual(expect.arrayContaining(['update']));
    test.clock.now = new Date(Date.now() + 115 * 60_000);
    await page.clock.fastForward('00:05:30');
    const [[, settings]] = (await callsOf('update', 1)) as [Call];
    expect(Object.keys(settings ?? {})).toEqual(['intercom_user_jwt']);
    const expiresAt = Number(claimsOf(settings).exp) * 1000;
    expect(expiresAt - test.clock.now.getTime()).toBeGreaterThan(119 * 60_000);
    test.clock.now = null;
  });

  it('forgets the teammate before the session ends', async () => {
    await signIn('5017690');
    await callsOf('boot', 1);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${publicUrl}/`);
    await page.getByRole('link', { name: 'Sign in with Intercom' }).waitFor();
    expect((await calls()).at(-1)).toEqual(['shutdown']);
    expect(await page.locator('script').count()).toBe(0);
  });

  it('forgets the teammate when the session ended elsewhere', async () => {
    await page.clock.install();
    await signIn('5017690');
    await callsOf('boot', 1);
    await context.clearCookies();
    await page.clock.fastForward('01:56:00');
    await callsOf('shutdown', 1);
    await expect.poll(() => page.getByRole('button', { name: 'Support' }).isVisible()).toBe(false);
  });

  it('starts over when somebody else has signed in in another tab', async () => {
    await page.clock.install();
    await signIn('5017690');
    await callsOf('boot', 1);
    const first = page;
    page = await context.newPage();
    await signIn('5017691');
    page = first;
    await page.clock.fastForward('01:56:00');
    const boots = await callsOf('boot', 2);
    expect(claimsOf(boots[1]?.[1])).toMatchObject({ user_id: `${WORKSPACE}:5017691` });
    expect((await calls()).map(([method]) => method)).toContain('shutdown');
  });
});
