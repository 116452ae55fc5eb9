import { ok, open, type Reply } from '../../simulators/intercom/context.ts';
import type { RecordedRequest } from '../../simulators/intercom/recorder.ts';
import { startIntercomSimulator } from '../../simulators/intercom/server.ts';
import type { IntercomSimulatorOptions } from '../../simulators/intercom/state.ts';

/**
 * The simulated Intercom in a process of its own, so that its work is not done by the process that measures. Options
 * come as JSON in `BENCH_INTERCOM`; beside the ordinary control plane it counts its requests itself as they come, because
 * shipping or keeping hundreds of thousands of them would be a load too.
 */
const options = JSON.parse(process.env['BENCH_INTERCOM'] ?? '{}') as IntercomSimulatorOptions;
const simulator = await startIntercomSimulator(options);
const { recorder, rates } = simulator.state;
simulator.state.registerRoutes([
  { method: 'GET', path: '/_sim/tally', handler: open(tally) },
  { method: 'DELETE', path: '/_sim/tally', handler: open(clear) },
]);
const record = recorder.record;
let counted = emptyTally();
/** Calls that came after the last write so far, by name. */
let sinceLastWrite = new Map<string, number>();
recorder.record = (entry) => {
  record(entry);
  count(entry);
};
process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
process.once('SIGTERM', () => void simulator.close().then(() => process.exit(0)));

/** What came since the last `DELETE /_sim/tally`; `windows` are those of the rate limit. */
export interface Tally {
  lastSeq: number;
  calls: Record<string, { total: number; refused: number; beforeLastWrite: number }>;
  firstAt: number | null;
  firstWriteAt: number | null;
  lastWriteAt: number | null;
  lastWriteSeq: number;
  windows: { startMs: number; answered: number; refused: number }[];
}

function emptyTally(): Tally {
  return {
    lastSeq: 0,
    calls: {},
    firstAt: null,
    firstWriteAt: null,
    lastWriteAt: null,
    lastWriteSeq: 0,
    windows: [],
  };
}

function count({
  at,
  method,
  call,
  status,
}: Pick<RecordedRequest, 'at' | 'method' | 'call' | 'status'>): void {
  counted.lastSeq = recorder.lastSeq();
  counted.firstAt ??= at;
  const seen = (counted.calls[call] ??= { total: 0, refused: 0, beforeLastWrite: 0 });
  seen.total += 1;
  sinceLastWrite.set(call, (sinceLastWrite.get(call) ?? 0) + 1);
  if (method !== 'GET' && !call.endsWith('/search')) {
    for (const [name, calls] of sinceLastWrite) {
      const before = counted.calls[name];
      if (before !== undefined) before.beforeLastWrite += calls;
    }
    sinceLastWrite.clear();
    counted.firstWriteAt ??= at;
    counted.lastWriteAt = at;
    counted.lastWriteSeq = counted.lastSeq;
  }
  const window = windowAt(Math.floor(at / rates.windowMs) * rates.windowMs);
  if (status !== 429) window.answered += 1;
  else {
    seen.refused += 1;
    window.refused += 1;
  }
}

function windowAt(startMs: number): Tally['windows'][number] {
  const known = counted.windows.findLast((window) => window.startMs === startMs);
  if (known !== undefined) return known;
  const window = { startMs, answered: 0, refused: 0 };
  counted.windows.push(window);
  return window;
}

function tally(): Reply {
  return ok(counted);
}

/** The recorder keeps the answers of the first 20,000 requests after this. */
function clear(): Reply {
  recorder.clear();
  counted = emptyTally();
  sinceLastWrite = new Map();
  return ok({ lastSeq: recorder.lastSeq() });
}
