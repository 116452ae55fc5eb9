import type { Contact } from '../../../connectors/intercom/schemas.ts';
import { BULK_SIZE } from '../../../connectors/intercom/bulk-calls.ts';
import { claimExclusive, moment, releaseLease } from '../../../db/leases.ts';
import {
  AuthError,
  LeaseLostError,
  NotFoundError,
  RejectedError,
  SchemaError,
  TransientError,
} from '../../../errors.ts';
import type { ContactPayload } from '../../../objects/payloads.ts';
import { leaseMsOf, withHeartbeat, type BatchScope } from '../../runs/batch.ts';
import { bulkItem, stepsSeen, type BulkIdentity } from './bulk-contacts.ts';
import { originOf } from './companies.ts';
import type { LoadContext } from '../destination.ts';
import { readKnown } from '../known-records.ts';
import type { JournalEntry, LoadableRecord } from '../progress.ts';

const BULK_OPERATION = 'POST /contacts/bulk';

/** Between two looks at a job. */
const LOOK_AGAIN_MS = 1_000;
/** A job that takes longer is not waited for: its people are looked up, and made one by one where they are not there. */
const LONGEST_JOB_MS = 10 * 60_000;

/**
 * The fast path of people (setting `preview_bulk`): new contacts are created by the hundred, with their companies and
 * tags, and their ids are read from full pages of the contact list, once for all of them. Every item has its intent row
 * before the call, as a single create has. Nothing is decided by what is not seen here: what the list does not show
 * goes the ordinary way, where its probe looks for it and a single create says why Intercom refuses it.
 *
 * @returns the records that are loaded one by one now; the others were put back to wait for their job.
 */
export async function createInBulk(
  loadables: LoadableRecord[],
  scope: BatchScope,
  context: LoadContext,
): Promise<LoadableRecord[]> {
  if (!scope.run.settings.preview_bulk) return loadables;
  const fresh = loadables.filter(isNewPerson);
  const refused = fresh.length > 1 ? await submitAll(fresh, scope, context) : fresh;
  const submitted = new Set(fresh.filter((each) => !refused.includes(each)));
  await putBack(scope, [...submitted]);

  const inDoubt = loadables.filter((each) => bulkIntent(each) !== undefined);
  const others = loadables.filter((each) => !submitted.has(each) && !inDoubt.includes(each));
  return [...others, ...(await afterTheirJobs(inDoubt, scope, context))];
}

function isNewPerson({ payload, existing, journal, duplicateOf }: LoadableRecord): boolean {
  return (
    payload.resource === 'contacts' &&
    existing === undefined &&
    journal.length === 0 &&
    duplicateOf === undefined
  );
}

function bulkIntent({ journal }: LoadableRecord): JournalEntry | undefined {
  return journal.find((entry) => entry.state === 'intent' && entry.operation === BULK_OPERATION);
}

/** Returns what the endpoint would not take: a workspace without the Preview has lost one call, and nothing else. */
async function submitAll(
  fresh: LoadableRecord[],
  scope: BatchScope,
  context: LoadContext,
): Promise<LoadableRecord[]> {
  for (let start = 0; start < fresh.length; start += BULK_SIZE) {
    if (scope.signal.aborted) return [];
    const taken = await submit(fresh.slice(start, start + BULK_SIZE), scope, context);
    if (!taken) return fresh.slice(start);
  }
  return [];
}

async function submit(people: LoadableRecord[], scope: BatchScope, context: LoadContext): Promise<boolean> {
  const { ledger, db } = scope.deps;
  const items = await Promise.all(people.map(({ payload }) => bulkItem(payload as ContactPayload, context)));
  const journalIds = await Promise.all(
    people.map(({ record }, index) =>
      ledger.write({
        leaseToken: scope.token,
        intent: {
          workspaceId: scope.run.workspaceId,
          runId: scope.run.id,
          object: scope.object,
          sourceId: record.sourceId,
          step: 'create',
          operation: BULK_OPERATION,
          identity: { ...items[index]?.identity },
        },
      }),
    ),
  );
  const ids = journalIds.flatMap((id) => id ?? []);
  try {
    const job = await context.intercom.bulkCreateContacts(items.map(({ item }) => item));
    await db.sql`
      update load_journal set result = jsonb_build_object('job', ${job}::text)
      where workspace_id = ${scope.run.workspaceId} and id = any(${ids}::bigint[]) and state = 'intent'`;
    return true;
  } catch (error) {
    // Another worker may be at these people by now: what became of their intents it finds out.
    if (error instanceof LeaseLostError) throw error;
    const isLost = error instanceof SchemaError || (error instanceof TransientError && error.outcomeUnknown);
    if (isLost) return true;
    await Promise.all(
      ids.map((journalId) =>
        ledger.write({
          leaseToken: scope.token,
          settle: [{ journalId, state: 'void', result: { error: String(error) } }],
        }),
      ),
    );
    if (!isUnavailable(error)) throw error;
    scope.deps.log.warn({ err: error, runId: scope.run.id }, 'bulk create is not available; one by one');
    return false;
  }
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof AuthError) return error.status === 403;
  return error instanceof RejectedError || error instanceof NotFoundError;
}

/** Not counted as tries: waiting for a job is no failure. */
async function putBack(scope: BatchScope, people: LoadableRecord[]): Promise<void> {
  if (people.length === 0) return;
  await scope.deps.db.sql`
    update run_records
    set lease_token = null, attempts = 0, not_before = now() + ${LOOK_AGAIN_MS} * interval '1 millisecond'
    where workspace_id = ${scope.run.workspaceId} and lease_token = ${scope.token}
      and id = any(${people.map(({ record }) => record.id)}::bigint[])`;
}

