import type { IntercomClient } from '../../../connectors/intercom/client.ts';
import type { SearchFilter } from '../../../connectors/intercom/list-calls.ts';
import { AuthError, NotFoundError, RejectedError, SchemaError, messageOf } from '../../../errors.ts';
import type { Deps } from '../../deps.ts';
import { runExclusive } from '../../runs/batch.ts';
import { pinnedMap, type FrozenRun } from '../../runs/frozen-run.ts';
import { runClient } from '../../runs/run-client.ts';
import { lookAgainMs } from '../look-again.ts';
import { nameSourceChanges } from '../source-changes.ts';
import { compareSet, type SetComparison } from './compare-set.ts';
import { comparePrepared } from './prepared-sets.ts';
import { ledgerSets, type LedgerSet } from './ledger-sets.ts';
import { ledgerView } from './ledger-view.ts';
import {
  articlesReader,
  companiesReader,
  contactsReader,
  conversationsReader,
  instancesReader,
  type SetReader,
} from './set-readers.ts';
import { readSetState, storeCounts, waitForIndex } from './set-state.ts';

/**
 * Counts every kind of thing that a run was about in Intercom and compares it with the ledger: what the ledger does not
 * know can be found in no other way, and records that a run does not read one by one are covered too. One call a kind
 * where the counts agree. A search that shows too few is asked again later: its index may be behind.
 */
export async function countSets(deps: Deps, workspaceId: string, runId: string): Promise<void> {
  const { sql } = deps.db;
  const isToDo = async (run: FrozenRun) => !(await readSetState(sql, run)).isDone;
  await runExclusive(deps, { workspaceId, runId }, 'count_sets', isToDo, async ({ run, signal, fence }) => {
    const { looks } = await readSetState(sql, run);
    const client = await runClient(deps, run, 'workspace', fence);
    const readers = await readersOf(deps, run, client);
    const pauseMs = lookAgainMs(looks, run.settings.search_lag_seconds);
    if (pauseMs !== null && (await isBehind(readers))) {
      await waitForIndex(sql, run, { looks: looks + 1, at: new Date(deps.clock.now().getTime() + pauseMs) });
      return;
    }
    const compared: SetComparison[] = [];
    for (const [set, reader] of readers) {
      const view = ledgerView(sql, deps.registry, run, set);
      compared.push(await orWhyNot(set, () => compareSet(set, reader, view, signal)));
    }
    compared.push(...(await comparePrepared(sql, run, client)));
    if (run.kind === 'verify') await nameSourceChanges(deps, run, signal);
    await storeCounts(sql, run, compared);
  });
}

/** A search shows fewer than there were a moment ago, when each of them was read by its id. */
async function isBehind(readers: readonly [LedgerSet, SetReader][]): Promise<boolean> {
  for (const [set, reader] of readers) {
    if (!reader.lags) continue;
    const total = await reader.total().catch(asUncounted);
    if (total !== null && total < set.expected - set.gone) return true;
  }
  return false;
}

function asUncounted(error: unknown): null {
  if (isRefused(error)) return null;
  throw error;
}

/** Refused for good, as where the app lacks one permission: that one kind is then not counted, and it is said why. */
function isRefused(error: unknown): boolean {
  if (error instanceof AuthError) return error.status === 403;
  return error instanceof RejectedError || error instanceof NotFoundError || error instanceof SchemaError;
}

async function orWhyNot(
  { set, expected, gone }: LedgerSet,
  compare: () => Promise<SetComparison>,
): Promise<SetComparison> {
  try {
    return await compare();
  } catch (error) {
    if (!isRefused(error)) throw error;
    const note = `Intercom does not let it be counted: ${messageOf(error)}`;
    return {
      count: { set, expected, found: null, extra: 0, missing: gone, unchecked: 0, note },
      strays: [],
      gone: [],
    };
  }
}

async function readersOf(
  deps: Deps,
  run: FrozenRun,
  client: IntercomClient,
): Promise<[LedgerSet, SetReader][]> {
  const sets = await ledgerSets(deps.db.sql, deps.registry, run);
  const readers: [LedgerSet, SetReader][] = [];
  for (const set of sets) {
    const reader = await readerOf(deps, run, set, client);
    if (reader !== null) readers.push([set, reader]);
  }
  return readers;
}

/** Null where nothing in Intercom tells ours from others: such a kind is covered by reading its records alone. */
async function readerOf(
  deps: Deps,
  run: FrozenRun,
  { set, type, objects }: LedgerSet,
  client: IntercomClient,
): Promise<SetReader | null> {
  if (type !== null) return instancesReader(client, type);
  const templates = objects.map((object) => deps.registry.get(object).identity.template);
  const [prefix = '', ...otherPrefixes] = new Set(templates.map((template) => template.split('{')[0] ?? ''));
  switch (set) {
    case 'contacts': {
      const mark = await markOf(deps, run, objects);
      return mark === null ? null : contactsReader(client, mark);
    }
    case 'companies':
      return companiesReader(client, prefix);
    case 'conversations':
      return prefix === '' || otherPrefixes.length > 0 ? null : conversationsReader(client, prefix);
    case 'articles':
    case 'internal_articles':
      return articlesReader(client, set);
    default:
      return null;
  }
}

/** The value that the pinned maps of all these objects write on every record. */
async function markOf(deps: Deps, run: FrozenRun, objects: string[]): Promise<SearchFilter | null> {
  const marks = new Map<string, SearchFilter>();
  for (const object of objects) {
    const mark = deps.registry.get(object).identity.listedBy;
    const { rules } = await pinnedMap(deps.db.sql, run, object);
    const isWritten = rules.some(
      ({ target, transform, options }) =>
        target === mark?.target && transform === 'constant' && options['value'] === mark.value,
    );
    if (mark === undefined || !isWritten) return null;
    marks.set(JSON.stringify(mark), { field: mark.target, operator: '=', value: mark.value });
  }
  const [only, ...others] = marks.values();
  return only === undefined || others.length > 0 ? null : only;
}
