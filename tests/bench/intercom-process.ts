import { ok, open, type OpenContext, type Reply } from '../../simulators/intercom/context.ts';
import { startIntercomSimulator } from '../../simulators/intercom/server.ts';
import type { IntercomSimulatorOptions } from '../../simulators/intercom/state.ts';

/**
 * The simulated Intercom in a process of its own, so that its work is not done by the process that measures. Options
 * come as JSON in `BENCH_INTERCOM`; beside the ordinary control plane it counts its requests itself, because shipping
 * hundreds of thousands of them would be a load too.
 */
const options = JSON.parse(process.env['BENCH_INTERCOM'] ?? '{}') as IntercomSimulatorOptions;
const simulator = await startIntercomSimulator(options);
simulator.state.registerRoutes([
  { method: 'GET', path: '/_sim/tally', handler: open(tally) },
  { method: 'DELETE', path: '/_sim/tally', handler: open(clear) },
]);
process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
process.once('SIGTERM', () => void simulator.close().then(() => process.exit(0)));

/** What the recorded requests amount to; `windows` are those of the rate limit. */
export interface Tally {
  lastSeq: number;
  calls: Record<string, { total: number; refused: number; beforeLastWrite: number }>;
  firstAt: number | null;
  firstWriteAt: number | null;
  lastWriteAt: number | null;
  lastWriteSeq: number;
  windows: { startMs: number; answered: number; refused: number }[];
}

function tally({ state, query }: OpenContext): Reply {
  const found = state.recorder.since(Number(query.get('since') ?? 0), Number.MAX_SAFE_INTEGER);
  const writes = found.filter((entry) => entry.method !== 'GET' && !entry.call.endsWith('/search'));
  const lastWriteSeq = writes.at(-1)?.seq ?? 0;
  const windows = new Map<number, { startMs: number; answered: number; refused: number }>();
  const result: Tally = {
    lastSeq: state.recorder.lastSeq(),
    calls: {},
    firstAt: found[0]?.at ?? null,
    firstWriteAt: writes[0]?.at ?? null,
    lastWriteAt: writes.at(-1)?.at ?? null,
    lastWriteSeq,
    windows: [],
  };
  for (const entry of found) {
    const call = (result.calls[entry.call] ??= { total: 0, refused: 0, beforeLastWrite: 0 });
    const startMs = Math.floor(entry.at / state.rates.windowMs) * state.rates.windowMs;
    const window = windows.get(startMs) ?? { startMs, answered: 0, refused: 0 };
    windows.set(startMs, window);
    call.total += 1;
    if (entry.seq <= lastWriteSeq) call.beforeLastWrite += 1;
    if (entry.status === 429) {
      call.refused += 1;
      window.refused += 1;
    } else {
      window.answered += 1;
    }
  }
  result.windows = [...windows.values()].sort((a, b) => a.startMs - b.startMs);
  return ok(result);
}

/** The recorder keeps the answers of the first 20,000 requests after this. */
function clear({ state }: OpenContext): Reply {
  state.recorder.clear();
  return ok({ lastSeq: state.recorder.lastSeq() });
}
