import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { JourneyEvents } from './journey.ts';

const BAR = 24;

/** Live progress on stderr: one line that redraws itself in a terminal, a line now and then elsewhere. */
export function terminalEvents(): JourneyEvents {
  const live = process.stderr.isTTY;
  let lastAt = 0;
  let open = false;
  const write = (text: string) => process.stderr.write(text);
  return {
    step(title, detail) {
      if (open) write('\n');
      open = false;
      write(`▸ ${title}${detail === undefined ? '' : `: ${detail}`}\n`);
    },
    progress(run) {
      const final = run.finished_at !== null;
      if (!live && !final && Date.now() - lastAt < 5_000) return;
      lastAt = Date.now();
      write(live ? `\r\u001b[2K${lineOf(run)}` : `${lineOf(run)}\n`);
      open = live;
      if (final && live) {
        write('\n');
        open = false;
      }
    },
  };
}

function lineOf(run: RunDocument): string {
  const filled = Math.round(run.progress * BAR);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled);
  const totals = Object.values(run.objects);
  const found = totals.reduce((sum, counts) => sum + counts.discovered, 0);
  const left = totals.reduce((sum, counts) => sum + counts.pending, 0);
  const eta = run.eta_seconds === null ? '' : ` · ${run.eta_seconds} s left`;
  return `  ${run.kind} ${bar} ${Math.round(run.progress * 100)} % · ${found - left}/${found} records · ${run.rate.calls_per_minute}/min of ${Math.round(run.rate.limit_per_minute * run.rate.share)}${eta} · ${run.state.replaceAll('_', ' ')}`;
}
