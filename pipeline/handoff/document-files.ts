import type { Queryable } from '../../db/client.ts';
import type { ObjectDefinition, RuleDefinition } from '../../objects/define-object.ts';
import { CUSTOM_TARGET } from '../../objects/mapping.ts';
import { isEmptyValue, isObject } from '../../objects/paths.ts';
import { documentIn } from '../load/documents.ts';
import { newestMaps } from '../maps/map-store.ts';
import { csvTable } from './csv.ts';
import { treeOf, type TreeRow } from './document-tree.ts';
import { jsonItems } from './map-file.ts';
import { safeJson } from './safe-json.ts';
import { ROWS_AT_A_TIME } from './snapshot.ts';
import { conditionsIn, titleOf, workflowRows } from './workflows.ts';

type Raw = Record<string, unknown>;

interface DocumentRow {
  sourceId: string;
  facts: Raw;
  raw: Raw | null;
}

function documentRows(sql: Queryable, workspaceId: string, object: string): AsyncIterable<DocumentRow[]> {
  return sql<DocumentRow[]>`
    select m.source_id as "sourceId", m.facts, s.raw from id_map m
    left join source_records s using (workspace_id, object, source_id)
    where m.workspace_id = ${workspaceId} and m.resource = 'documents' and m.object = ${object}
    order by s.seq, m.source_id`.cursor(ROWS_AT_A_TIME);
}

/** The file that holds an object's documents; complete at every instant, empty before the first load. */
export function documentFile(
  sql: Queryable,
  workspaceId: string,
  definition: ObjectDefinition,
): AsyncGenerator<string> {
  const shape = definition.destination.document?.shape ?? 'table';
  switch (shape) {
    case 'table':
      return tableFile(sql, workspaceId, definition);
    case 'tree':
      return treeFile(sql, workspaceId, definition);
  }
}

function attributeNames(rules: readonly Pick<RuleDefinition, 'target'>[]): string[] {
  return rules
    .filter(({ target }) => target.startsWith(CUSTOM_TARGET))
    .map(({ target }) => target.slice(CUSTOM_TARGET.length));
}

async function* tableFile(
  sql: Queryable,
  workspaceId: string,
  definition: ObjectDefinition,
): AsyncGenerator<string> {
  const map = (await newestMaps(sql, workspaceId)).get(definition.name);
  const names = attributeNames(map?.rules ?? definition.mapping);
  const rows = documentRows(sql, workspaceId, definition.name);
  yield* csvTable(['id', 'name', ...names], rows, (row) => {
    const document = documentIn(row);
    return [
      document?.external_id ?? row.sourceId,
      document?.title,
      ...names.map((name) => document?.custom_attributes[name]),
    ];
  });
}

/** Keys of a record that hold a form: `service_form`, `request_form`, `form_layout`. */
const FORM_KEY = /(?:^|_)forms?(?:_|$)/i;

function itemOf({ sourceId, facts, raw }: DocumentRow) {
  const document = documentIn({ facts });
  const members = Object.entries(raw ?? {}).filter(([key]) => !key.startsWith('$'));
  return {
    id: document?.external_id ?? sourceId,
    title: document?.title ?? sourceId,
    parent: document?.parent ?? null,
    attributes: document?.custom_attributes ?? {},
    forms: Object.fromEntries(members.filter(([key, value]) => FORM_KEY.test(key) && !isEmptyValue(value))),
    source: Object.fromEntries(members.filter(([key]) => !FORM_KEY.test(key))),
  };
}

/**
 * The documents as a tree of names, then each in full with its forms and its record as Infraon gave it, then what starts
 * workflows. Only ids and names are held at a time.
 */
async function* treeFile(
  sql: Queryable,
  workspaceId: string,
  definition: ObjectDefinition,
): AsyncGenerator<string> {
  const rows: TreeRow[] = [];
  for await (const batch of documentRows(sql, workspaceId, definition.name)) {
    for (const row of batch) {
      const document = documentIn(row);
      rows.push({
        id: document?.external_id ?? row.sourceId,
        title: document?.title ?? row.sourceId,
        parent: document?.parent ?? null,
      });
    }
  }
  yield `{"object":${safeJson(definition.name)},\n"tree":${safeJson(treeOf(rows))},\n"items":[`;
  yield* jsonItems(documentRows(sql, workspaceId, definition.name), itemOf);
  yield '\n],\n"workflow_triggers":[';
  const titles = new Map(rows.map(({ id, title }) => [id, title]));
  yield* jsonItems(triggers(sql, workspaceId, titles), (trigger) => trigger);
  const note =
    'A workflow of Infraon starts on conditions over the service catalogue. Listed are the workflows whose record shows such conditions; where the list shows none, note them from the workflow editor.';
  yield `\n],\n"workflow_triggers_note":${safeJson(note)}}\n`;
}

interface Trigger {
  workflow_id: string;
  title: string;
  conditions: Raw[];
  items: { id: string; title: string }[];
}

async function* triggers(
  sql: Queryable,
  workspaceId: string,
  titles: ReadonlyMap<string, string>,
): AsyncGenerator<Trigger[]> {
  for await (const batch of workflowRows(sql, workspaceId)) {
    yield batch.flatMap(({ id, raw }): Trigger[] => {
      const conditions = conditionsIn(raw);
      if (conditions.length === 0) return [];
      const named = new Set(conditions.flatMap(scalarsIn).filter((value) => titles.has(value)));
      return [
        {
          workflow_id: id,
          title: titleOf(raw, id),
          conditions,
          items: [...named].map((item) => ({ id: item, title: titles.get(item) ?? item })),
        },
      ];
    });
  }
}

function scalarsIn(value: unknown): string[] {
  const found: string[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const item = open.pop();
    if (Array.isArray(item)) for (const member of item as unknown[]) open.push(member);
    else if (isObject(item)) open.push(...Object.values(item));
    else if (typeof item === 'string' || typeof item === 'number') found.push(String(item));
  }
  return found;
}
