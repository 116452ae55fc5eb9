import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError, messageOf } from '../../errors.ts';
import { isWrongWay } from '../../connectors/infraon/children.ts';
import { firstText, firstValue, readPath } from '../../connectors/infraon/paths.ts';
import type { ObjectSpec } from '../../connectors/infraon/profile.ts';
import type { Cursor, InfraonClient, Page, RawRecord } from '../../connectors/infraon/types.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import { UNREAD } from '../../objects/map-record.ts';

/** The one way in which a source record is identified, excluded and completed, for discovery and extraction alike. */
export interface SourceKey {
  sourceId: string;
  displayId: string | null;
}

/** Null when the row carries no id: it cannot be told apart, so it cannot be moved. */
export function keyOf(spec: ObjectSpec, row: RawRecord): SourceKey | null {
  const sourceId = firstText(row, spec.id);
  if (sourceId === null) return null;
  return { sourceId, displayId: firstText(row, spec.displayId ?? []) };
}

/** Why a row is not the customer's data (vendor demo rows, soft-deleted rows), or null when it is. */
export function exclusionOf(spec: ObjectSpec, row: RawRecord): 'demo' | 'deleted' | null {
  if ((spec.exclude ?? []).some((rule) => readPath(row, rule.path) === rule.equals)) return 'demo';
  const deleted = firstValue(row, spec.deleted ?? []);
  return deleted === true || deleted === 'true' || deleted === 1 ? 'deleted' : null;
}

/** A source that needs a rest is given several before a scan fails. */
const MAX_RESTS = 5;

/**
 * Every page of a list, oldest records first where the tenant honours the order. While the client leaves a struggling
 * source alone, the scan waits and goes on where it was.
 */
export async function* pagesOf(
  client: InfraonClient,
  object: string,
  signal?: AbortSignal,
): AsyncGenerator<Page> {
  let cursor: Cursor | null = null;
  do {
    const page: Page = await readPatiently(client, object, cursor, signal);
    yield page;
    cursor = page.next;
  } while (cursor !== null);
}

async function readPatiently(
  client: InfraonClient,
  object: string,
  cursor: Cursor | null,
  signal: AbortSignal | undefined,
): Promise<Page> {
  for (let rests = 0; ; rests += 1) {
    try {
      return await client.listPage(object, cursor, { order: 'created' });
    } catch (error) {
      const resting = error instanceof TransientError && error.code === 'source_circuit_open';
      if (!resting || rests >= MAX_RESTS) throw error;
      await sleep(client.profile.http.limits.breakerOpenMs, undefined, { signal });
    }
  }
}

/** Whether a full record holds more than its row. */
export function hasMoreThanRow(client: InfraonClient, definition: ObjectDefinition): boolean {
  if (definition.source.kind !== 'endpoint') return false;
  const object = definition.source.object;
  if (client.hasDetail(object)) return true;
  return (definition.children ?? []).some((child) => client.canReadChild(object, child.source));
}

/**
 * A row with its detail laid over it, since each of the two carries values that the other lacks (Infraon reference,
 * incident list row and detail), and with its children under `$children.<source>`. Children that this tenant gives no
 * way to ask for are left out; probing has reported them. Optional ones that are refused are noted with the record.
 */
export async function readFullRecord(
  client: InfraonClient,
  definition: ObjectDefinition,
  row: RawRecord,
  sourceId: string,
): Promise<RawRecord> {
  if (definition.source.kind !== 'endpoint') return row;
  const object = definition.source.object;
  const detail = client.hasDetail(object) ? await client.detail(object, sourceId) : {};
  const record: RawRecord = { ...row, ...detail };
  const children: Record<string, RawRecord[]> = {};
  const unread: Record<string, string> = {};
  for (const child of definition.children ?? []) {
    if (!client.canReadChild(object, child.source)) continue;
    try {
      children[child.key] = await client.children(object, child.source, record);
    } catch (error) {
      if (child.optional !== true || !isWrongWay(error)) throw error;
      unread[child.key] = messageOf(error);
    }
  }
  return {
    ...record,
    ...(Object.keys(children).length === 0 ? {} : { $children: children }),
    ...(Object.keys(unread).length === 0 ? {} : { [UNREAD]: unread }),
  };
}
