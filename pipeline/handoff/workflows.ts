import type { Queryable } from '../../db/client.ts';
import { firstValue, isObject } from '../../objects/paths.ts';
import { nameOf, textOf } from '../../objects/read-values.ts';
import { WORKFLOWS } from '../discovery/inventory.ts';
import { jsonItems } from './map-file.ts';

type Raw = Record<string, unknown>;

export interface Workflow {
  id: string;
  raw: Raw;
  readAt: Date;
}

/** Workflows hold whole flows: some at a time. */
const WORKFLOWS_AT_A_TIME = 20;

export function workflowRows(sql: Queryable, workspaceId: string): AsyncIterable<Workflow[]> {
  return sql<Workflow[]>`
    select source_id as id, raw, updated_at as "readAt" from source_records
    where workspace_id = ${workspaceId} and object = ${WORKFLOWS} order by seq`.cursor(WORKFLOWS_AT_A_TIME);
}

export function titleOf(raw: Raw, id: string): string {
  return textOf(firstValue(raw, ['title', 'name', 'workflow_name'])) ?? id;
}

/** Names only: `title` is all that is on record of a workflow (Infraon reference, service catalogue), the rest is looked for. */
function entryOf({ id, raw, readAt }: Workflow) {
  const statuses = firstValue(raw, ['status', 'statuses', 'workflow_status']);
  return {
    id,
    title: titleOf(raw, id),
    module: nameOf(firstValue(raw, ['module', 'module_name', 'process_type'])) ?? null,
    active: firstValue(raw, ['is_active', 'is_enabled', 'active']) ?? null,
    statuses: Array.isArray(statuses) ? statuses.map((status) => nameOf(status) ?? null) : [],
    conditions: conditionsIn(raw),
    read_at: readAt.toISOString(),
    source: raw,
  };
}

const MAX_CONDITIONS = 200;

/** Everything in a workflow that compares something with a value, wherever it is kept. */
export function conditionsIn(value: unknown): Raw[] {
  const found: Raw[] = [];
  const open: unknown[] = [value];
  while (open.length > 0 && found.length < MAX_CONDITIONS) {
    const item = open.pop();
    if (Array.isArray(item)) {
      for (let index = item.length - 1; index >= 0; index -= 1) open.push(item[index]);
    } else if (isObject(item)) {
      if ('operand' in item) found.push(item);
      else open.push(...Object.values(item).reverse());
    }
  }
  return found;
}

/** All workflows of the source, to rebuild from: they do not migrate. */
export async function* workflowsFile(sql: Queryable, workspaceId: string): AsyncGenerator<string> {
  yield '{"note":"Workflows do not migrate; rebuild in Intercom what is still needed. The list is as Infraon gave it when it was last discovered.","workflows":[';
  yield* jsonItems(workflowRows(sql, workspaceId), entryOf);
  yield '\n]}\n';
}
