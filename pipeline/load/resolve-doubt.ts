import { LeaseLostError, RejectedError } from '../../errors.ts';
import type { BatchScope } from '../runs/batch.ts';
import type { LoadContext, Step, StepResult, StepTarget, Undecided } from './destination.ts';
import { INTERCOM_ID, NOT_THERE } from './known-records.ts';
import type { JournalEntry, LoadableRecord, Progress } from './progress.ts';

export type Resolved = { happened: StepResult } | { lookAgainAt: Date } | 'not there';

/**
 * Decides what became of a call that an earlier try left open: by what a person said, else by looking. `not there` means
 * that the step may be done now. What neither can decide is thrown as `unknown_outcome`; the intent stays open, and the
 * record is not written until somebody has decided.
 */
export async function resolveDoubt(
  step: Step,
  doubt: JournalEntry,
  loadable: LoadableRecord,
  progress: Progress,
  scope: BatchScope,
  context: LoadContext,
): Promise<Resolved> {
  const doubtMs = await ageOfDoubt(doubt, scope);
  const target = targetOf(doubt.id, loadable, progress, scope, doubt.firstIntendedAt, doubtMs);
  const { said } = loadable;
  if (said !== undefined && said.at > doubt.createdAt) return believe(step, said.id, context, target);
  const answer = await step.probe(context, target);
  if (answer === 'repeat') return 'not there';
  if (answer === 'absent') {
    const leftMs = context.callLifeMs - doubtMs;
    return leftMs <= 0 ? 'not there' : { lookAgainAt: new Date(context.now().getTime() + leftMs) };
  }
  if ('undecided' in answer) throw unknownOutcome(step, answer.undecided);
  return answer;
}

async function believe(
  step: Step,
  id: string | null,
  context: LoadContext,
  target: StepTarget,
): Promise<Resolved> {
  if (id === null) return 'not there';
  const result = step.believe === undefined ? {} : await step.believe(id, context, target);
  if (result !== null) return { happened: result };
  throw new RejectedError(`Intercom has nothing with the id ${id} that this could be.`, {
    code: 'unknown_outcome',
    field: INTERCOM_ID,
    value: id,
    suggestion: SUGGESTION,
  });
}

const SUGGESTION = `Look in Intercom. If it is there, enter its id as ${INTERCOM_ID} and save; if it is not, enter "${NOT_THERE}". It is never made a second time by itself.`;

function unknownOutcome(step: Step, { sought, found }: Undecided): RejectedError {
  const readings = found.map(({ id, is }) => `${id} is ${is}`).join('; ');
  return new RejectedError(
    `The answer to ${step.operation} got lost, and what is in Intercom does not tell whether it was carried out. We sent ${sought}. Found: ${readings}.`,
    {
      code: 'unknown_outcome',
      field: INTERCOM_ID,
      value: found.map(({ id }) => id).join(', '),
      suggestion: SUGGESTION,
    },
  );
}

/**
 * Kept from the first look on, since a record may be looked at by many tries. The database's clock counts: the look and
 * the next one may be those of two machines.
 */
async function ageOfDoubt(doubt: JournalEntry, { deps, run }: BatchScope): Promise<number> {
  const rows = await deps.db.sql<{ ageMs: number }[]>`
    update load_journal set doubted_at = coalesce(doubted_at, now())
    where workspace_id = ${run.workspaceId} and id = ${doubt.id}
    returning (extract(epoch from now() - doubted_at) * 1000)::float8 as "ageMs"`;
  return rows[0]?.ageMs ?? 0;
}

export function targetOf(
  journalId: string,
  loadable: LoadableRecord,
  progress: Progress,
  scope: BatchScope,
  intendedAt: Date,
  doubtMs = 0,
): StepTarget {
  return {
    record: { ref: scope.object, sourceId: loadable.record.sourceId },
    destinationId: progress.destinationId,
    intendedAt,
    doubtMs,
    attempts: loadable.record.attempts,
    keepPrior: (prior) => keepPrior(scope, journalId, prior),
  };
}

async function keepPrior(
  { deps, run, token }: BatchScope,
  journalId: string,
  prior: Record<string, unknown>,
): Promise<void> {
  const kept = await deps.db.sql`
    update load_journal j set prior = ${JSON.stringify(prior)}::jsonb || coalesce(j.prior, '{}'::jsonb)
    where j.workspace_id = ${run.workspaceId} and j.id = ${journalId} and j.state = 'intent'
      and exists (select 1 from leases l where l.token = ${token} and l.expires_at > now())
    returning 1`;
  if (kept.length === 0)
    throw new LeaseLostError('Another worker may own this batch now', { code: 'lease_lost' });
}
