import { CUTOVER_CONFIRMATIONS, READ_ONLY } from './confirmations.ts';
import type { CutoverItem, FreezeDocument } from './documents.ts';
import type { BoardFacts, Confirmation } from './facts.ts';
import { UNSETTLED } from '../differences.ts';

export const FROZEN = 'source_frozen';

/** As a cut-over goes. */
const ORDER: readonly string[] = [
  'maps_approved',
  'full_load',
  'nothing_rejected',
  'nothing_running',
  READ_ONLY,
  FROZEN,
  'last_delta',
  'verified',
  'support_mail_switched',
  'automations_on',
  'integrations_on',
  'agents_informed',
  'handoff_package',
];

type Measured = { go: boolean; detail: string; fix: string };

interface ItemDefinition {
  id: string;
  title: string;
  judge: (facts: BoardFacts, freeze: FreezeDocument) => Measured;
}

const go = (detail: string): Measured => ({ go: true, detail, fix: '' });
const noGo = (detail: string, fix: string): Measured => ({ go: false, detail, fix });

function records(count: number): string {
  return count === 1 ? '1 record' : `${count} records`;
}

/** Computed from the ledger: nobody can vouch for these. */
const MEASURED: readonly ItemDefinition[] = [
  {
    id: 'maps_approved',
    title: 'All maps are approved',
    judge: ({ unapprovedMaps }) =>
      unapprovedMaps.length === 0
        ? go('The newest version of every map is approved by name.')
        : noGo(
            `Not approved: ${unapprovedMaps.join(', ').replaceAll('_', ' ')}.`,
            'Review and approve them.',
          ),
  },
  {
    id: 'full_load',
    title: 'The full load is done and balances',
    judge: ({ full }) => {
      if (full === null)
        return noGo('No full run has come to an end, or it was undone.', 'Start the migration.');
      return full.balanced
        ? go(`Ended on ${full.finishedAt?.toISOString() ?? ''}; every record that was found has one outcome.`)
        : noGo('What was found is not what the source counted.', 'Look at the run, then run a delta.');
    },
  },
  {
    id: 'nothing_rejected',
    title: 'Nothing is rejected or waiting',
    judge: ({ full, rejected, waiting, waived }) =>
      rejected + waiting === 0
        ? go(
            waived > 0
              ? `${records(waived)} left behind by name, with a note.`
              : full === null
                ? 'Nothing has been set aside so far.'
                : 'Every record moved.',
          )
        : noGo(
            `${records(rejected)} rejected, ${waiting} waiting for one of them.`,
            'Correct and retry them, or waive each with a note.',
          ),
  },
  {
    id: 'nothing_running',
    title: 'No run is active',
    judge: ({ activeRun }) =>
      activeRun === null
        ? go('Nothing is being written.')
        : noGo(`A ${activeRun.kind} run is ${activeRun.state}.`, 'Wait for it, or resume it, or cancel it.'),
  },
  {
    id: 'verified',
    title: 'Everything was read back, without unexplained differences',
    judge: judgeVerified,
  },
  {
    id: 'last_delta',
    title: 'The last delta began after Infraon was set read-only',
    judge: judgeLastDelta,
  },
  {
    id: 'handoff_package',
    title: 'A handoff package was made after the last run',
    judge: ({ packageAt, lastRunAt }) =>
      packageAt !== null && (lastRunAt === null || packageAt >= lastRunAt)
        ? go(`Made on ${packageAt.toISOString()}. Signing off makes the final one.`)
        : noGo(
            packageAt === null ? 'None was made yet.' : 'The newest one is older than the last run.',
            'Download it under Downloads and look through it: it is what stays.',
          ),
  },
];

