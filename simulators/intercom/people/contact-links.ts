import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, missing, notFound } from '../failure.ts';
import { numberedPage } from '../paging.ts';
import type { AppliedTag, Note } from '../records.ts';
import { fieldsOf, idField, onlyKeys, pageNumber, pageSize, stringField } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { noteToHtml } from '../text.ts';
import type { Workspace } from '../workspace.ts';
import { attachCompany, companyView, detachCompany, findCompany } from './company-store.ts';
import { activeContact, noteView } from './contact-store.ts';

/** Companies, tags and notes of a contact (Intercom API 2.16). */
export const contactLinkRoutes: Route[] = [
  { method: 'GET', path: '/contacts/{id}/companies', handler: api(listCompanies) },
  { method: 'POST', path: '/contacts/{id}/companies', handler: api(attach) },
  { method: 'DELETE', path: '/contacts/{id}/companies/{company_id}', handler: api(detach) },
  { method: 'GET', path: '/contacts/{id}/tags', handler: api(listTags) },
  { method: 'POST', path: '/contacts/{id}/tags', handler: api(addTag) },
  { method: 'DELETE', path: '/contacts/{id}/tags/{tag_id}', handler: api(removeTag) },
  { method: 'GET', path: '/contacts/{id}/notes', handler: api(listNotes) },
  { method: 'POST', path: '/contacts/{id}/notes', handler: api(addNote) },
  { method: 'GET', path: '/contacts/{id}/segments', handler: api(listSegments) },
];

const COMPANY_LIMIT = 1_000;

function listCompanies(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  const companies = contact.companyIds.flatMap((id) => findCompany(context, id) ?? []);
  const address = `${context.state.url}/contacts/${contact.id}/companies`;
  const page = numberedPage(companies, pageNumber(context.query), pageSize(context.query, 50, 150), address);
  return ok({
    type: 'list',
    data: page.items.map((company) => companyView(context.workspace, company)),
    pages: page.pages,
    total_count: page.total,
  });
}

/** By the id that Intercom gave the company, not by `company_id`. */
function attach(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['id']);
  const id = idField(fields, 'id');
  if (id === undefined || id === '') throw missing('company not specified');
  const company = findCompany(context, id);
  if (company === null) throw notFound('Company Not Found', 'company_not_found');
  if (!contact.companyIds.includes(id) && contact.companyIds.length >= COMPANY_LIMIT) {
    throw new ApiFailure(
      400,
      'contact_company_limit_exceeded',
      `Contact has reached the maximum of ${COMPANY_LIMIT} company associations`,
    );
  }
  attachCompany(contact, company, context.now);
  return ok(companyView(context.workspace, company));
}

function detach(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  const company = findCompany(context, param(context, 1));
  if (company === null || !contact.companyIds.includes(company.id)) {
    throw notFound('Company Not Found', 'company_not_found');
  }
  detachCompany(contact, company, context.now);
  return ok(companyView(context.workspace, company));
}

export function appliedTagView(workspace: Workspace, tag: AppliedTag): Record<string, unknown> {
  return {
    type: 'tag',
    id: tag.id,
    name: workspace.tags.get(tag.id)?.name ?? null,
    applied_at: tag.appliedAt,
    applied_by: tag.appliedBy,
  };
}

function listTags(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  return ok({ type: 'list', data: contact.tags.map((tag) => appliedTagView(context.workspace, tag)) });
}

function addTag(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['id']);
  const id = idField(fields, 'id') ?? '';
  if (!context.workspace.tags.has(id)) throw notFound();
  let applied = contact.tags.find((tag) => tag.id === id);
  if (applied === undefined) {
    applied = { id, appliedAt: context.now, appliedBy: { type: 'admin', id: context.admin.id } };
    contact.tags.push(applied);
    contact.updatedAt = context.now;
  }
  return ok(appliedTagView(context.workspace, applied));
}

function removeTag(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  const applied = contact.tags.find((tag) => tag.id === param(context, 1));
  if (applied === undefined) throw notFound();
  contact.tags = contact.tags.filter((tag) => tag !== applied);
  contact.updatedAt = context.now;
  return ok(appliedTagView(context.workspace, applied));
}

function listNotes(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  return notesPage(context, contact.notes, { type: 'contact', id: contact.id });
}

/** Newest first. */
export function notesPage(
  context: ApiContext,
  notes: readonly Note[],
  owner: { type: 'contact' | 'company'; id: string },
): Reply {
  const address = `${context.state.url}/${owner.type === 'contact' ? 'contacts' : 'companies'}/${owner.id}/notes`;
  const page = numberedPage(
    notes.toReversed(),
    pageNumber(context.query),
    pageSize(context.query, 50, 150),
    address,
  );
  return ok({
    type: 'list',
    data: page.items.map((note) => noteView(context.workspace, note, owner)),
    total_count: page.total,
    pages: page.pages,
  });
}

function addNote(context: ApiContext): Reply {
  const contact = activeContact(context, param(context, 0));
  const note = readNote(context, ['contact_id']);
  contact.notes.push(note);
  contact.updatedAt = context.now;
  return ok(noteView(context.workspace, note, { type: 'contact', id: contact.id }));
}

/** Contact and company notes are stamped with the time of the call: there is no `created_at`. */
export function readNote(context: ApiContext, moreKeys: readonly string[]): Note {
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['body', 'admin_id', ...moreKeys]);
  const body = stringField(fields, 'body');
  if (body === undefined || body === null || body === '') throw missing('body not specified', 'body');
  const adminId = idField(fields, 'admin_id') ?? context.admin.id;
  if (!context.workspace.admins.has(adminId)) throw notFound();
  return { id: context.workspace.ids.next('note'), createdAt: context.now, adminId, body: noteToHtml(body) };
}

function listSegments(context: ApiContext): Reply {
  activeContact(context, param(context, 0));
  return ok({ type: 'list', data: [] });
}
