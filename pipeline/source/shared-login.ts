import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SharedLogin, SharedToken } from '../../connectors/infraon/types.ts';
import { AuthError, TransientError } from '../../errors.ts';
import type { Deps } from '../deps.ts';

/** Who signs in holds the right to it for so long, and asks for more while it goes on: a process that died frees it. */
const LEASE_SECONDS = 15;
/** Those who wait for its result look this often. */
const TURN_MS = 200;

interface LoginRow {
  connectedAt: Date;
  /** Sealed; null while somebody signs in. */
  token: string | null;
  signedInAt: Date | null;
  /** Whether Infraon took the token from anybody. */
  proven: boolean;
  isHeld: boolean;
  failure: string | null;
}

interface Shared {
  workspaceId: string;
  /** Tells one connection of the workspace from the next: a token of other credentials is no token. */
  connectedAt: Date;
  /** After a refused login nobody tries again for so long: failures may lock the account. */
  pauseMs: number;
}

/**
 * Infraon's login of a workspace, one for all processes: every sign-in moves the account's last login and may lock it. A
 * token that was refused is taken away first, then one process signs in under a short lease, and the others wait.
 */
export function createSharedLogin(
  { db: { sql }, secrets }: Pick<Deps, 'db' | 'secrets'>,
  { workspaceId, connectedAt, pauseMs }: Shared,
): SharedLogin {
  const holder = randomUUID();

  async function look(): Promise<LoginRow> {
    const [row] = await sql<LoginRow[]>`
      select c.connected_at as "connectedAt", l.token, l.signed_in_at as "signedInAt", coalesce(l.proven, false) as proven,
        coalesce(l.holder_until > now(), false) as "isHeld",
        case when l.failed_at > now() - ${`${pauseMs} ms`}::interval then l.failure end as failure
      from source_connections c
      left join source_logins l on l.workspace_id = c.workspace_id and l.connected_at = c.connected_at
      where c.workspace_id = ${workspaceId}`;
    if (row?.connectedAt.getTime() === connectedAt.getTime()) return row;
    throw new TransientError('The connection to Infraon was changed meanwhile.', {
      code: 'source_connection_changed',
      outcomeUnknown: false,
    });
  }

  function open(sealed: string): string | null {
    try {
      return secrets.open(sealed, workspaceId, 'infraon_token');
    } catch {
      // Sealed with a key that is gone: signing in again costs less than asking a person.
      return null;
    }
  }

  /** Takes the right to sign in, and the token that `seen` showed away; null when somebody else was first. */
  async function claim(seen: LoginRow): Promise<{ lastAt: Date | null } | null> {
    const [row] = await sql<{ lastAt: Date | null }[]>`
      insert into source_logins as l (workspace_id, connected_at, holder, holder_until)
      select workspace_id, connected_at, ${holder}::uuid, now() + ${`${LEASE_SECONDS} s`}::interval
      from source_connections
      where workspace_id = ${workspaceId} and date_trunc('milliseconds', connected_at) = ${connectedAt}
      on conflict (workspace_id) do update set connected_at = excluded.connected_at, token = null, proven = false, failure = null,
        failed_at = null, holder = excluded.holder, holder_until = excluded.holder_until,
        signed_in_at = case when l.connected_at = excluded.connected_at then l.signed_in_at end
      where l.connected_at <> excluded.connected_at
        or (l.token is not distinct from ${seen.token} and coalesce(l.holder_until <= now(), true)
          and coalesce(l.failed_at <= now() - ${`${pauseMs} ms`}::interval, true))
      returning signed_in_at as "lastAt"`;
    return row ?? null;
  }

  async function extend(): Promise<void> {
    await sql`
      update source_logins set holder_until = now() + ${`${LEASE_SECONDS} s`}::interval
      where workspace_id = ${workspaceId} and holder = ${holder}::uuid`;
  }

  async function settle(result: { token: string; at: Date } | { failure: string | null }): Promise<void> {
    const token = 'token' in result ? secrets.seal(result.token, workspaceId, 'infraon_token') : null;
    const failure = 'failure' in result ? result.failure : null;
    await sql`
      update source_logins set holder = null, holder_until = null, token = ${token}, failure = ${failure},
        signed_in_at = ${'at' in result ? result.at : sql`signed_in_at`},
        failed_at = ${failure === null ? null : sql`now()`}
      where workspace_id = ${workspaceId} and holder = ${holder}::uuid`;
  }

  async function signInAs(
    lastAt: Date | null,
    signIn: (lastAt: Date | null) => Promise<{ token: string; at: Date }>,
  ): Promise<SharedToken> {
    const beat = setInterval(() => void extend().catch(() => undefined), (LEASE_SECONDS * 1000) / 3);
    try {
      const { token, at } = await signIn(lastAt);
      await settle({ token, at });
      return { token, at, isOwn: true };
    } catch (error) {
      await settle({ failure: error instanceof AuthError ? error.message : null }).catch(() => undefined);
      throw error;
    } finally {
      clearInterval(beat);
    }
  }

  return {
    async obtain(refused, signIn) {
      for (;;) {
        const row = await look();
        if (row.failure !== null) throw new AuthError(row.failure, { code: 'source_unauthorized' });
        const token = row.token === null ? null : open(row.token);
        if (token !== null && token !== refused)
          return { token, at: row.signedInAt ?? new Date(0), isOwn: false };
        const claimed = row.isHeld ? null : await claim(row);
        if (claimed !== null) return signInAs(claimed.lastAt, signIn);
        await sleep(TURN_MS);
      }
    },
    async accepted(token) {
      const row = await look();
      if (row.token === null || row.proven || open(row.token) !== token) return;
      await sql`update source_logins set proven = true where workspace_id = ${workspaceId} and token = ${row.token}`;
    },
    async drop(token, reason) {
      // Others may have used it up already, and say so in a moment.
      await sleep(TURN_MS);
      const row = await look();
      if (row.token === null || row.proven || open(row.token) !== token) return row.failure !== null;
      await sql`
        update source_logins set token = null, failure = ${reason}, failed_at = now()
        where workspace_id = ${workspaceId} and token = ${row.token}`;
      return true;
    },
  };
}