/** Ids are read when nobody is left to submit, so that the list of contacts is read once and not once for each batch. */
async function afterTheirJobs(
  inDoubt: LoadableRecord[],
  scope: BatchScope,
  context: LoadContext,
): Promise<LoadableRecord[]> {
  if (inDoubt.length === 0) return [];
  const isEarly = (await someAreUnsubmitted(scope)) || !(await areJobsDone(inDoubt, scope, context));
  if (isEarly || !(await readIds(scope, context))) {
    await putBack(scope, inDoubt);
    return [];
  }
  const { existing, journal } = await readKnown(
    scope.deps.db.sql,
    scope.run.workspaceId,
    scope.object,
    inDoubt.map(({ record }) => record.sourceId),
  );
  return inDoubt.map((each) => ({
    ...each,
    existing: existing.get(each.record.sourceId),
    journal: journal.get(each.record.sourceId) ?? [],
  }));
}

/** A record that was never put back has not been tried yet, or is being tried by another batch. */
async function someAreUnsubmitted({ deps, run, object, token }: BatchScope): Promise<boolean> {
  const rows = await deps.db.sql`
    select 1 from run_records
    where workspace_id = ${run.workspaceId} and run_id = ${run.id} and object = ${object} and step = 'load'
      and not_before is null and lease_token is distinct from ${token} limit 1`;
  return rows.length > 0;
}

async function areJobsDone(
  inDoubt: LoadableRecord[],
  { deps, run }: BatchScope,
  context: LoadContext,
): Promise<boolean> {
  const intents = inDoubt.flatMap((each) => bulkIntent(each) ?? []);
  const rows = await deps.db.sql<{ job: string }[]>`
    select distinct result->>'job' as job from load_journal
    where workspace_id = ${run.workspaceId} and id = any(${intents.map(({ id }) => id)}::bigint[])
      and result->>'job' is not null and created_at > ${new Date(context.now().getTime() - LONGEST_JOB_MS)}`;
  for (const { job } of rows) {
    try {
      if (!(await context.intercom.isBulkJobDone(job))) return false;
    } catch (error) {
      // A job that Intercom has forgotten is over.
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  return true;
}

interface OpenIntent extends BulkIdentity {
  id: string;
  createdAt: Date;
}

/**
 * Settles every bulk intent of the object that the contact list shows; false while another worker does. A list that takes
 * more pages than there are people to find is not read: looking each of them up is cheaper.
 */
async function readIds(scope: BatchScope, context: LoadContext): Promise<boolean> {
  const { deps, run, object } = scope;
  const place = { workspaceId: run.workspaceId, runId: run.id };
  const claimedAt = moment();
  const token = await claimExclusive(deps.db.sql, {
    ...place,
    work: `bulk:${object}`,
    worker: deps.options.worker,
    leaseMs: leaseMsOf(deps),
  });
  if (token === null) return false;
  try {
    await withHeartbeat(deps, token, claimedAt, async (signal) => {
      const open = await openIntents(scope);
      for (let cursor: string | null = null; open.size > 0 && !signal.aborted;) {
        const page = await context.intercom.pageOfContacts(cursor);
        await settleFound(scope, token, takeFound(page.items, open));
        const pages = page.items.length === 0 ? 1 : Math.ceil(page.total / page.items.length);
        if (page.next === null || pages > open.size) return;
        cursor = page.next;
      }
    });
  } finally {
    await releaseLease(deps.db.sql, token);
  }
  return true;
}

async function openIntents({ deps, run, object }: BatchScope): Promise<Map<string, OpenIntent>> {
  const rows = await deps.db.sql<(OpenIntent & { identity: BulkIdentity })[]>`
    select id, created_at as "createdAt", identity from load_journal
    where workspace_id = ${run.workspaceId} and run_id = ${run.id} and object = ${object} and state = 'intent'
      and operation = ${BULK_OPERATION}`;
  return new Map(rows.map(({ identity, ...row }) => [identity.external_id, { ...row, ...identity }]));
}

interface Found {
  id: string;
  destination_id: string;
  steps: string[];
}

/** Somebody who was there before our call is not taken for ours: a single create adopts and completes them. */
function takeFound(contacts: Contact[], open: Map<string, OpenIntent>): Found[] {
  return contacts.flatMap((contact) => {
    const intent = open.get(contact.external_id ?? '');
    if (intent === undefined || originOf(contact.created_at, intent.createdAt) === 'adopted') return [];
    open.delete(intent.external_id);
    return [{ id: intent.id, destination_id: contact.id, steps: stepsSeen(contact, intent) }];
  });
}

/** Of two workers that look for the same person, the first to settle the intent is right; the other changes nothing. */
async function settleFound({ deps, run }: BatchScope, token: string, found: Found[]): Promise<void> {
  if (found.length === 0) return;
  await deps.db.sql`
    with settled as (
      update load_journal j
      set state = 'done', destination_id = v.destination_id, result = jsonb_build_object('steps', v.steps), settled_at = now()
      from jsonb_to_recordset(${JSON.stringify(found)}::jsonb) as v(id bigint, destination_id text, steps jsonb)
      where j.workspace_id = ${run.workspaceId} and j.id = v.id and j.state = 'intent'
        and exists (select 1 from leases where token = ${token} and expires_at > now())
      returning j.*
    )
    insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, facts, state, origin, created_in_run)
    select s.workspace_id, s.object, s.source_id, r.display_id, 'contacts', s.destination_id, s.identity->'facts', 'partial',
      'created', s.run_id
    from settled s join run_records r on r.run_id = s.run_id and r.object = s.object and r.source_id = s.source_id
    on conflict (workspace_id, object, source_id) do nothing`;
}
