import { z } from 'zod';
import type { Queryable } from '../../db/client.ts';
import type { RunKind } from '../../db/schema/runs.ts';
import { UserError } from '../../errors.ts';
import type { Registry } from '../../objects/registry.ts';
import type { Actor } from '../actors.ts';
import type { StartRunInput } from './run-document.ts';

/**
 * The kinds of run for which an option means something. For the others it is refused: who is not heard when asking for
 * ten records, or for none to be written, finds out too late.
 */
const KINDS = {
  limit: ['sample', 'verify'],
  run_id: ['verify', 'rollback'],
  dry_run: ['rollback'],
  contacts: ['rollback'],
} as const satisfies Partial<Record<keyof StartRunInput, readonly RunKind[]>>;

/** Throws 422 for an option that the kind of run would not follow. */
export function refuseUnheard(input: StartRunInput): void {
  for (const option of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
    const value = input[option];
    const kinds: readonly RunKind[] = KINDS[option];
    if (value === undefined || value === false || kinds.includes(input.kind)) continue;
    throw refused(
      `A ${input.kind} run has no ${option}: that is for ${kinds.join(' and ')} runs. Leave it out.`,
      'option_not_allowed',
      option,
    );
  }
}

/** Objects in the order they load; all of them when none are named. Throws 422 for an unknown one, and for an empty list. */
export function chosenObjects(registry: Registry, named: string[] | undefined): string[] {
  const known = registry
    .waves()
    .flat()
    .map((definition) => definition.name);
  if (named === undefined) return known;
  if (named.length === 0)
    throw refused('Name at least one object, or leave objects out to take all.', 'objects_empty', 'objects');
  const unknown = named.find((object) => !known.includes(object));
  if (unknown !== undefined) {
    throw refused(
      `There is no object ${unknown}. Known objects: ${known.join(', ')}.`,
      'object_unknown',
      'objects',
    );
  }
  return known.filter((object) => named.includes(object));
}

/** Throws 404 unless the workspace has this run. */
export async function requireNamedRun(
  sql: Queryable,
  actor: Actor,
  runId: string,
  field: 'run' | 'run_id',
): Promise<void> {
  const found = z.uuid().safeParse(runId).success
    ? await sql`select 1 from runs where workspace_id = ${actor.workspaceId} and id = ${runId}`
    : [];
  if (found.length > 0) return;
  throw new UserError('There is no such run.', { code: 'run_not_found', httpStatus: 404, field });
}

function refused(message: string, code: string, field: string): UserError {
  return new UserError(message, { code, field, httpStatus: 422 });
}
