import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';
import { isWrite, requestsSince, type Tenant } from './tenant.ts';

/** Waits until Intercom has had so many of these calls from the tenant since `seq`; resolves to the newest sequence number. */
export async function untilCalls(
  stage: Stage,
  tenant: Tenant,
  since: number,
  call: string,
  count: number,
  timeoutMs = 120_000,
): Promise<number> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = requestsSince(stage, since).filter(
      (request) => request.workspaceId === tenant.workspaceId && request.call === call,
    );
    if (seen.length >= count) return stage.intercom.state.recorder.lastSeq();
    if (Date.now() > deadline) throw new Error(`${seen.length} of ${count} × ${call} after ${timeoutMs} ms`);
    await sleep(5);
  }
}

/** Milliseconds until the tenant's next write after `seq`. */
export async function nextWriteAfter(
  stage: Stage,
  tenant: Tenant,
  seq: number,
  timeoutMs: number,
): Promise<number> {
  const startedAt = Date.now();
  while (Date.now() - startedAt < timeoutMs) {
    const written = requestsSince(stage, seq).some(
      (request) => request.workspaceId === tenant.workspaceId && isWrite(request),
    );
    if (written) return Date.now() - startedAt;
    await sleep(20);
  }
  throw new Error(`nothing was written within ${timeoutMs} ms`);
}
