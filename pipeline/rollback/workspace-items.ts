import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { IdPage } from '../../connectors/intercom/undo-calls.ts';
import { RejectedError } from '../../errors.ts';
import type { Deps } from '../deps.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { OPTION_KIND } from '../prepare/prepare.ts';
import { runClient } from '../runs/run-client.ts';
import { usesOfStaying, type Uses } from './staying-uses.ts';
import { ignoringAbsence } from './things/steps.ts';
import type { Ours, UndoStep } from './things/thing.ts';
import { WORKSPACE_ITEMS, type SpareReason, type UndoPlan } from './undo-plan.ts';
import { openWorkspaceLists, type WorkspaceLists } from './workspace-lists.ts';
import { oursIn } from './written.ts';

export interface ItemAccess {
  client: IntercomClient;
  lists: WorkspaceLists;
  uses: Uses;
  ours: Ours;
  /** Collections of this rollback that go, or went. */
  going: Set<string>;
}

export async function openItemAccess(deps: Deps, run: FrozenRun): Promise<ItemAccess> {
  const { sql } = deps.db;
  const client = await runClient(deps, run, WORKSPACE_ITEMS);
  const rows = await sql<{ id: string }[]>`
    select undo->>'destinationId' as id from run_records
    where workspace_id = ${run.workspaceId} and run_id = ${run.id} and object = ${WORKSPACE_ITEMS}
      and undo->>'resource' = 'collection' and undo->>'action' in ('delete', 'gone')`;
  return {
    client,
    lists: openWorkspaceLists(client),
    uses: await usesOfStaying(sql, run),
    ours: oursIn(sql, run.workspaceId, run.id),
    going: new Set(rows.map(({ id }) => id)),
  };
}

/** Says of each tag, attribute and collection that loading made whether it goes. */
export async function inspectWorkspaceItems(deps: Deps, run: FrozenRun): Promise<void> {
  const { sql } = deps.db;
  const rows = await sql<{ id: string; name: string; undo: UndoPlan }[]>`
    select id::text, display_id as name, undo from run_records
    where workspace_id = ${run.workspaceId} and run_id = ${run.id} and object = ${WORKSPACE_ITEMS} and step = 'inspect'
    order by id`;
  if (rows.length === 0) return;
  const access = await openItemAccess(deps, run);
  for (const { id, name, undo } of rows) {
    const plan = await decideItem(name, undo, access);
    if (plan.resource === 'collection' && plan.action === 'delete')
      access.going.add(plan.destinationId ?? '');
    await sql`
      update run_records set undo = ${JSON.stringify(plan)}::jsonb, step = 'undo', updated_at = now()
      where workspace_id = ${run.workspaceId} and id = ${id} and step = 'inspect'`;
  }
}

/** What becomes of one item, as the workspace is now. */
export async function decideItem(name: string, planned: UndoPlan, access: ItemAccess): Promise<UndoPlan> {
  if (planned.origin === 'adopted') {
    return { ...planned, action: 'keep', reasons: [reason('adopted', 'It was there before the migration.')] };
  }
  const destinationId = await idNow(name, planned, access);
  if (destinationId === null) return { ...planned, action: 'gone', reasons: [] };
  const plan = { ...planned, destinationId };
  if (isUsedByStaying(name, plan, access.uses)) {
    return { ...plan, action: 'spare', reasons: [reason('in_use', 'Records that stay use it.')] };
  }
  const user = await foreignUse(plan, access);
  if (user !== null) return { ...plan, action: 'spare', reasons: [reason('in_use', user)] };
  const goes = plan.resource === 'tag' || plan.resource === 'collection';
  return { ...plan, action: goes ? 'delete' : 'archive', reasons: [] };
}

/** Null: it is not there (any more). An item without an id is one whose making was cut short. */
async function idNow(name: string, plan: UndoPlan, { lists }: ItemAccess): Promise<string | null> {
  const id = plan.destinationId ?? '';
  switch (plan.resource) {
    case 'tag': {
      const tags = await lists.tags();
      if (id === '') return tags.get(name) ?? null;
      return [...tags.values()].includes(id) ? id : null;
    }
    case 'collection': {
      const collections = await lists.collections();
      return collections.some((collection) => collection.id === id) ? id : null;
    }
    case OPTION_KIND:
      return (await lists.options()).has(id) ? id : null;
    default: {
      const attributes = await lists.attributes(plan.resource);
      if (id === '') return attributes.get(name) ?? null;
      return [...attributes.values()].includes(id) ? id : null;
    }
  }
}

