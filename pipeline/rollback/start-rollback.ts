import { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { Queryable } from '../../db/client.ts';
import { enqueueAdvance } from '../../db/queue.ts';
import type { RunKind, RunState } from '../../db/schema/runs.ts';
import type { Registry } from '../../objects/registry.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import { assertNotSignedOff } from '../cutover/signed-off.ts';
import type { Deps } from '../deps.ts';
import { notListed } from '../runs/frozen-run.ts';
import type { StartRunInput } from '../runs/run-document.ts';
import { getSettingsFor } from '../settings.ts';
import { WORKSPACE_ITEMS } from './undo-plan.ts';

interface UndoneRun {
  id: string;
  kind: RunKind;
  state: RunState;
  objects: string[];
  rolledBackBy: string | null;
}

/**
 * Plans the undoing of one run (`run_id`), or of everything that is migrated; a part of it when `objects` are named.
 * Answers the id of the new run.
 */
export async function startRollback(
  deps: Deps,
  actor: Actor,
  input: StartRunInput,
  objects: string[],
): Promise<string> {
  requireRole(actor, 'owner');
  const settings = await getSettingsFor(deps, actor.workspaceId);
  const contacts = input.contacts ?? 'archive';
  return deps.db.sql.begin(async (tx) => {
    await assertNotSignedOff(tx, actor.workspaceId);
    const undone = input.run_id === undefined ? null : await requireUndoable(tx, actor, input.run_id);
    const scope = {
      workspaceId: actor.workspaceId,
      ofRunId: undone?.id ?? null,
      objects: undone === null ? objects : objects.filter((object) => undone.objects.includes(object)),
    };
    if (undone === null) await requireDependants(tx, deps.registry, scope.workspaceId, scope.objects);
    const extraction = Object.fromEntries(
      scope.objects.map((object) => [object, { ...notListed(), listed: true }]),
    );
    const [row] = await tx<{ id: string }[]>`
      insert into runs (workspace_id, kind, objects, of_run_id, dry_run, map_versions, settings, created_by, prepared, extraction, undo)
      values (${scope.workspaceId}, 'rollback', ${JSON.stringify(scope.objects)}::jsonb, ${scope.ofRunId}, ${input.dry_run ?? false},
        '{}'::jsonb, ${JSON.stringify(settings)}::jsonb, ${actor.adminId}, true, ${JSON.stringify(extraction)}::jsonb,
        ${JSON.stringify({ contacts, decided: false })}::jsonb)
      returning id`;
    const runId = row?.id ?? '';
    await planRecords(tx, runId, scope);
    await planOpenCreates(tx, runId, scope);
    await planWorkspaceItems(tx, runId, scope, deps.registry.all().length);
    await writeAudit(tx, actor, 'rollback_started', {
      run_id: runId,
      of_run_id: scope.ofRunId,
      objects: scope.objects,
      dry_run: input.dry_run ?? false,
      contacts,
    });
    await enqueueAdvance(tx, { workspaceId: scope.workspaceId, runId });
    return runId;
  });
}

interface Scope {
  workspaceId: string;
  ofRunId: string | null;
  objects: string[];
}

const UNDOABLE: readonly RunKind[] = ['sample', 'full', 'delta'];

async function requireUndoable(tx: Queryable, actor: Actor, runId: string): Promise<UndoneRun> {
  const rows = z.uuid().safeParse(runId).success
    ? await tx<UndoneRun[]>`
        select id, kind, state, objects, rolled_back_by as "rolledBackBy" from runs
        where workspace_id = ${actor.workspaceId} and id = ${runId}`
    : [];
  const run = rows[0];
  if (run === undefined) {
    throw new UserError('There is no such run.', {
      code: 'run_not_found',
      httpStatus: 404,
      field: 'run_id',
    });
  }
  if (!UNDOABLE.includes(run.kind)) {
    throw new UserError(
      `A ${run.kind} run wrote nothing that could be taken back. Name a sample, full or delta run.`,
      {
        code: 'not_undoable',
        httpStatus: 422,
        field: 'run_id',
      },
    );
  }
  if (run.rolledBackBy !== null) {
    throw new UserError(`This run was rolled back already, by the run ${run.rolledBackBy}.`, {
      code: 'rolled_back',
      httpStatus: 409,
      field: 'run_id',
    });
  }
  return run;
}

/**
 * Objects left behind must not lose what they refer to: Intercom deletes a contact's conversations, and links to what is
 * gone show nothing. The owner names them too, because a wider deletion than was asked for is worse than a refusal.
 */
async function requireDependants(
  tx: Queryable,
  registry: Registry,
  workspaceId: string,
  objects: string[],
): Promise<void> {
  const counts = await tx<{ object: string; records: string }[]>`
    select object, count(*) as records from id_map
    where workspace_id = ${workspaceId} and not object = any(${objects}) group by object order by object`;
  const left = counts.flatMap(({ object, records }) => {
    const definition = registry.find(object);
    const needed = [...(definition?.dependsOn ?? []), ...(definition?.linksTo ?? [])].filter((name) =>
      objects.includes(name),
    );
    return needed.length === 0 ? [] : [{ object, records, needed }];
  });
  const [first] = left;
  if (first === undefined) return;
  const names = left.map(({ object, records }) => `${object} (${records})`).join(', ');
  throw new UserError(
    `These stay in Intercom and refer to what would go: ${names}. For example ${first.object} needs ${first.needed.join(', ')}. ` +
      `Add ${left.map(({ object }) => object).join(', ')} to objects, or leave objects out to roll back everything.`,
    { code: 'objects_needed', httpStatus: 422, field: 'objects' },
  );
}

/** What is known to be in Intercom, the newest first: the journal is taken back from its end. */
async function planRecords(tx: Queryable, runId: string, scope: Scope): Promise<void> {
  const { workspaceId, ofRunId, objects } = scope;
  await tx`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, undo)
    select ${runId}::uuid, m.workspace_id, m.object, m.source_id, m.display_id, 'inspect', 'pending',
      jsonb_build_object('resource', m.resource, 'destinationId', m.destination_id, 'origin', m.origin, 'facts', m.facts,
        'whole', ${ofRunId}::uuid is null or m.created_in_run = ${ofRunId}::uuid,
        'firstJournalId', j.first::text, 'action', null, 'reasons', '[]'::jsonb)
    from id_map m
    left join lateral (
      select min(id) as first, max(id) as last from load_journal j
      where j.workspace_id = m.workspace_id and j.object = m.object and j.source_id = m.source_id
        and j.state in ('done', 'intent', 'void') and (${ofRunId}::uuid is null or j.run_id = ${ofRunId}::uuid)
    ) j on true
    where m.workspace_id = ${workspaceId} and m.object = any(${objects})
      and (${ofRunId}::uuid is null or m.created_in_run = ${ofRunId}::uuid or j.first is not null)
    order by j.last desc nulls last`;
}

/** Creates whose answer got lost: whether they happened is found out by looking, as a load would. */
async function planOpenCreates(tx: Queryable, runId: string, scope: Scope): Promise<void> {
  const { workspaceId, ofRunId, objects } = scope;
  await tx`
    insert into run_records (run_id, workspace_id, object, source_id, step, outcome, undo)
    select distinct on (j.object, j.source_id) ${runId}::uuid, j.workspace_id, j.object, j.source_id, 'inspect', 'pending',
      jsonb_build_object('resource', null, 'destinationId', null, 'origin', 'created', 'facts', '{}'::jsonb, 'whole', true,
        'firstJournalId', j.id::text, 'action', null, 'reasons', '[]'::jsonb)
    from load_journal j
    where j.workspace_id = ${workspaceId} and j.object = any(${objects}) and j.state = 'intent' and j.step = 'create'
      and (${ofRunId}::uuid is null or j.run_id = ${ofRunId}::uuid)
      and not exists (select 1 from id_map m
        where m.workspace_id = j.workspace_id and m.object = j.object and m.source_id = j.source_id)
    order by j.object, j.source_id, j.id`;
}

/**
 * Tags, attributes and collections that loading made. Where only some objects go they stay: which of them the others
 * will want again is not for a rollback to say.
 */
async function planWorkspaceItems(
  tx: Queryable,
  runId: string,
  scope: Scope,
  allObjects: number,
): Promise<void> {
  const { workspaceId, ofRunId, objects } = scope;
  if (ofRunId === null && objects.length < allObjects) return;
  await tx`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, undo)
    select ${runId}::uuid, p.workspace_id, ${WORKSPACE_ITEMS}, p.kind || ':' || p.name, p.name, 'inspect', 'pending',
      jsonb_build_object('resource', p.kind, 'destinationId', p.destination_id, 'origin', p.origin, 'facts', p.detail, 'whole', true,
        'firstJournalId', null, 'action', null, 'reasons', '[]'::jsonb)
    from prepared_items p
    where p.workspace_id = ${workspaceId} and (${ofRunId}::uuid is null or p.run_id = ${ofRunId}::uuid)
    order by p.kind = 'collection' desc,
      case when p.kind = 'collection' then jsonb_array_length(p.name::jsonb) else 0 end desc, p.kind = 'tag' desc, p.kind, p.name`;
}
