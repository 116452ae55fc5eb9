import type { RecordOutcome } from '../../db/schema/runs.ts';

/** The id is what Infraon and every list know it by; people know a name or a number, where there is one. */
export function parentName(
  { ref, sourceId }: { ref: string; sourceId: string },
  called: string | null,
): string {
  const object = ref.replaceAll('_', ' ');
  return called === null || called === sourceId
    ? `${object} ${sourceId}`
    : `${object} ${called} (${sourceId})`;
}

/** Why a record waits, and what is done about it. */
export function waitingFor(
  name: string,
  { outcome, reasonCode }: { outcome: RecordOutcome; reasonCode: string | null },
): { message: string; suggestion: string } {
  return {
    message: `Waits for the ${name}, which is ${outcome}${reasonCode === null ? '' : ` (${reasonCode})`}.`,
    suggestion: `Fix the ${name}; this record follows by itself.`,
  };
}
