import { enqueue } from '../../db/queue.ts';
import { AppError, UserError, messageOf } from '../../errors.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { Registry } from '../../objects/registry.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { discoverObject } from './discover-object.ts';
import type { DiscoveryContext, ObjectReading } from './discovery-context.ts';
import type { DiscoveredObject, DiscoveryDocument } from './discovery-document.ts';
import { callsFor, secondsFor } from './estimate.ts';
import { fieldPathsOf, findConnection, infraonFor } from '../source/infraon-access.ts';
import { stageInventories } from './inventory.ts';
import { asOffered } from '../source/offered-source.ts';
import { storeProposal } from '../maps/propose-maps.ts';
import { getSettingsFor } from '../settings.ts';
import { withWorkspaceLock } from '../workspace-lock.ts';

const DEFAULT_SAMPLE_SIZE = 200;

interface DiscoveryRow {
  state: 'running' | 'done' | 'failed';
  objects: DiscoveredObject[];
  estimate: { calls: number; seconds: number } | null;
  error: string | null;
  startedAt: Date;
  finishedAt: Date | null;
}

async function readDiscovery(deps: Deps, workspaceId: string): Promise<DiscoveryRow | undefined> {
  const rows = await deps.db.sql<DiscoveryRow[]>`
    select state, objects, estimate, error, started_at as "startedAt", finished_at as "finishedAt"
    from discoveries where workspace_id = ${workspaceId}`;
  return rows[0];
}

