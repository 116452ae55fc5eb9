import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';

export type ConnectOutcome =
  { state: 'connected' } | { state: 'running' } | { state: 'failed'; message: string; code: string };

/** Probing a desk takes longer than a panel may wait: this much is waited, the rest is asked for with Refresh. */
const WAIT_MS = 2500;

export interface ConnectAttempts {
  /** Starts an attempt unless one is running, and waits a little for its outcome. */
  start(workspaceId: string, connect: () => Promise<unknown>): Promise<ConnectOutcome>;
  /** Undefined when nothing runs and nothing failed. A failure is told until the next attempt. */
  current(workspaceId: string): ConnectOutcome | undefined;
}

/**
 * Attempts in this process's memory. Only their failures live here: a connection that works is in the database, and
 * after a restart the form is simply filled in again.
 */
export function createConnectAttempts(log: Log): ConnectAttempts {
  const attempts = new Map<string, ConnectOutcome>();

  async function attempt(workspaceId: string, connect: () => Promise<unknown>): Promise<ConnectOutcome> {
    attempts.set(workspaceId, { state: 'running' });
    try {
      await connect();
      attempts.delete(workspaceId);
      return { state: 'connected' };
    } catch (error) {
      const known = error instanceof UserError;
      if (!known) log.error({ workspaceId, reason: messageOf(error) }, 'connecting raised an error');
      const outcome: ConnectOutcome = {
        state: 'failed',
        code: known ? error.code : 'internal_error',
        message: known ? error.message : 'Connecting did not work. Try again in a minute.',
      };
      attempts.set(workspaceId, outcome);
      return outcome;
    }
  }

  return {
    start(workspaceId, connect) {
      if (attempts.get(workspaceId)?.state === 'running') return Promise.resolve({ state: 'running' });
      const waited = sleep(WAIT_MS, { state: 'running' } as const, { ref: false });
      return Promise.race([attempt(workspaceId, connect), waited]);
    },
    current: (workspaceId) => attempts.get(workspaceId),
  };
}
