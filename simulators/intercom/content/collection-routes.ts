import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, missing, notFound } from '../failure.ts';
import { numberedPage } from '../paging.ts';
import {
  fieldsOf,
  idField,
  onlyKeys,
  pageNumber,
  pageSize,
  stringField,
  type Fields,
} from '../request-fields.ts';
import type { Route } from '../router.ts';
import type { Workspace } from '../workspace.ts';
import { collectionView } from './article-view.ts';
import type { Collection } from './store.ts';

/** Collections, up to three levels (Intercom API 2.16, Help Center; Help Center article on collections). */
export const collectionRoutes: Route[] = [
  { method: 'GET', path: '/help_center/collections', handler: api(list) },
  { method: 'POST', path: '/help_center/collections', handler: api(create) },
  {
    method: 'GET',
    path: '/help_center/collections/{id}',
    handler: api((context) => ok(collectionView(context, collectionOf(context)))),
  },
  { method: 'PUT', path: '/help_center/collections/{id}', handler: api(update) },
  { method: 'DELETE', path: '/help_center/collections/{id}', handler: api(remove) },
];

const DEEPEST = 3;

function collectionOf(context: ApiContext): Collection {
  const collection = context.workspace.content.collections.get(param(context, 0));
  if (collection === undefined) throw notFound();
  return collection;
}

function list(context: ApiContext): Reply {
  const sorted = [...context.workspace.content.collections.values()].sort(
    (a, b) => b.updatedAt - a.updatedAt || Number(b.id) - Number(a.id),
  );
  const address = `${context.state.url}/help_center/collections`;
  const page = numberedPage(sorted, pageNumber(context.query), pageSize(context.query, 20, 150), address);
  return ok({
    type: 'list',
    data: page.items.map((collection) => collectionView(context, collection)),
    total_count: page.total,
    pages: page.pages,
  });
}

function create(context: ApiContext): Reply {
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['name', 'description', 'translated_content', 'parent_id', 'help_center_id']);
  const name = stringField(fields, 'name');
  if (name === undefined || name === null || name === '')
    throw missing('Name is a required parameter.', 'name');
  const { content } = context.workspace;
  const helpCenterId = idField(fields, 'help_center_id') ?? content.helpCenters.keys().next().value;
  if (helpCenterId === undefined || !content.helpCenters.has(helpCenterId)) throw notFound();
  const parentId = readParent(context, fields, 1) ?? null;
  const siblings = [...content.collections.values()].filter((each) => each.parentId === parentId);
  const collection: Collection = {
    id: context.workspace.ids.next('collection'),
    name,
    description: stringField(fields, 'description') ?? '',
    parentId,
    helpCenterId,
    order: siblings.length + 1,
    createdAt: context.now,
    updatedAt: context.now,
    translations: new Map(),
  };
  content.collections.set(collection.id, collection);
  return ok(collectionView(context, collection));
}

/** `height` is how many levels hang on the collection that gets the parent, itself included. */
function readParent(context: ApiContext, fields: Fields, height: number): string | null | undefined {
  if (fields['parent_id'] === undefined || fields['parent_id'] === null) return fields['parent_id'];
  const id = idField(fields, 'parent_id') ?? '';
  const { collections } = context.workspace.content;
  if (!collections.has(id)) throw notFound();
  if (levelOf(context.workspace, id) + height > DEEPEST) {
    throw new ApiFailure(
      context.state.switches.deepCollectionStatus,
      'parameter_invalid',
      `Collections can be nested at most ${DEEPEST} levels deep`,
      { field: 'parent_id' },
    );
  }
  return id;
}

function levelOf(workspace: Workspace, id: string): number {
  let level = 0;
  for (let current: string | null = id; current !== null && level <= DEEPEST; level += 1) {
    current = workspace.content.collections.get(current)?.parentId ?? null;
  }
  return level;
}

function heightOf(workspace: Workspace, id: string): number {
  const children = [...workspace.content.collections.values()].filter((each) => each.parentId === id);
  return 1 + Math.max(0, ...children.map((child) => heightOf(workspace, child.id)));
}

function update(context: ApiContext): Reply {
  const collection = collectionOf(context);
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['name', 'description', 'translated_content', 'parent_id']);
  const parentId = readParent(context, fields, heightOf(context.workspace, collection.id));
  if (parentId !== undefined) collection.parentId = parentId;
  collection.name = stringField(fields, 'name') ?? collection.name;
  collection.description = stringField(fields, 'description') ?? collection.description;
  collection.updatedAt = context.now;
  return ok(collectionView(context, collection));
}

/** With everything below; what becomes of the articles inside is not described and therefore a switch. */
function remove(context: ApiContext): Reply {
  const collection = collectionOf(context);
  removeTree(context, collection.id);
  return ok({ id: collection.id, object: 'collection', deleted: true });
}

function removeTree(context: ApiContext, id: string): void {
  const { content } = context.workspace;
  for (const child of [...content.collections.values()])
    if (child.parentId === id) removeTree(context, child.id);
  for (const article of [...content.articles.values()]) {
    if (article.parentId !== id) continue;
    if (context.state.switches.collectionDelete === 'delete_articles') content.articles.delete(article.id);
    else article.parentId = null;
  }
  content.collections.delete(id);
}