function judgeVerified({ verification, notReadBack, partial }: BoardFacts): Measured {
  const open = ([...UNSETTLED, 'changed_at_source'] as const).flatMap((name) => {
    const count = verification[name] ?? 0;
    return count === 0 ? [] : [`${count} ${name.replaceAll('_', ' ')}`];
  });
  if (partial > 0)
    return noGo(`${records(partial)} only partly in Intercom.`, 'Run a delta: it finishes them.');
  if (open.length > 0)
    return noGo(
      `Differences: ${open.join(', ')}.`,
      'Look at the findings, repair what can be repaired, run a delta for what changed in Infraon, then verify again.',
    );
  if (notReadBack > 0) return noGo(`${records(notReadBack)} not read back yet.`, 'Start a verification.');
  const compared = Object.values(verification).reduce((sum, count) => sum + count, 0);
  return compared === 0
    ? noGo('Nothing was read back yet.', 'Start a verification.')
    : go(
        `${compared} values compared; what people changed since and what the maps announced is no difference.`,
      );
}

function judgeLastDelta(facts: BoardFacts): Measured {
  const { delta } = facts;
  const readOnly = said(facts, READ_ONLY);
  if (delta === null)
    return noGo('There was no delta yet.', 'Set Infraon read-only, confirm it, run the delta.');
  if (readOnly === undefined)
    return noGo('Nobody has confirmed that Infraon is read-only.', 'Confirm it, then run the last delta.');
  const started = delta.startedAt;
  if (started === null || started < readOnly.at)
    return noGo(
      `The newest delta began on ${started?.toISOString() ?? ''}, before Infraon was set read-only.`,
      'Run the last delta.',
    );
  return delta.balanced
    ? go(`${records(delta.written)} written, ${delta.unchanged} unchanged.`)
    : noGo('It does not balance.', 'Look at the run, then run another delta.');
}

function said(facts: BoardFacts, id: string): Confirmation | undefined {
  const confirmation = facts.confirmations.get(id);
  const since = facts.full?.startedAt;
  // What was said before the load that counts was said of another one.
  return confirmation !== undefined && since != null && confirmation.at < since ? undefined : confirmation;
}

function shown(confirmation: Confirmation | undefined) {
  return {
    confirmed_by: confirmation?.by ?? null,
    confirmed_at: confirmation?.at.toISOString() ?? null,
    note: confirmation?.note ?? null,
  };
}

/** Where it can be known it is measured; where Infraon cannot tell, a person may vouch for it. */
function frozenItem(facts: BoardFacts, freeze: FreezeDocument): CutoverItem {
  const item = { id: FROZEN, title: 'Infraon does not change any more', detail: freeze.detail };
  switch (freeze.state) {
    case 'frozen':
      return { ...item, state: 'go', fix: '', ...shown(undefined) };
    case 'unknown': {
      const confirmation = said(facts, FROZEN);
      return {
        ...item,
        state: confirmation === undefined ? 'needs_confirmation' : 'confirmed',
        fix: 'See in Infraon itself that nothing was edited since it was set read-only, then confirm.',
        ...shown(confirmation),
      };
    }
    case 'behind':
      return { ...item, state: 'no_go', fix: 'Run the last delta, then look again.', ...shown(undefined) };
    case 'changing':
      return {
        ...item,
        state: 'no_go',
        fix: 'Find out who or what still writes to Infraon and stop it, run the last delta, then look again.',
        ...shown(undefined),
      };
    case 'not_checked':
    case 'one_look':
    case 'too_old':
      return {
        ...item,
        state: 'no_go',
        fix: 'Check the freeze: two looks, five minutes apart.',
        ...shown(undefined),
      };
  }
}

/** The go/no-go list. */
export function judgeItems(facts: BoardFacts, freeze: FreezeDocument): CutoverItem[] {
  const measured = MEASURED.map(({ id, title, judge }): CutoverItem => {
    const { go: isGo, detail, fix } = judge(facts, freeze);
    return { id, title, state: isGo ? 'go' : 'no_go', detail, fix, ...shown(undefined) };
  });
  const people = CUTOVER_CONFIRMATIONS.map((definition): CutoverItem => {
    const confirmation = said(facts, definition.id);
    return {
      ...definition,
      state: confirmation === undefined ? 'needs_confirmation' : 'confirmed',
      ...shown(confirmation),
    };
  });
  return [...measured, ...people, frozenItem(facts, freeze)].sort(
    (one, other) => ORDER.indexOf(one.id) - ORDER.indexOf(other.id),
  );
}

export function isOpen(item: CutoverItem): boolean {
  return item.state === 'no_go' || item.state === 'needs_confirmation';
}
