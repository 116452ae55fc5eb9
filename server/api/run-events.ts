import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'express';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';

const PERIOD_MS = 1000;
/** Proxies cut connections that stay silent; a comment keeps them open. */
const HEARTBEAT_MS = 15_000;

const FINAL = {
  queued: false,
  running: false,
  paused: false,
  verifying: false,
  completed: true,
  completed_with_findings: true,
  failed: true,
  cancelled: true,
} as const satisfies Record<RunDocument['state'], boolean>;

/** Sends the run's document whenever it changed, at most once a second, and ends with the run. */
export async function streamRun(
  read: () => Promise<RunDocument>,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  let run = await read();
  response.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  response.flushHeaders();
  let sent = '';
  let sentAt = 0;
  for (;;) {
    const document = JSON.stringify(run);
    if (document !== sent) {
      response.write(`data: ${document}\n\n`);
      sent = document;
      sentAt = performance.now();
    } else if (performance.now() - sentAt >= HEARTBEAT_MS) {
      response.write(': waiting\n\n');
      sentAt = performance.now();
    }
    if (FINAL[run.state]) break;
    await sleep(PERIOD_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    run = await read();
  }
  response.end();
}
