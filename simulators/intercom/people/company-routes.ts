import { randomUUID } from 'node:crypto';
import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, invalid, missing, notFound } from '../failure.ts';
import { numberedPage } from '../paging.ts';
import type { Company } from '../records.ts';
import { fieldsOf, integerField, pageNumber, pageSize, stringField, type Fields } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { mergeAttributes, readModelAttributes } from '../schema/model-attributes.ts';
import { V216 } from '../versions.ts';
import type { Workspace } from '../workspace.ts';
import { companyDetail, companyView, findByCompanyId, findCompany, isArchived } from './company-store.ts';
import { notesPage, readNote } from './contact-links.ts';
import { contactView, noteView } from './contact-store.ts';

/** Companies (Intercom API 2.16, Companies). */
export const companyRoutes: Route[] = [
  {
    method: 'POST',
    path: '/companies',
    handler: api((context) => ok(companyView(context.workspace, upsertCompany(context, fieldsOf(context))))),
  },
  { method: 'GET', path: '/companies', handler: api(find) },
  { method: 'POST', path: '/companies/list', handler: api((context) => listPage(context, 20)) },
  { method: 'GET', path: '/companies/scroll', handler: api(scroll) },
  {
    method: 'GET',
    path: '/companies/{id}',
    handler: api((context) => ok(detail(context, companyOf(context)))),
  },
  { method: 'PUT', path: '/companies/{id}', handler: api(update) },
  { method: 'DELETE', path: '/companies/{id}', handler: api(remove) },
  { method: 'GET', path: '/companies/{id}/contacts', handler: api(listContacts) },
  { method: 'GET', path: '/companies/{id}/segments', handler: api(listSegments) },
  { method: 'GET', path: '/companies/{id}/notes', since: V216, handler: api(listNotes) },
  { method: 'POST', path: '/companies/{id}/notes', since: V216, handler: api(addNote) },
];

const UPDATE_KEYS = ['name', 'plan', 'size', 'website', 'industry', 'custom_attributes', 'monthly_spend'];
const CREATE_KEYS = [...UPDATE_KEYS, 'company_id', 'remote_created_at', 'update_last_request_at'];
const LARGEST_SPEND = 2_147_483_647;

function refuseUnknownKeys(fields: Fields, allowed: string[]): void {
  const unknown = Object.keys(fields).find((key) => !allowed.includes(key));
  if (unknown === undefined) return;
  throw new ApiFailure(400, 'bad_request', `bad '${unknown}' parameter`, { withoutRequestId: true });
}

/** Matches by `company_id`, which cannot change afterwards. */
export function upsertCompany(context: ApiContext, fields: Fields): Company {
  refuseUnknownKeys(fields, CREATE_KEYS);
  const given = stringField(fields, 'company_id');
  if (given === undefined || given === null || given === '') {
    if (context.state.switches.companyWithoutId === 'reject')
      throw missing('company_id not specified', 'company_id');
  }
  const companyId = given === undefined || given === null || given === '' ? randomUUID() : given;
  const existing = findByCompanyId(context, companyId);
  const pending = existing?.archivesAtMs !== null;
  const company = existing !== null && !pending ? existing : blank(context, companyId);
  const next = changed(context, company, fields);
  if (company.id === '') {
    company.id = context.workspace.ids.hex();
    context.workspace.companies.set(company.id, company);
    context.workspace.companiesByCompanyId.set(companyId, company.id);
  }
  Object.assign(company, next, { id: company.id });
  return company;
}

function blank(context: ApiContext, companyId: string): Company {
  return {
    id: '',
    companyId,
    name: null,
    plan: null,
    size: null,
    website: null,
    industry: null,
    monthlySpend: 0,
    remoteCreatedAt: null,
    createdAt: context.now,
    updatedAt: context.now,
    lastRequestAt: null,
    customAttributes: {},
    tags: [],
    notes: [],
    contactIds: new Set(),
    archivesAtMs: null,
  };
}

function changed(context: ApiContext, company: Company, fields: Fields): Partial<Company> {
  const spend = fields['monthly_spend'];
  if (spend !== undefined && spend !== null && typeof spend !== 'number') {
    throw invalid('monthly_spend must be a number', 'monthly_spend');
  }
  if (typeof spend === 'number' && Math.abs(spend) > LARGEST_SPEND) {
    throw invalid(`monthly_spend may be at most ${LARGEST_SPEND}`, 'monthly_spend');
  }
  const keep = <T>(value: T | null | undefined, stored: T | null): T | null =>
    value === undefined ? stored : value;
  return {
    name: keep(stringField(fields, 'name'), company.name),
    plan: keep(stringField(fields, 'plan'), company.plan),
    size: keep(integerField(fields, 'size'), company.size),
    website: keep(stringField(fields, 'website'), company.website),
    industry: keep(stringField(fields, 'industry'), company.industry),
    remoteCreatedAt: keep(integerField(fields, 'remote_created_at'), company.remoteCreatedAt),
    monthlySpend: typeof spend === 'number' ? Math.trunc(spend) : company.monthlySpend,
    lastRequestAt: fields['update_last_request_at'] === true ? context.now : company.lastRequestAt,
    customAttributes: mergeAttributes(
      company.customAttributes,
      readModelAttributes(context, 'company', fields),
    ),
    updatedAt: context.now,
  };
}

