import type { JSONValue } from 'postgres';
import { z } from 'zod';
import type { Queryable } from '../../db/client.ts';
import { enqueue } from '../../db/queue.ts';
import type { Deps } from '../deps.ts';

export interface Notification {
  /** Intercom's `notif_…`: it delivers more than once and in any order. */
  id: string;
  topic: string;
  workspaceId: string;
  payload: Record<string, unknown>;
}

/** Ids are kept against repeats for much longer than Intercom tries again. */
const KEPT_DAYS = 30;
const AT_A_TIME = 500;

/**
 * The topics that are used, with the resource of the ledger that each is about (webhook topics, app platform reference,
 * section 3; 2.5 spells `contact.archive`). All are things that only people do: a load creates and updates, and a
 * rollback takes its rows out of the ledger, so nothing here is an echo of our own writes. Any other topic is answered
 * and forgotten, whatever is ticked in the Developer Hub.
 */
const GONE: Record<string, string> = {
  'contact.deleted': 'contacts',
  'contact.archived': 'contacts',
  'contact.archive': 'contacts',
  'conversation.deleted': 'conversations',
  'company.deleted': 'companies',
  'article.deleted': 'articles',
};
const MERGED = 'contact.merged';
const BACK = 'contact.unarchive';

function isUsed(topic: string): boolean {
  return topic in GONE || topic === MERGED || topic === BACK;
}

/** Keeps a notification of an installed workspace and lets a worker see to it; a repeat changes nothing. */
export async function storeNotification(deps: Pick<Deps, 'db'>, notification: Notification): Promise<void> {
  const { id, topic, workspaceId, payload } = notification;
  if (!isUsed(topic)) return;
  await deps.db.sql.begin(async (tx) => {
    const { count } = await tx`
      insert into webhook_events (id, workspace_id, topic, payload)
      select ${id}, workspace_id, ${topic}, ${tx.json(payload as JSONValue)}
      from installations where workspace_id = ${workspaceId} and state <> 'uninstalled'
      on conflict (id) do nothing`;
    if (count > 0) {
      await enqueue(tx, 'process_notifications', { workspaceId }, { jobKey: `notifications:${workspaceId}` });
    }
  });
}

const Id = z.union([z.string(), z.number()]).transform(String);
/** `merged_from` is named by Intercom without its shape: an id, or the contact that is no more. */
const Payload = z.looseObject({
  created_at: z.number().optional().catch(undefined),
  data: z.looseObject({
    item: z.looseObject({
      id: Id,
      merged_from: z
        .union([Id, z.looseObject({ id: Id }).transform(({ id }) => id)])
        .nullish()
        .catch(null),
    }),
  }),
});

/** Brings the ledger up to date with what people removed, merged or brought back, in the order in which they did it. */
export async function processNotifications(deps: Deps, workspaceId: string): Promise<void> {
  const { sql } = deps.db;
  const more = await sql.begin(async (tx) => {
    const events = await tx<{ id: string; topic: string; payload: unknown }[]>`
      select id, topic, payload from webhook_events
      where workspace_id = ${workspaceId} and processed_at is null
      order by (payload->>'created_at')::numeric nulls first, id limit ${AT_A_TIME} for update skip locked`;
    for (const { topic, payload } of events) {
      const parsed = Payload.safeParse(payload);
      if (parsed.success) await apply(tx, workspaceId, topic, parsed.data);
      else deps.log.warn({ topic }, 'a notification names no record');
    }
    await tx`
      update webhook_events set processed_at = ${deps.clock.now()}, payload = '{}'
      where workspace_id = ${workspaceId} and id = any(${events.map(({ id }) => id)})`;
    await tx`
      delete from webhook_events where workspace_id = ${workspaceId} and processed_at is not null
        and created_at < ${new Date(deps.clock.now().getTime() - KEPT_DAYS * 86_400_000)}`;
    return events.length === AT_A_TIME;
  });
  if (more) await enqueue(sql, 'process_notifications', { workspaceId });
}

async function apply(
  tx: Queryable,
  workspaceId: string,
  topic: string,
  { created_at, data: { item } }: z.output<typeof Payload>,
): Promise<void> {
  if (topic === MERGED) {
    if (item.merged_from == null) return;
    // The record lives on in the other contact: what belonged to the person is found there from now on.
    await tx`
      update id_map set destination_id = ${item.id}, facts = facts || ${tx.json({ merged_from: item.merged_from })}
      where workspace_id = ${workspaceId} and resource = 'contacts' and destination_id = ${item.merged_from}`;
    return;
  }
  // A notice that comes late changes nothing that was done after it; one without a time is taken for new.
  const at = created_at ?? null;
  if (topic === BACK) {
    await tx`
      update id_map set facts = (facts - 'gone') || ${tx.json({ back: { at, id: item.id } })}
      where workspace_id = ${workspaceId} and resource = 'contacts' and destination_id = ${item.id}
        and not ${saidAfter(tx, 'gone', at, item.id)}`;
    return;
  }
  const gone = { topic, at, id: item.id };
  await tx`
    update id_map set facts = (facts - 'back') || ${tx.json({ gone })}
    where workspace_id = ${workspaceId} and resource = ${GONE[topic] ?? ''} and destination_id = ${item.id}
      and not ${saidAfter(tx, 'back', at, item.id)}`;
}

/** Whether the ledger knows of this thing that it went, or came back, after that time. */
function saidAfter(tx: Queryable, fact: 'gone' | 'back', at: number | null, id: string) {
  return tx`coalesce(facts->${fact}->>'id' = ${id} and (facts->${fact}->>'at')::numeric > ${at}::numeric, false)`;
}

const Gone = z.looseObject({ id: z.string(), at: z.number().nullable() });

/**
 * When people removed the thing that a record became, as Intercom told us; undefined when they did not, or it was made
 * again since. Null: Intercom did not say when.
 */
export function goneSince(
  facts: Record<string, unknown>,
  destinationId: string | null,
): Date | null | undefined {
  const { success, data } = Gone.safeParse(facts.gone);
  if (!success || data.id !== destinationId) return undefined;
  return data.at === null ? null : new Date(data.at * 1000);
}
