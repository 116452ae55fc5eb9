import { beforeEach, describe, expect, it } from 'vitest';
import { RejectedError, TransientError } from '../../../../errors.ts';
import { createAdaptiveGate, type AdaptiveGate } from '../../../../connectors/http/adaptive-concurrency.ts';
import { createLatencyWatch } from '../../../../connectors/http/latency-watch.ts';

function transient(status?: number): TransientError {
  return new TransientError('x', { code: 'test', outcomeUnknown: true, status });
}

describe('createAdaptiveGate', () => {
  let nowMs: number;
  let slept: number[];
  let gate: AdaptiveGate;

  beforeEach(() => {
    nowMs = 0;
    slept = [];
    gate = createAdaptiveGate({
      start: 2,
      max: 4,
      maxPerSecond: 1_000_000,
      successesPerStep: 3,
      breakerThreshold: 4,
      breakerOpenMs: 1000,
      now: () => nowMs,
      sleep: (ms) => {
        slept.push(ms);
        nowMs += ms;
        return Promise.resolve();
      },
    });
  });

  const succeed = () => gate.run('list', () => Promise.resolve('ok'));
  const fail = (error: Error) => gate.run('list', () => Promise.reject(error)).catch(() => undefined);

  it('runs no more calls at once than its width, and all of them in the end', async () => {
    let running = 0;
    let most = 0;
    const call = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 2 }, () => gate.run('list', call)));
    expect(most).toBe(2);
    await Promise.all(Array.from({ length: 40 }, () => gate.run('list', call)));
    expect(most).toBe(4);
    expect(gate.state()).toMatchObject({ running: 0, waiting: 0, width: 4 });
  });

  it('widens by one after enough successes and halves on congestion', async () => {
    for (let i = 0; i < 6; i += 1) await succeed();
    expect(gate.state().width).toBe(4);
    nowMs += 1;
    await fail(transient(503));
    expect(gate.state().width).toBe(2);
  });

  it('halves once for a burst of errors of calls that were under way together', async () => {
    for (let i = 0; i < 6; i += 1) await succeed();
    const burst = Array.from({ length: 3 }, () =>
      gate.run('list', async () => {
        await new Promise((resolve) => setImmediate(resolve));
        nowMs += 1;
        throw transient(429);
      }),
    );
    await Promise.allSettled(burst);
    expect(gate.state().width).toBe(2);
  });

  it('does not narrow for a refusal or a plain 500', async () => {
    await fail(new RejectedError('no', { code: 'no' }));
    await fail(transient(500));
    expect(gate.state().width).toBe(2);
  });

  it('opens after repeated failures, refuses, tries once, and closes on success', async () => {
    for (let i = 0; i < 4; i += 1) await fail(transient(500));
    let called = false;
    const attempt = gate.run('list', () => Promise.resolve((called = true)));
    await expect(attempt).rejects.toMatchObject({ code: 'source_circuit_open', outcomeUnknown: false });
    expect(called).toBe(false);

    nowMs += 1000;
    expect(gate.state().circuit).toBe('half_open');
    const trial = gate.run('list', () => new Promise((resolve) => setImmediate(resolve)));
    await expect(succeed()).rejects.toMatchObject({ code: 'source_circuit_open' });
    await trial;
    expect(gate.state().circuit).toBe('closed');
    await expect(succeed()).resolves.toBe('ok');
  });

  it('a failed trial leaves the circuit open for another spell', async () => {
    for (let i = 0; i < 4; i += 1) await fail(transient(500));
    nowMs += 1000;
    await fail(transient(500));
    expect(gate.state().circuit).toBe('open');
  });

  it('rejects the calls that wait when the circuit opens', async () => {
    for (let i = 0; i < 3; i += 1) await fail(transient(500));
    const calls = Array.from({ length: 5 }, () => gate.run('list', () => Promise.reject(transient(500))));
    const codes = (await Promise.allSettled(calls)).map((r) =>
      r.status === 'rejected' && r.reason instanceof TransientError ? r.reason.code : 'none',
    );
    expect(codes.filter((code) => code === 'source_circuit_open').length).toBeGreaterThanOrEqual(3);
    expect(gate.state()).toMatchObject({ running: 0, waiting: 0 });
  });

  it('keeps the pace the operator set', async () => {
    const paced = createAdaptiveGate({
      start: 2,
      max: 2,
      maxPerSecond: 10,
      successesPerStep: 100,
      breakerThreshold: 4,
      breakerOpenMs: 1000,
      now: () => nowMs,
      sleep: (ms) => {
        slept.push(ms);
        nowMs += ms;
        return Promise.resolve();
      },
    });
    for (let i = 0; i < 4; i += 1) await paced.run('list', () => Promise.resolve());
    expect(slept).toEqual([100, 100, 100]);
  });
});

describe('createLatencyWatch', () => {
  it('alarms once when the moving median doubles against the baseline', () => {
    const watch = createLatencyWatch({ windowSize: 5, floorMs: 100 });
    for (let i = 0; i < 10; i += 1) expect(watch.record(200)).toBe(false);
    const alarms = Array.from({ length: 6 }, () => watch.record(500));
    expect(alarms.filter(Boolean)).toHaveLength(1);
  });

  it('takes fast answers that became twice as slow for noise', () => {
    const watch = createLatencyWatch({ windowSize: 5, floorMs: 100 });
    for (let i = 0; i < 5; i += 1) watch.record(2);
    expect(Array.from({ length: 10 }, () => watch.record(50))).not.toContain(true);
  });
});