function companyOf(context: ApiContext): Company {
  const company = findCompany(context, param(context, 0));
  if (company === null) throw notFound('Company Not Found', 'company_not_found');
  return company;
}

function detail(context: ApiContext, company: Company): Record<string, unknown> {
  return context.version >= V216
    ? companyDetail(context.workspace, company)
    : companyView(context.workspace, company);
}

/** One company by `company_id` or `name`, even one without contacts; otherwise the list. */
function find(context: ApiContext): Reply {
  const companyId = context.query.get('company_id');
  const name = context.query.get('name');
  if (companyId === null && name === null) return listPage(context, 15);
  const company =
    companyId !== null
      ? findByCompanyId(context, companyId)
      : visible(context, () => true).find((each) => each.name === name);
  if (company === null || company === undefined) throw notFound('Company Not Found', 'company_not_found');
  return ok(companyView(context.workspace, company));
}

function visible(context: ApiContext, keep: (company: Company) => boolean): Company[] {
  return [...context.workspace.companies.values()].filter(
    (company) => !isArchived(company, context.nowMs) && keep(company),
  );
}

/** Companies without contacts are missing; beyond 10,000 companies this way of paging stops working. */
function listPage(context: ApiContext, defaultSize: number): Reply {
  const tagId = context.query.get('tag_id');
  const companies = listed(context).filter(
    (company) => tagId === null || company.tags.some((tag) => tag.id === tagId),
  );
  const page = pageNumber(context.query);
  const perPage = pageSize(context.query, defaultSize, 150);
  if (page * perPage > 10_000) {
    throw invalid('The companies list is limited to 10,000 companies. Use the scroll API', 'page');
  }
  const found = numberedPage(companies, page, perPage, `${context.state.url}/companies`);
  return ok({
    type: 'list',
    data: found.items.map((company) => companyView(context.workspace, company)),
    pages: found.pages,
    total_count: found.total,
  });
}

function listed(context: ApiContext): Company[] {
  return visible(context, (company) => company.contactIds.size > 0).sort(
    (a, b) => (b.lastRequestAt ?? 0) - (a.lastRequestAt ?? 0),
  );
}

const SCROLL_LIFE_MS = 60_000;
const SCROLL_PAGE = 100;

/** One open scroll per app, gone after an idle minute. */
function scroll(context: ApiContext): Reply {
  const { scrolls } = context.state;
  const key = context.app.clientId;
  const current = scrolls.get(key);
  const alive = current !== undefined && context.nowMs - current.usedMs < SCROLL_LIFE_MS ? current : null;
  const requested = context.query.get('scroll_param');
  if (requested === null && alive !== null) {
    throw new ApiFailure(400, 'bad_request', 'scroll already exists for this workspace');
  }
  if (requested !== null && alive?.param !== requested) throw notFound('scroll parameter not found');
  const position = requested === null ? 0 : (alive?.position ?? 0);
  const scrollParam = requested ?? randomUUID();
  const companies = listed(context).slice(position, position + SCROLL_PAGE);
  if (companies.length === 0) scrolls.delete(key);
  else scrolls.set(key, { param: scrollParam, position: position + SCROLL_PAGE, usedMs: context.nowMs });
  return ok({
    type: 'list',
    data: companies.map((company) => companyView(context.workspace, company)),
    pages: null,
    total_count: null,
    scroll_param: scrollParam,
  });
}

function update(context: ApiContext): Reply {
  const company = companyOf(context);
  changeCompany(context, company, fieldsOf(context));
  return ok(companyView(context.workspace, company));
}

export function changeCompany(context: ApiContext, company: Company, fields: Fields): void {
  refuseUnknownKeys(fields, UPDATE_KEYS);
  Object.assign(company, changed(context, company, fields));
}

function remove(context: ApiContext): Reply {
  const company = companyOf(context);
  archiveCompany(context.workspace, company, context.nowMs, context.state.switches.companyArchiveDelayMs);
  return ok({ id: company.id, object: 'company', deleted: true });
}

export function archiveCompany(workspace: Workspace, company: Company, nowMs: number, delayMs: number): void {
  company.archivesAtMs = nowMs + delayMs;
  for (const id of company.contactIds) {
    const contact = workspace.contacts.get(id);
    if (contact !== undefined) contact.companyIds = contact.companyIds.filter((each) => each !== company.id);
  }
  company.contactIds.clear();
}

function listContacts(context: ApiContext): Reply {
  const company = companyOf(context);
  const contacts = [...company.contactIds].flatMap((id) => context.workspace.contacts.get(id) ?? []);
  const address = `${context.state.url}/companies/${company.id}/contacts`;
  const page = numberedPage(contacts, pageNumber(context.query), pageSize(context.query, 50, 150), address);
  return ok({
    type: 'list',
    data: page.items.map((contact) => contactView(context.workspace, contact)),
    total_count: page.total,
    pages: page.pages,
  });
}

function listSegments(context: ApiContext): Reply {
  companyOf(context);
  return ok({ type: 'list', data: [] });
}

function listNotes(context: ApiContext): Reply {
  const company = companyOf(context);
  return notesPage(context, company.notes, { type: 'company', id: company.id });
}

function addNote(context: ApiContext): Reply {
  const company = companyOf(context);
  const note = readNote(context, []);
  company.notes.push(note);
  company.updatedAt = context.now;
  return ok(noteView(context.workspace, note, { type: 'company', id: company.id }));
}
