import { accessSync, constants, mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const ELSEWHERE = [
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** `CHROMIUM_PATH`, else a Chromium or Chrome in the usual places; throws one sentence when there is none. */
function findChromium(): string {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, which is no program that can be run.`);
  }
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const candidates = [
    ...ELSEWHERE,
    ...folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))),
  ];
  const found = candidates.find(isExecutable);
  if (found === undefined) {
    throw new Error('The browser tests need Chromium or Chrome: install one, or name it in CHROMIUM_PATH.');
  }
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: FLAGS });
}

export interface WatchedPage {
  page: Page;
  /** Script errors and refusals by the page's policy; what a person would never see. */
  errors: string[];
  /** Keeps a picture when `BROWSER_SCREENSHOTS` names a folder. */
  picture(name: string): Promise<void>;
}

export async function openPage(browser: Browser): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  page.setDefaultTimeout(30_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // A browser asks for an icon by itself.
    const unasked = message.location().url.endsWith('/favicon.ico');
    if (message.type() === 'error' && !unasked) errors.push(message.text());
  });
  return {
    page,
    errors,
    async picture(name) {
      const folder = process.env['BROWSER_SCREENSHOTS'];
      if (folder === undefined || folder === '') return;
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
    },
  };
}
