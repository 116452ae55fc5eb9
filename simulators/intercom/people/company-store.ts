import type { ApiContext } from '../context.ts';
import type { Company, Contact } from '../records.ts';
import { modelAttributesView } from '../schema/model-attributes.ts';
import { noteView } from './contact-store.ts';
import type { Workspace } from '../workspace.ts';

/** The company of an Intercom id, unless it is archived by now. */
export function findCompany(context: Pick<ApiContext, 'workspace' | 'nowMs'>, id: string): Company | null {
  const company = context.workspace.companies.get(id);
  return company === undefined || isArchived(company, context.nowMs) ? null : company;
}

export function findByCompanyId(
  context: Pick<ApiContext, 'workspace' | 'nowMs'>,
  companyId: string,
): Company | null {
  const id = context.workspace.companiesByCompanyId.get(companyId);
  return id === undefined ? null : findCompany(context, id);
}

/** `DELETE` answers at once and archives later. */
export function isArchived(company: Company, nowMs: number): boolean {
  return company.archivesAtMs !== null && company.archivesAtMs <= nowMs;
}

export function attachCompany(contact: Contact, company: Company, now: number): void {
  if (contact.companyIds.includes(company.id)) return;
  contact.companyIds.push(company.id);
  contact.updatedAt = now;
  company.contactIds.add(contact.id);
}

export function detachCompany(contact: Contact, company: Company, now: number): void {
  contact.companyIds = contact.companyIds.filter((id) => id !== company.id);
  contact.updatedAt = now;
  company.contactIds.delete(contact.id);
}

export function companyView(workspace: Workspace, company: Company): Record<string, unknown> {
  return {
    type: 'company',
    company_id: company.companyId,
    id: company.id,
    app_id: workspace.id,
    name: company.name,
    remote_created_at: company.remoteCreatedAt,
    created_at: company.createdAt,
    updated_at: company.updatedAt,
    ...(company.lastRequestAt === null ? {} : { last_request_at: company.lastRequestAt }),
    ...(company.size === null ? {} : { size: company.size }),
    ...(company.website === null ? {} : { website: company.website }),
    ...(company.industry === null ? {} : { industry: company.industry }),
    monthly_spend: company.monthlySpend,
    session_count: 0,
    user_count: company.contactIds.size,
    tags: {
      type: 'tag.list',
      tags: company.tags.map((tag) => ({
        type: 'tag',
        id: tag.id,
        name: workspace.tags.get(tag.id)?.name ?? null,
      })),
    },
    segments: { type: 'segment.list', segments: [] },
    plan: company.plan === null ? {} : { type: 'plan', id: company.plan, name: company.plan },
    custom_attributes: modelAttributesView(workspace, company.customAttributes),
  };
}

/** A single company also carries its newest notes from 2.16 on. */
export function companyDetail(workspace: Workspace, company: Company): Record<string, unknown> {
  const notes = company.notes.map((note) => noteView(workspace, note, { type: 'company', id: company.id }));
  return { ...companyView(workspace, company), notes: { type: 'note.list', notes: notes.toReversed() } };
}
