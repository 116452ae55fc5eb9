import type { Queryable } from '../../db/client.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import { readFields } from '../../objects/read-fields.ts';

type Raw = Record<string, unknown>;

function aliasOf(field: string, sourceId: string): string {
  return `${field}:${sourceId}`;
}

/** Aliases by which a record is found from the other end of its links. */
export function linkAliases(raw: Raw, definition: ObjectDefinition, timezone: string): string[] {
  const fields = definition.fields.filter((field) => field.indexed === true);
  if (fields.length === 0) return [];
  const values = readFields(raw, { ...definition, fields }, { timezone });
  return fields.flatMap((field) => {
    const value = values[field.key];
    const ids: unknown[] = Array.isArray(value) ? value : [value];
    return ids.filter((id) => typeof id === 'string').map((id) => aliasOf(field.key, id));
  });
}

/** Objects whose full records must be staged before an object's links are complete. */
export function reverseSources(definition: ObjectDefinition): string[] {
  return [
    ...new Set(definition.fields.flatMap(({ reverse }) => (reverse === undefined ? [] : [reverse.object]))),
  ];
}

/**
 * Links that only the other record holds, by source id and field: Infraon may store a link at either end (Infraon
 * reference, problem: "read from both sides").
 */
export async function reverseLinks(
  sql: Queryable,
  workspaceId: string,
  definition: ObjectDefinition,
  sourceIds: string[],
): Promise<Map<string, Record<string, string[]>>> {
  const found = new Map<string, Record<string, string[]>>();
  for (const { key, reverse } of definition.fields) {
    if (reverse === undefined || sourceIds.length === 0) continue;
    const wanted = new Map(sourceIds.map((id) => [aliasOf(reverse.field, id), id]));
    const rows = await sql<{ sourceId: string; aliases: string[] }[]>`
      select source_id as "sourceId", aliases from source_records
      where workspace_id = ${workspaceId} and object = ${reverse.object} and excluded is null
        and aliases && ${[...wanted.keys()]}::text[]
      order by seq`;
    for (const row of rows) {
      for (const id of row.aliases.flatMap((alias) => wanted.get(alias) ?? [])) {
        const links = found.get(id) ?? {};
        links[key] = [...(links[key] ?? []), row.sourceId];
        found.set(id, links);
      }
    }
  }
  return found;
}
