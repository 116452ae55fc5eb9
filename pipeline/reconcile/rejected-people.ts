import { readFields } from '../../objects/read-fields.ts';
import { textOf } from '../../objects/read-values.ts';
import type { Raw } from '../../objects/paths.ts';
import type { Deps } from '../deps.ts';
import { fieldPathsOf, findConnection } from '../source/infraon-access.ts';

interface Key {
  object: string;
  sourceId: string;
}

export function keyOf({ object, sourceId }: Key): string {
  return `${object}:${sourceId}`;
}

/** What people are called, by key: an id of Infraon tells nobody who it is. Of other records there is a number. */
export async function namesOf(
  deps: Deps,
  workspaceId: string,
  keys: readonly Key[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const object of new Set(keys.map((key) => key.object))) {
    const definition = deps.registry.find(object);
    if (definition?.person === undefined || definition.source.kind !== 'endpoint') continue;
    const connection = await findConnection(deps, workspaceId);
    const paths = connection === undefined ? {} : fieldPathsOf(connection, definition.source.object);
    const ids = keys.filter((key) => key.object === object).map(({ sourceId }) => sourceId);
    const rows = await deps.db.sql<{ sourceId: string; raw: Raw }[]>`
      select source_id as "sourceId", raw from source_records
      where workspace_id = ${workspaceId} and object = ${object} and source_id = any(${ids})`;
    for (const { sourceId, raw } of rows) {
      const values = readFields(raw, definition, { timezone: 'UTC', paths });
      const name = textOf(values[definition.person.name])?.trim() ?? '';
      if (name !== '') names.set(keyOf({ object, sourceId }), name);
    }
  }
  return names;
}
