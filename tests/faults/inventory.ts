import type { Workspace } from '../../simulators/intercom/workspace.ts';
import { writtenParts } from '../support/fidelity.ts';
import type { Trial } from './site.ts';

/** What a workspace holds, by what people would recognise it by, sorted: two equal loads have equal inventories. */
export type Inventory = Record<string, string[]>;

export function inventoryOf(workspace: Workspace): Inventory {
  const tagNames = (applied: { id: string }[]) =>
    applied.map(({ id }) => workspace.tags.get(id)?.name ?? `tag ${id}`).sort();
  const companyKey = new Map([...workspace.companies].map(([id, company]) => [id, company.companyId]));
  const { articles, collections, internalArticles } = workspace.content;
  const pathOf = (id: string | null): string => {
    const collection = id === null ? undefined : collections.get(id);
    return collection === undefined ? '' : `${pathOf(collection.parentId)}/${collection.name}`;
  };
  const lists: Inventory = {
    contacts: [...workspace.contacts.values()].map(
      (each) =>
        `${each.externalId ?? '-'} ${each.email ?? '-'} archived:${each.archived} companies:${each.companyIds
          .map((id) => companyKey.get(id))
          .sort()
          .join(',')} tags:${tagNames(each.tags).join(',')}`,
    ),
    companies: [...workspace.companies.values()].map((each) => `${each.companyId} ${each.name ?? ''}`),
    instances: [...workspace.instances].flatMap(([type, instances]) =>
      [...instances.values()].map((each) => `${type} ${each.externalId ?? '-'}`),
    ),
    conversations: [...workspace.conversations.values()].map((each) => {
      const marker = /INFRAON[A-Za-z0-9]+/.exec(each.body)?.[0] ?? each.body;
      const parts = writtenParts(each);
      return `${marker} ${each.state} assignee:${each.adminAssigneeId} parts:${parts.length} files:${parts.flatMap((part) => part.attachments).length} attributes:${each.customAttributes.size} tags:${tagNames(each.tags).join(',')}`;
    }),
    articles: [...articles.values()].map(
      (each) => `${pathOf(each.parentId)} ${each.title} ${each.state} tags:${tagNames(each.tags).join(',')}`,
    ),
    internal_articles: [...internalArticles.values()].map((each) => each.title),
    collections: [...collections.values()].map((each) => pathOf(each.id)),
    tags: [...workspace.tags.values()].map((each) => each.name.toLowerCase()),
    attributes: [
      ...[...workspace.dataAttributes.values()].map(
        (each) => `${each.model} ${each.name} archived:${each.archived}`,
      ),
      ...[...workspace.conversationAttributes.values()].map(
        (each) =>
          `conversation ${each.name} archived:${each.archived} options:${each.options.map((option) => option.label).join(',')}`,
      ),
    ],
  };
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.sort()]));
}

/** Whether each thing counts as made by us or as there before: a rollback goes by it. */
export async function originsOf({ db, workspaceId }: Trial): Promise<string[]> {
  const rows = await db.sql<{ line: string }[]>`
    select 'record ' || object || ' ' || source_id || ' ' || origin || ' ' || state as line from id_map
    where workspace_id = ${workspaceId}
    union all
    select 'prepared ' || kind || ' ' || name || ' ' || origin || case when destination_id = '' then ' open' else '' end
    from prepared_items where workspace_id = ${workspaceId} order by 1`;
  return rows.map(({ line }) => line);
}