function isUsedByStaying(name: string, { resource: kind, facts }: UndoPlan, uses: Uses): boolean {
  if (kind === 'tag') return uses.tags.has(name);
  if (kind === 'collection') return uses.collections.has(name);
  // Which options of a list are in use is not counted apart: they stay with their attribute.
  if (kind === OPTION_KIND) return uses.attributes.has(`conversation:${String(facts['attribute'])}`);
  return uses.attributes.has(`${kind}:${name}`);
}

async function foreignUse(plan: UndoPlan, access: ItemAccess): Promise<string | null> {
  const id = plan.destinationId ?? '';
  if (plan.resource === 'tag') return foreignTagUse(id, access);
  return plan.resource === 'collection' ? foreignContent(id, access) : null;
}

async function foreignTagUse(id: string, { client, ours }: ItemAccess): Promise<string | null> {
  const places: [resource: string, page: (cursor: string | null) => Promise<IdPage>][] = [
    ['contacts', (cursor) => client.contactIdsWithTag(id, cursor)],
    ['conversations', (cursor) => client.conversationIds({ field: 'tag_ids', value: id }, cursor)],
    ['companies', (cursor) => client.companyIdsWithTag(id, cursor)],
  ];
  for (const [resource, read] of places) {
    for (let cursor: string | null = null; ;) {
      const page: IdPage = await read(cursor);
      const known = await ours(resource, page.ids);
      const foreign = page.ids.find((each) => !known.has(each));
      if (foreign !== undefined) return `Something that is not of this migration carries it (${foreign}).`;
      if (page.next === null) break;
      cursor = page.next;
    }
  }
  return null;
}

/** What becomes of the articles of a deleted collection is not described, so one that holds others' is left. */
async function foreignContent(id: string, { lists, ours, going }: ItemAccess): Promise<string | null> {
  const articles = (await lists.articles()).get(id) ?? [];
  const known = await ours('articles', articles);
  const article = articles.find((each) => !known.has(each));
  if (article !== undefined) return `It holds the article ${article}, which is not of this migration.`;
  const inner = (await lists.collections()).find(
    (collection) => collection.parentId === id && !going.has(collection.id),
  );
  return inner === undefined ? null : `It holds the collection "${inner.name}", which stays.`;
}

function reason(code: SpareReason['code'], message: string): SpareReason {
  return { code, message, field: null, ours: null, theirs: null };
}

/** What Intercom answers of a tag or an attribute that segments and the like use (DELETE /tags, PUT /data_attributes). */
const IN_USE: readonly string[] = ['tag_has_dependent_objects', 'data_invalid'];

/** Why an item stays that Intercom did not let go, because people use it where no call can look; else null. */
export function useInTheWay(error: unknown): SpareReason | null {
  if (!(error instanceof RejectedError) || !IN_USE.includes(error.code)) return null;
  return reason('in_use', `Intercom keeps it: ${error.message}`);
}

/** The one call that takes an item away. */
export function removeItem(plan: UndoPlan): UndoStep {
  const id = plan.destinationId ?? '';
  const key = `undo:${plan.action ?? ''}`;
  const isDone = () => Promise.resolve(false);
  switch (plan.resource) {
    case 'tag':
      return {
        key,
        operation: 'DELETE /tags/{id}',
        perform: ({ intercom }) => ignoringAbsence(intercom.deleteTag(id)),
        isDone,
      };
    case 'collection':
      return {
        key,
        operation: 'DELETE /help_center/collections/{id}',
        perform: ({ intercom }) => ignoringAbsence(intercom.deleteCollection(id)),
        isDone,
      };
    case 'conversation':
      return {
        key,
        operation: 'DELETE /conversations/attributes/{id}',
        perform: ({ intercom }) => ignoringAbsence(intercom.archiveConversationAttribute(id)),
        isDone,
      };
    case OPTION_KIND: {
      const [attribute = '', option = ''] = id.split('/');
      return {
        key,
        operation: 'DELETE /conversations/attributes/{id}/options/{option_id}',
        perform: ({ intercom }) => ignoringAbsence(intercom.archiveConversationOption(attribute, option)),
        isDone,
      };
    }
    default:
      return {
        key,
        operation: 'PUT /data_attributes/{id}',
        perform: ({ intercom }) => ignoringAbsence(intercom.setDataAttributeArchived(id, true)),
        isDone,
      };
  }
}

/** Whether an item is gone, by the lists as they are now. */
export async function isItemGone(name: string, plan: UndoPlan, access: ItemAccess): Promise<boolean> {
  return (await idNow(name, plan, access)) === null;
}
