import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, invalid, notFound } from '../failure.ts';
import type { AppliedTag, Company, Contact, Tag } from '../records.ts';
import { fieldsOf, idField, isFields, onlyKeys, stringField } from '../request-fields.ts';
import type { Route } from '../router.ts';
import type { Workspace } from '../workspace.ts';
import { findByCompanyId, findCompany } from './company-store.ts';

/** Tags (Intercom API 2.16, Tags). Names are compared without case. */
export const tagRoutes: Route[] = [
  {
    method: 'GET',
    path: '/tags',
    handler: api((context) => ok({ type: 'list', data: [...context.workspace.tags.values()].map(tagView) })),
  },
  { method: 'POST', path: '/tags', handler: api(createOrApply) },
  { method: 'GET', path: '/tags/{id}', handler: api((context) => ok(tagView(tagOf(context)))) },
  { method: 'DELETE', path: '/tags/{id}', handler: api(remove) },
];

function tagView(tag: Tag): Record<string, unknown> {
  return { type: 'tag', id: tag.id, name: tag.name };
}

function tagOf(context: ApiContext): Tag {
  const tag = context.workspace.tags.get(param(context, 0));
  if (tag === undefined) throw notFound();
  return tag;
}

/** Creates, renames, or tags many contacts or companies at once. */
function createOrApply(context: ApiContext): Reply {
  const fields = fieldsOf(context);
  const name = stringField(fields, 'name');
  if (name === undefined || name === null || name.trim() === '') throw invalid('invalid tag parameters');
  onlyKeys(context, fields, ['name', 'id', 'companies', 'users']);
  const id = idField(fields, 'id');
  const companies = targets(fields['companies'], (item) => companyOf(context, item));
  const users = targets(fields['users'], (item) => contactOf(context, item));
  const tag = id === undefined ? findOrCreate(context.workspace, name) : renamed(context, id, name);
  for (const { target, untag } of companies) apply(context, target, tag, untag);
  for (const { target, untag } of users) apply(context, target, tag, untag);
  return ok(tagView(tag));
}

function findOrCreate(workspace: Workspace, name: string): Tag {
  const wanted = name.toLowerCase();
  for (const tag of workspace.tags.values()) if (tag.name.toLowerCase() === wanted) return tag;
  const tag = { id: workspace.ids.next('tag'), name };
  workspace.tags.set(tag.id, tag);
  return tag;
}

function renamed(context: ApiContext, id: string, name: string): Tag {
  const tag = context.workspace.tags.get(id);
  if (tag === undefined) throw notFound();
  tag.name = name;
  return tag;
}

function targets<T>(
  value: unknown,
  find: (item: Record<string, unknown>) => T,
): { target: T; untag: boolean }[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid('invalid tag parameters');
  return value.map((item: unknown) => {
    if (!isFields(item)) throw invalid('invalid tag parameters');
    return { target: find(item), untag: item['untag'] === true };
  });
}

function companyOf(context: ApiContext, item: Record<string, unknown>): Company {
  const id = idField(item, 'id');
  const companyId = idField(item, 'company_id');
  const company =
    id !== undefined
      ? findCompany(context, id)
      : companyId !== undefined
        ? findByCompanyId(context, companyId)
        : null;
  if (company === null) throw notFound('Company Not Found', 'company_not_found');
  return company;
}

function contactOf(context: ApiContext, item: Record<string, unknown>): Contact {
  const contact = context.workspace.contacts.get(idField(item, 'id') ?? '');
  if (contact === undefined || contact.archived) throw notFound('User Not Found');
  return contact;
}

function apply(
  context: ApiContext,
  target: { tags: AppliedTag[]; updatedAt: number },
  tag: Tag,
  untag: boolean,
): void {
  target.tags = target.tags.filter((applied) => applied.id !== tag.id);
  target.updatedAt = context.now;
  if (untag) return;
  target.tags.push({
    id: tag.id,
    appliedAt: context.now,
    appliedBy: { type: 'admin', id: context.admin.id },
  });
}

/** The tag disappears from everything that carries it, unless a segment uses it (Intercom API 2.14, DELETE /tags/{id}). */
function remove(context: ApiContext): Reply {
  const tag = tagOf(context);
  const { workspace } = context;
  const users = [...workspace.segments.values()].filter(({ tagIds }) => tagIds.includes(tag.id));
  if (users.length > 0) {
    const names = users.map(({ name }) => name).join(', ');
    const message = `Unable to delete Tag with dependent objects. Segments: ${names}.`;
    throw new ApiFailure(400, 'tag_has_dependent_objects', message);
  }
  const without = (tags: AppliedTag[]): AppliedTag[] => tags.filter((applied) => applied.id !== tag.id);
  for (const contact of workspace.contacts.values()) contact.tags = without(contact.tags);
  for (const company of workspace.companies.values()) company.tags = without(company.tags);
  for (const id of workspace.conversationsByTag.get(tag.id) ?? []) {
    const conversation = workspace.conversations.get(id);
    if (conversation !== undefined) conversation.tags = without(conversation.tags);
  }
  for (const article of workspace.content.articles.values()) article.tags = without(article.tags);
  for (const article of workspace.content.internalArticles.values()) article.tags = without(article.tags);
  workspace.conversationsByTag.delete(tag.id);
  workspace.tags.delete(tag.id);
  return ok(undefined);
}
