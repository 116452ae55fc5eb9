import { ok, param, type ApiContext, type Reply } from '../context.ts';
import { notFound } from '../failure.ts';
import { appliedTagView } from '../people/contact-links.ts';
import type { AppliedTag } from '../records.ts';
import { fieldsOf, idField, onlyKeys } from '../request-fields.ts';

/** Tags of articles and internal articles, new in 2.16; the tag must exist. */
export function addContentTag(context: ApiContext, target: { tags: AppliedTag[] }): Reply {
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['id', 'admin_id']);
  const id = idField(fields, 'id') ?? '';
  const adminId = idField(fields, 'admin_id') ?? context.admin.id;
  if (!context.workspace.tags.has(id)) throw notFound('Tag not found', 'tag_not_found');
  let applied = target.tags.find((tag) => tag.id === id);
  if (applied === undefined) {
    applied = { id, appliedAt: context.now, appliedBy: { type: 'admin', id: adminId } };
    target.tags.push(applied);
  }
  return ok(appliedTagView(context.workspace, applied));
}

export function removeContentTag(context: ApiContext, target: { tags: AppliedTag[] }): Reply {
  const id = param(context, 1);
  const applied = target.tags.find((tag) => tag.id === id);
  if (applied === undefined) throw notFound('Tag not found', 'tag_not_found');
  target.tags = target.tags.filter((tag) => tag !== applied);
  return ok({ ...appliedTagView(context.workspace, applied), applied_at: null, applied_by: null });
}
