import type { Page } from 'playwright-core';
import type { Canvas } from '../../canvas-kit/components.ts';

/**
 * Pixels of each component with the gap below it, as the host page paints it in a panel of its usual width. The page's
 * own renderer is called: a conversation for each of hundreds of canvases would take minutes.
 */
export function measuredHeights(page: Page, canvases: readonly Canvas[]): Promise<number[][]> {
  return page.evaluate<number[][]>(`import('/inbox/canvas.js').then(({ paintCanvas }) => {
    const body = Object.assign(document.createElement('div'), { className: 'panel-body' });
    const panel = Object.assign(document.createElement('section'), { className: 'panel' });
    panel.append(body);
    document.getElementById('details').append(panel);
    const heights = ${JSON.stringify(canvases)}.map((canvas) => {
      const { element } = paintCanvas(canvas, () => undefined);
      body.replaceChildren(element);
      const tops = [...element.children].map((child) => child.getBoundingClientRect().top);
      const end = element.getBoundingClientRect().bottom;
      return tops.map((top, index) => (tops[index + 1] ?? end) - top);
    });
    panel.remove();
    return heights;
  })`);
}
