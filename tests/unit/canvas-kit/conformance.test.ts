import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitCanvas } from '../../../canvas-kit/limits.ts';
import { overviewScreen } from '../../../canvas-kit/screens/overview.ts';
import * as documents from '../../support/canvases/documents.ts';
import { problemsOf, textsOf } from '../../support/canvases/conformance.ts';
import { fuzz } from '../../support/canvases/hostile.ts';
import { SCREENS } from '../../support/canvases/screens.ts';

const RUNS = 150;

describe('every canvas that the product can produce', () => {
  it.each(Object.entries(SCREENS))('%s', (_name, [expected, canvases]) => {
    fc.assert(
      fc.property(canvases, (canvas) => {
        expect(problemsOf(fitCanvas(canvas), expected)).toEqual([]);
      }),
      fuzz(RUNS),
    );
  });

  it('is made by one of these screens', async () => {
    const folder = new URL('../../../canvas-kit/screens/', import.meta.url);
    const made: string[] = [];
    for (const file of readdirSync(folder)) {
      const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
      made.push(...Object.keys(module).filter((name) => name.endsWith('Screen')));
    }
    expect(Object.keys(SCREENS)).toEqual(expect.arrayContaining(made));
  });

  it('says times in the zone of the workspace', () => {
    const run = documents.runOf(['full'], ['running']);
    const shown = (timezone: string) =>
      fc
        .sample(run, 1)
        .flatMap((one) =>
          textsOf(
            overviewScreen(
              { kind: 'running', run: one },
              { now: new Date('2026-03-04T23:30:00Z'), timezone, consoleUrl: 'https://a.example' },
              { back: false },
            ),
          ),
        );
    expect(shown('Asia/Kolkata').join()).toContain('As of Mar 5, 2026 at 5:00AM');
    expect(shown('America/Los_Angeles').join()).toContain('As of Mar 4, 2026 at 3:30PM');
  });
});
