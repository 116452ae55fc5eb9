import type { Page } from 'playwright-core';

/** Presses a button that leaves the page, and says how the page showed it meanwhile: its words, and whether it was disabled. */
export async function pressAndLook(page: Page, name: string): Promise<{ words: string; disabled: boolean }> {
  // The page is gone when this is asked: what it showed last is kept beside it.
  await page.evaluate(`
    const button = [...document.querySelectorAll('main button')].find((each) => each.textContent === '${name}');
    const keep = () =>
      sessionStorage.setItem('pressed', JSON.stringify({ words: button.textContent, disabled: button.disabled }));
    new MutationObserver(keep).observe(button, { attributes: true, childList: true });`);
  await Promise.all([
    page.waitForEvent('load', { timeout: 120_000 }),
    page.getByRole('button', { name, exact: true }).click(),
  ]);
  return JSON.parse(await page.evaluate("sessionStorage.getItem('pressed')")) as {
    words: string;
    disabled: boolean;
  };
}
