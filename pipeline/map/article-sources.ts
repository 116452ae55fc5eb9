import { AppError, AuthError } from '../../errors.ts';
import { recordWordsIn } from '../../objects/article-links.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { FolderNode } from '../../objects/folders.ts';
import type { MapContext } from '../../objects/map-record.ts';
import type { MappingRule, RecordRef } from '../../objects/mapping.ts';
import { textOf } from '../../objects/read-values.ts';
import { readFields, readSource } from '../../objects/read-fields.ts';
import type { BatchScope } from '../runs/batch.ts';
import type { Deps } from '../deps.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { findConnection, infraonFor } from '../source/infraon-access.ts';

type Raw = Record<string, unknown>;

/** Key of Infraon's list of article categories in the profile. */
const CATEGORIES = 'article_category';

/** Infraon's tree of article categories, in its own order; empty where the tenant gives none. */
export async function readFolders(deps: Deps, { id: runId, workspaceId }: FrozenRun): Promise<FolderNode[]> {
  const { client, profile, connection } = await infraonFor(deps, workspaceId);
  if (profile.objects[CATEGORIES] === undefined || connection.pinned.disabled[CATEGORIES] !== undefined)
    return [];
  let rows: Raw[];
  try {
    rows = await client.lookupAll(CATEGORIES, runId);
  } catch (error) {
    // What `categories/` answers is not documented (Infraon reference, knowledge base article): without it the folders
    // are made of department and service.
    if (!(error instanceof AppError) || error instanceof AuthError) throw error;
    return [];
  }
  return rows.flatMap((row) => {
    const id = textOf(row['category_id'] ?? row['id']);
    const name = textOf(row['name']);
    return id === undefined || name === undefined
      ? []
      : [{ id, name, parentId: textOf(row['parent_id']) ?? null }];
  });
}

/** Objects that a page may link to: those that have a page of their own in Intercom. */
function linkable(scope: BatchScope): string[] {
  return scope.deps.registry
    .all()
    .filter(({ destination }) => ['articles', 'conversations'].includes(destination.resource))
    .map(({ name }) => name);
}

/** What mapping of articles may know beside the records: folders, the desk's address, and the records links name. */
export async function articleContext(
  scope: BatchScope,
  definition: ObjectDefinition,
  rules: readonly Pick<MappingRule, 'source' | 'transform'>[],
  raws: readonly Raw[],
): Promise<Partial<MapContext>> {
  const bodies = rules.filter(({ transform }) => transform === 'article_body');
  if (definition.destination.resource !== 'articles') return {};
  const { deps, run } = scope;
  const connection = await findConnection(deps, run.workspaceId);
  const sourceUrl = connection?.baseUrl;
  const timezone = run.settings.source_timezone;
  const words = new Set(
    raws.flatMap((raw) => {
      const values = readFields(raw, definition, { timezone });
      return bodies.flatMap(({ source }) =>
        recordWordsIn(textOf(readSource(raw, source, values, timezone)) ?? '', sourceUrl),
      );
    }),
  );
  const found = await recordsNamed(scope, [...words]);
  const rule = run.settings.article_folder_rule;
  return {
    folderRule: rule,
    folders: rule === 'categories_tree' ? await readFolders(deps, run) : [],
    ...(sourceUrl === undefined ? {} : { sourceUrl }),
    ...(run.settings.article_files_url === null ? {} : { filesUrl: run.settings.article_files_url }),
    record: (word) => found.get(word.toLowerCase()),
  };
}

/** Records by id or number; a word that means several is no link to any of them. */
async function recordsNamed(scope: BatchScope, words: string[]): Promise<Map<string, RecordRef>> {
  if (words.length === 0) return new Map();
  const lower = words.map((word) => word.toLowerCase());
  const rows = await scope.deps.db.sql<(RecordRef & { word: string })[]>`
    select object as ref, source_id as "sourceId", w.word from source_records
    cross join lateral (values (lower(source_id)), (lower(display_id))) as w(word)
    where workspace_id = ${scope.run.workspaceId} and object = any(${linkable(scope)}) and w.word = any(${lower})
      and (lower(source_id) = any(${lower}) or lower(display_id) = any(${lower}))`;
  const found = new Map<string, RecordRef>();
  const several = new Set<string>();
  for (const { word, ref, sourceId } of rows) {
    const known = found.get(word);
    if (known !== undefined && (known.ref !== ref || known.sourceId !== sourceId)) several.add(word);
    found.set(word, { ref, sourceId });
  }
  for (const word of several) found.delete(word);
  return found;
}