/** The discovery of a workspace as the API shows it; `idle` before the first one. */
export async function discoveryOf(deps: Deps, workspaceId: string): Promise<DiscoveryDocument> {
  const row = await readDiscovery(deps, workspaceId);
  if (row === undefined) {
    return { state: 'idle', objects: [], estimate: null, error: null, started_at: null, finished_at: null };
  }
  return {
    state: row.state,
    objects: row.objects,
    estimate: row.estimate,
    error: row.error,
    started_at: row.startedAt.toISOString(),
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}

export function getDiscovery(deps: Deps, actor: Actor): Promise<DiscoveryDocument> {
  return discoveryOf(deps, actor.workspaceId);
}

/**
 * Starts a discovery in the background. Asking again while one runs changes nothing, and revives one whose worker died:
 * the job key replaces a job that waits, and the work itself is guarded by a lock.
 */
export async function startDiscovery(deps: Deps, actor: Actor): Promise<DiscoveryDocument> {
  requireRole(actor, 'operator');
  const { workspaceId } = actor;
  if ((await findConnection(deps, workspaceId)) === undefined) {
    throw new UserError('Infraon is not connected yet. Connect it first.', {
      code: 'source_not_connected',
      httpStatus: 409,
    });
  }
  await deps.db.sql.begin(async (tx) => {
    const started = await tx`
      insert into discoveries (workspace_id, state, started_at)
      values (${workspaceId}, 'running', ${deps.clock.now()})
      on conflict (workspace_id) do update set state = 'running', objects = '[]', estimate = null, error = null,
        started_at = excluded.started_at, finished_at = null
      where discoveries.state <> 'running'
      returning 1`;
    await enqueueDiscovery(tx, workspaceId);
    if (started.length > 0) await writeAudit(tx, actor, 'discovery_started');
  });
  return discoveryOf(deps, workspaceId);
}

function enqueueDiscovery(sql: Parameters<typeof enqueue>[0], workspaceId: string): Promise<void> {
  return enqueue(sql, 'discover', { workspaceId }, { jobKey: `discover:${workspaceId}`, maxAttempts: 3 });
}

/** Enqueues discoveries that nobody works on although they are running: their worker died. For a periodic task. */
export async function reviveDiscoveries(deps: Deps): Promise<number> {
  const running = await deps.db.sql<{ workspaceId: string }[]>`
    select workspace_id as "workspaceId" from discoveries where state = 'running'`;
  let revived = 0;
  for (const { workspaceId } of running) {
    const released = await withWorkspaceLock(deps, workspaceId, 'discover', () => Promise.resolve());
    if (!released) continue;
    await enqueueDiscovery(deps.db.sql, workspaceId);
    revived += 1;
  }
  return revived;
}

export interface DiscoveryOptions {
  /** Full records read per object. */
  sampleSize?: number;
  /** Ends the work early and puts it back into the queue; the process's own when absent. */
  signal?: AbortSignal;
}

/**
 * Reads everything that can be known before a load: counts, fields, quality, an estimate, and a proposed map per object.
 * An object that cannot be read is reported by name while the others go on. Permanent failures end in state `failed`,
 * not in an exception.
 */
export async function runDiscovery(
  deps: Deps,
  workspaceId: string,
  options: DiscoveryOptions = {},
): Promise<void> {
  if ((await readDiscovery(deps, workspaceId))?.state !== 'running') return;
  const signal = options.signal ?? deps.stopping;
  await withWorkspaceLock(deps, workspaceId, 'discover', async () => {
    try {
      await discoverAll(deps, workspaceId, { ...options, signal });
    } catch (error) {
      if (signal.aborted) {
        await enqueueDiscovery(deps.db.sql, workspaceId);
        return;
      }
      await finish(deps, workspaceId, 'failed', {
        error:
          error instanceof AppError ? sentence(messageOf(error)) : 'An internal error stopped the discovery.',
      });
      if (!(error instanceof AppError)) throw error;
    }
  });
}

/** Companies come out of other objects' records, so they follow those, although they are loaded before them. */
function readingOrder(registry: Registry): ObjectDefinition[] {
  const all = registry.all();
  return all
    .filter((definition) => definition.source.kind === 'endpoint')
    .flatMap((definition) => [
      definition,
      ...all.filter(({ source }) => source.kind === 'derived' && source.from === definition.name),
    ]);
}

async function discoverAll(deps: Deps, workspaceId: string, options: DiscoveryOptions): Promise<void> {
  const access = await infraonFor(deps, workspaceId);
  const { client, connection } = access;
  const settings = await getSettingsFor(deps, workspaceId);
  const context: DiscoveryContext = {
    client,
    registry: deps.registry,
    timezone: settings.source_timezone,
    defaultCountry: settings.default_country,
    companyRule: settings.company_rule,
    now: deps.clock.now(),
    sampleSize: options.sampleSize ?? DEFAULT_SAMPLE_SIZE,
    ids: new Map(),
    derivations: new Map(),
    fieldPaths: (object) => fieldPathsOf(connection, object),
    signal: options.signal,
  };
  const documents = new Map<string, DiscoveredObject>();
  const problems: string[] = [];
  let calls = 0;
  let readable = 0;
  for (const definition of readingOrder(deps.registry)) {
    const reading = await readOne(asOffered(definition, client.profile), context, connection.pinned.disabled);
    if ('failure' in reading) {
      documents.set(definition.name, unreadable(definition, reading.failure));
      problems.push(`${definition.plural} could not be read: ${reading.failure}`);
    } else {
      readable += 1;
      documents.set(definition.name, reading.document);
      problems.push(...reading.problems);
      calls += callsFor(definition, reading.movable, reading.shape);
      await storeProposal(deps, workspaceId, definition, reading.document.fields, reading.samples, settings);
    }
    await storeProgress(deps, workspaceId, documents);
  }
  problems.push(...(await stageInventories(deps, workspaceId, access, options.signal)));
  const [budget] = await deps.db.sql<{ callLimit: number }[]>`
    select call_limit as "callLimit" from rate_budgets where workspace_id = ${workspaceId}`;
  await finish(deps, workspaceId, readable === 0 ? 'failed' : 'done', {
    estimate: { calls, seconds: secondsFor(calls, settings.rate_share, budget?.callLimit ?? null) },
    error: problems.length === 0 ? null : problems.map(sentence).join(' '),
  });
}

async function readOne(
  definition: ObjectDefinition,
  context: DiscoveryContext,
  disabled: Record<string, string>,
): Promise<ObjectReading | { failure: string }> {
  if (definition.source.kind === 'endpoint') {
    const reason = disabled[definition.source.object];
    if (reason !== undefined) return { failure: reason };
  }
  try {
    return await discoverObject(definition, context);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { failure: messageOf(error) };
  }
}

function unreadable(definition: ObjectDefinition, reason: string): DiscoveredObject {
  const examples = [{ source_id: '', display_id: null, value: reason }];
  return {
    object: definition.name,
    count: 0,
    fields: [],
    quality: [{ code: 'source_unreadable', count: 1, examples }],
  };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Objects in loading order, whatever the order of reading. */
async function storeProgress(
  deps: Deps,
  workspaceId: string,
  documents: Map<string, DiscoveredObject>,
): Promise<void> {
  const ordered = deps.registry
    .all()
    .map((definition) => documents.get(definition.name))
    .filter((document) => document !== undefined);
  await deps.db.sql`
    update discoveries set objects = ${JSON.stringify(ordered)}::jsonb
    where workspace_id = ${workspaceId}`;
}

async function finish(
  deps: Deps,
  workspaceId: string,
  state: 'done' | 'failed',
  result: { estimate?: { calls: number; seconds: number }; error: string | null },
): Promise<void> {
  const estimate = result.estimate === undefined ? null : JSON.stringify(result.estimate);
  await deps.db.sql`
    update discoveries set state = ${state}, estimate = ${estimate}::jsonb, error = ${result.error},
      finished_at = ${deps.clock.now()}
    where workspace_id = ${workspaceId}`;
}
