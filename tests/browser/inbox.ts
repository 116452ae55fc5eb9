import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { Exchange } from '../../simulators/intercom/inbox/inbox-state.ts';
import type { Stage } from '../support/stage.ts';
import { control } from '../support/tenant.ts';

export const APP_NAME = 'Infraon migration';

/** Puts the app's panel into the inbox of the simulated Intercom, pinned for everybody. */
export async function addPanel(stage: Stage): Promise<void> {
  const [app] = stage.intercom.state.apps.keys();
  await control(stage, 'POST', 'inbox-apps', {
    client_id: app,
    name: APP_NAME,
    initializeUrl: `${stage.appUrl}/canvas-kit/initialize`,
    submitUrl: `${stage.appUrl}/canvas-kit/submit`,
    pinned: true,
  });
}

/** What a teammate does in the inbox page, by the words on the screen. */
export interface Inbox {
  panel: Locator;
  addConversation(kind?: string): Promise<void>;
  openConversation(id: string): Promise<void>;
  /** Presses a button of the panel with exactly this label and waits for the next canvas. */
  press(label: string): Promise<void>;
  /** Chooses the list item whose words begin so. */
  choose(beginning: string): Promise<void>;
  fill(label: string, value: string): Promise<void>;
  /** Waits for words in the panel, pressing Refresh as a person would. */
  refreshUntil(button: string, timeoutMs?: number): Promise<void>;
  /**
   * Presses whichever of the buttons is there, in their order, until the panel says these words: what takes longer than a
   * panel may wait is answered with Refresh.
   */
  reach(words: string, buttons: string[], timeoutMs?: number): Promise<void>;
  has(button: string): Promise<boolean>;
  text(): Promise<string>;
  /** What the canvas calls itself. */
  headline(): Promise<string>;
}

export function inboxOf(page: Page): Inbox {
  const panel = page.getByRole('region', { name: APP_NAME });
  const settled = async () => {
    await panel.locator('.panel-body:not([aria-busy]) :is(.canvas, .error-card)').waitFor();
  };
  const button = (label: string) => panel.getByRole('button', { name: label, exact: true });
  const inbox: Inbox = {
    panel,
    async addConversation(kind = 'question') {
      await page.getByLabel('A customer writes in').selectOption(kind);
      const asked = page.waitForResponse((response) => response.url().endsWith('/inbox/api/initialize'));
      await page.getByRole('button', { name: 'Add conversation' }).click();
      await asked;
      await settled();
    },
    async openConversation(id) {
      const found = page.waitForResponse((response) => response.url().includes('/inbox/api/conversations?'));
      await page.getByRole('searchbox', { name: 'Search conversations' }).fill(id);
      await page.getByRole('search').getByRole('button', { name: 'Search' }).click();
      await found;
      const asked = page.waitForResponse((response) => response.url().endsWith('/inbox/api/initialize'));
      // The search finds the id in an old number as well.
      await page.locator(`#conversations button[data-id="${id}"]`).click();
      await asked;
      await settled();
    },
    async press(label) {
      await button(label).click();
      await settled();
    },
    async choose(beginning) {
      await panel.locator('button.item').filter({ hasText: beginning }).first().click();
      await settled();
    },
    async fill(label, value) {
      await panel.getByLabel(label, { exact: true }).fill(value);
    },
    async refreshUntil(label, timeoutMs = 90_000) {
      const deadline = Date.now() + timeoutMs;
      while (!(await inbox.has(label))) {
        if (Date.now() > deadline) throw new Error(`no ${label} in time, but: ${await inbox.text()}`);
        await sleep(500);
        // An answer that took its time may have come meanwhile, and has nothing to refresh.
        if (await inbox.has('Refresh')) await inbox.press('Refresh');
      }
    },
    async reach(words, labels, timeoutMs = 90_000) {
      const deadline = Date.now() + timeoutMs;
      while (!(await inbox.text()).includes(words)) {
        if (Date.now() > deadline) throw new Error(`no "${words}" in time, but: ${await inbox.text()}`);
        for (const label of labels) {
          if (!(await inbox.has(label))) continue;
          await inbox.press(label);
          break;
        }
      }
    },
    has: async (label) => (await button(label).count()) > 0,
    text: () => panel.innerText(),
    headline: () => panel.locator('.canvas h4').first().innerText(),
  };
  return inbox;
}

/** Everything that Intercom or its review would have refused in what the app answered so far. */
export async function refusals(stage: Stage): Promise<string[]> {
  const response = await fetch(`${stage.intercom.url}/inbox/api/exchanges`);
  const { exchanges } = (await response.json()) as { exchanges: Exchange[] };
  return exchanges.flatMap(({ kind, seq, violations }) =>
    violations
      .filter(({ severity }) => severity !== 'warning')
      .map(({ where, message }) => `${kind} ${seq}, ${where}: ${message}`),
  );
}
