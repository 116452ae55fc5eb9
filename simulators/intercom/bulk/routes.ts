import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, notFound, unprocessable } from '../failure.ts';
import { attachCompany, detachCompany, findByCompanyId, findCompany } from '../people/company-store.ts';
import { archiveCompany, changeCompany, upsertCompany } from '../people/company-routes.ts';
import { deleteContact } from '../people/contact-routes.ts';
import { createContact, updateContact } from '../people/contact-write.ts';
import type { Contact } from '../records.ts';
import { fieldsOf, idField, isFields, type Fields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { PREVIEW } from '../versions.ts';
import { isClosed, jobView, type BulkJob } from './jobs.ts';

type Kind = BulkJob['kind'];
type Apply = (context: ApiContext, item: Fields) => void;

/** Asynchronous jobs of at most 100 items, in Preview only (Intercom API Preview, bulk contacts and companies). */
export const bulkRoutes: Route[] = [
  { method: 'POST', path: '/contacts/bulk', since: PREVIEW, handler: submit('contacts', false, createOne) },
  { method: 'PUT', path: '/contacts/bulk', since: PREVIEW, handler: submit('contacts', true, updateOne) },
  {
    method: 'POST',
    path: '/contacts/bulk/delete',
    since: PREVIEW,
    handler: submit('contacts', true, deleteOne),
  },
  { method: 'GET', path: '/contacts/bulk/{id}', since: PREVIEW, handler: status('contacts') },
  {
    method: 'POST',
    path: '/companies/bulk',
    since: PREVIEW,
    handler: submit('companies', false, upsertOneCompany),
  },
  {
    method: 'PUT',
    path: '/companies/bulk',
    since: PREVIEW,
    handler: submit('companies', true, updateOneCompany),
  },
  {
    method: 'POST',
    path: '/companies/bulk/delete',
    since: PREVIEW,
    handler: submit('companies', true, deleteOneCompany),
  },
  { method: 'GET', path: '/companies/bulk/{id}', since: PREVIEW, handler: status('companies') },
  {
    method: 'GET',
    path: '/jobs/status/{id}',
    since: 14,
    handler: api(() => {
      throw notFound('Job Not Found', 'job_not_found');
    }),
  },
];

const LARGEST_REQUEST = 100;

function submit(kind: Kind, byId: boolean, apply: Apply): Route['handler'] {
  return api((context) => {
    if (!context.state.switches.previewEnabled) throw new ApiFailure(403, 'forbidden', 'Forbidden request');
    const fields = fieldsOf(context);
    const items = readItems(fields, kind, byId);
    const job = jobFor(context, kind, fields['job']);
    job.tasks.push({
      id: `task_v2_${context.workspace.ids.next('job')}`,
      itemCount: items.length,
      createdAt: context.now,
      dueMs: context.nowMs + context.state.switches.bulkJobMs,
      run: () =>
        items.filter(
          (item) =>
            !succeeds(() => {
              apply(context, item);
            }),
        ).length,
      completedAt: null,
      rejected: 0,
    });
    context.workspace.openJobs.add(job);
    return { status: 202, body: jobView(job, context.state.url) };
  });
}

function readItems(fields: Fields, kind: Kind, byId: boolean): Fields[] {
  const items = fields[kind];
  const one = kind === 'contacts' ? 'contact' : 'company';
  if (items === undefined || items === null)
    throw failure('field_not_found', `${kind} field must be supplied`);
  if (!Array.isArray(items)) throw failure('type_mismatch', `${kind} must be an array`);
  if (items.length > LARGEST_REQUEST)
    throw unprocessable(`maximum number of ${kind} per request is ${LARGEST_REQUEST}`);
  return items.map((item: unknown) => {
    if (!isFields(item)) throw failure('type_mismatch', `each ${one} must be an object`);
    if (byId && typeof item['id'] !== 'string')
      throw failure('field_not_found', `${kind} must be identified by id`);
    return item;
  });
}

function failure(code: string, message: string): ApiFailure {
  return new ApiFailure(422, code, message);
}

/** Appends to the named job while that is open. */
function jobFor(context: ApiContext, kind: Kind, named: unknown): BulkJob {
  const id = isFields(named) ? named['id'] : undefined;
  if (typeof id !== 'string') {
    const job: BulkJob = {
      id: `job_v2_${context.workspace.ids.next('job')}`,
      kind,
      createdAt: context.now,
      tasks: [],
    };
    context.workspace.jobs.set(job.id, job);
    return job;
  }
  const job = context.workspace.jobs.get(id);
  if (job?.kind !== kind) throw notFound(`job ${id} not found`, 'job_not_found');
  if (isClosed(job)) throw new ApiFailure(403, 'forbidden', `job ${id} is closed for new task updates`);
  return job;
}

function status(kind: Kind): Route['handler'] {
  return api((context): Reply => {
    const job = context.workspace.jobs.get(param(context, 0));
    if (job?.kind !== kind) throw notFound(`job ${param(context, 0)} not found`, 'job_not_found');
    return ok(jobView(job, context.state.url));
  });
}

function succeeds(apply: () => void): boolean {
  try {
    apply();
    return true;
  } catch (error) {
    if (error instanceof ApiFailure) return false;
    throw error;
  }
}

const CREATE_KEYS = [
  'external_id',
  'email',
  'name',
  'role',
  'phone',
  'avatar',
  'custom_attributes',
  'signed_up_at',
  'last_seen_at',
  'owner_id',
  'unsubscribed_from_emails',
];
const UPDATE_KEYS = CREATE_KEYS.filter((key) => !['role', 'signed_up_at', 'last_seen_at'].includes(key));
const COMPANY_KEYS = ['name', 'plan', 'size', 'website', 'industry', 'custom_attributes', 'monthly_spend'];
const COMPANY_UPSERT_KEYS = [...COMPANY_KEYS, 'company_id', 'remote_created_at', 'update_last_request_at'];

/** Other fields of an item are ignored. */
function only(item: Fields, keys: string[]): Fields {
  return Object.fromEntries(Object.entries(item).filter(([key]) => keys.includes(key)));
}

function createOne(context: ApiContext, item: Fields): void {
  const contact = createContact(context, only(item, CREATE_KEYS));
  linkCompanies(context, contact, item['companies']);
  linkTags(context, contact, item['tags']);
}

function contactOf(context: ApiContext, item: Fields): Contact {
  const contact = context.workspace.contacts.get(idField(item, 'id') ?? '');
  if (contact === undefined || contact.archived) throw notFound('User Not Found');
  return contact;
}

function updateOne(context: ApiContext, item: Fields): void {
  const contact = contactOf(context, item);
  updateContact(context, contact, only(item, UPDATE_KEYS));
  linkCompanies(context, contact, item['companies']);
  linkTags(context, contact, item['tags']);
}

function deleteOne(context: ApiContext, item: Fields): void {
  const contact = contactOf(context, item);
  deleteContact(context.workspace, contact, context.nowMs, context.state.switches.externalIdLockDays);
}

/** Named by `company_id`; a company that does not exist is made. */
function linkCompanies(context: ApiContext, contact: Contact, companies: unknown): void {
  if (!Array.isArray(companies)) return;
  for (const item of companies as unknown[]) {
    if (!isFields(item)) continue;
    if (item['remove'] === true) {
      const company = findByCompanyId(context, idField(item, 'company_id') ?? '');
      if (company !== null) detachCompany(contact, company, context.now);
      continue;
    }
    attachCompany(contact, upsertCompany(context, only(item, COMPANY_UPSERT_KEYS)), context.now);
  }
}

/** Best effort: unknown tags are skipped. */
function linkTags(context: ApiContext, contact: Contact, tags: unknown): void {
  const { add, remove } = isFields(tags) ? tags : {};
  const ids = (list: unknown): string[] =>
    Array.isArray(list)
      ? list.flatMap((tag: unknown) => (isFields(tag) ? (idField(tag, 'id') ?? []) : []))
      : [];
  for (const id of ids(add)) {
    if (!context.workspace.tags.has(id) || contact.tags.some((tag) => tag.id === id)) continue;
    contact.tags.push({ id, appliedAt: context.now, appliedBy: { type: 'admin', id: context.admin.id } });
  }
  const removed = ids(remove);
  contact.tags = contact.tags.filter((tag) => !removed.includes(tag.id));
}

function upsertOneCompany(context: ApiContext, item: Fields): void {
  upsertCompany(context, only(item, COMPANY_UPSERT_KEYS));
}

function updateOneCompany(context: ApiContext, item: Fields): void {
  const company = findCompany(context, idField(item, 'id') ?? '');
  if (company === null) throw notFound('Company Not Found', 'company_not_found');
  changeCompany(context, company, only(item, COMPANY_KEYS));
}

function deleteOneCompany(context: ApiContext, item: Fields): void {
  const company = findCompany(context, idField(item, 'id') ?? '');
  if (company === null) throw notFound('Company Not Found', 'company_not_found');
  archiveCompany(context.workspace, company, context.nowMs, context.state.switches.companyArchiveDelayMs);
}
