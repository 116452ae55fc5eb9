import { isArchived } from '../people/company-store.ts';
import type { Workspace } from '../workspace.ts';

export interface SnapshotOptions {
  /** Leaves out what the API hides: archived contacts, companies and attributes, and the list of deleted conversations. */
  visibleOnly: boolean;
  /** With the times of the last write, which differ between equal contents. */
  withTimes: boolean;
  nowMs: number;
}

const STAMPS = new Set(['createdMs', 'updatedAt', 'appliedAt', 'archivesAtMs']);

/** Everything in a workspace in one canonical order: records by id, keys by name. */
export function snapshotOf(workspace: Workspace, options: SnapshotOptions): Record<string, unknown> {
  const { visibleOnly, nowMs } = options;
  const shown = <T extends { archived: boolean }>(record: T): boolean => !visibleOnly || !record.archived;
  const content = {
    contacts: [...workspace.contacts.values()].filter(
      (each) => shown(each) && !(visibleOnly && each.mergedInto !== null),
    ),
    companies: [...workspace.companies.values()].filter((each) => !visibleOnly || !isArchived(each, nowMs)),
    data_attributes: [...workspace.dataAttributes.values()].filter(shown),
    conversation_attributes: [...workspace.conversationAttributes.values()].filter(shown),
    tags: [...workspace.tags.values()],
    conversations: [...workspace.conversations.values()],
    deleted_conversations: visibleOnly ? [] : workspace.deletedConversations,
    object_types: [...workspace.objectTypes.values()].map((type) => ({ id: type.identifier, ...type })),
    custom_object_instances: [...workspace.instances.values()].flatMap((instances) => [
      ...instances.values(),
    ]),
    articles: [...workspace.content.articles.values()],
    collections: [...workspace.content.collections.values()],
    internal_articles: [...workspace.content.internalArticles.values()],
    redirects: [...workspace.content.redirects.values()],
  };
  const sections = Object.entries(content).map(([name, records]) => [
    name,
    sorted(records).map((record) => plain(record, options)),
  ]);
  return { workspace_id: workspace.id, ...(Object.fromEntries(sections) as Record<string, unknown>) };
}

function sorted(records: readonly { id: string | number }[]): { id: string | number }[] {
  return records.toSorted((a, b) => compare(a.id, b.id));
}

function compare(a: string | number, b: string | number): number {
  const numeric = Number(a) - Number(b);
  if (!Number.isNaN(numeric)) return numeric;
  return String(a) < String(b) ? -1 : 1;
}

function plain(value: unknown, options: SnapshotOptions): unknown {
  if (value instanceof Map) return plain(Object.fromEntries(value as Map<string, unknown>), options);
  if (value instanceof Set) return [...(value as Set<unknown>)].map(String).sort();
  if (Array.isArray(value)) return value.map((item) => plain(item, options));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => options.withTimes || !STAMPS.has(key))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item, options)]));
}
