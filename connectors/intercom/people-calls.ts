import { PAGE_SIZE } from './pages.ts';
import * as schemas from './schemas.ts';
import type { Sdk } from './sdk.ts';
import type { IntercomTransport } from './transport.ts';
import { checked, orNull, typedCalls } from './typed-call.ts';

/** Who runs the workspace, contacts and companies. */
export function createPeopleCalls(transport: IntercomTransport, sdk: Sdk) {
  const call = typedCalls(transport);

  return {
    async me() {
      return checked(schemas.Me, 'GET /me', await sdk.admins.identify());
    },
    async listAdmins() {
      return checked(schemas.AdminList, 'GET /admins', await sdk.admins.list()).admins;
    },

    // Contacts
    async createContact(body: Record<string, unknown>) {
      return checked(schemas.Contact, 'POST /contacts', await sdk.contacts.create(body as never));
    },
    async updateContact(id: string, body: Record<string, unknown>) {
      return checked(
        schemas.Contact,
        'PUT /contacts/{id}',
        await sdk.contacts.update({ ...body, contact_id: id }),
      );
    },
    async getContact(id: string) {
      return orNull(
        sdk.contacts
          .find({ contact_id: id })
          .then((body) => checked(schemas.Contact, 'GET /contacts/{id}', body)),
      );
    },
    findContactByExternalId: (externalId: string) =>
      orNull(
        call(schemas.Contact, {
          method: 'GET',
          path: `/contacts/find_by_external_id/${encodeURIComponent(externalId)}`,
          operation: 'GET /contacts/find_by_external_id/{external_id}',
        }),
      ),
    async unarchiveContact(id: string) {
      await sdk.contacts.unarchive({ contact_id: id });
    },
    attachCompany: (contactId: string, companyId: string) =>
      call(schemas.Company, {
        method: 'POST',
        path: `/contacts/${contactId}/companies`,
        operation: 'POST /contacts/{id}/companies',
        body: { id: companyId },
      }),
    async listContactCompanies(contactId: string) {
      const page = await call(schemas.CompanyList, {
        method: 'GET',
        path: `/contacts/${contactId}/companies`,
        operation: 'GET /contacts/{id}/companies',
        query: { per_page: PAGE_SIZE },
      });
      return page.data;
    },

    async listContactTags(contactId: string) {
      const list = await call(schemas.TagList, {
        method: 'GET',
        path: `/contacts/${contactId}/tags`,
        operation: 'GET /contacts/{id}/tags',
      });
      return list.data;
    },

    // Companies
    async upsertCompany(body: Record<string, unknown>) {
      return checked(schemas.Company, 'POST /companies', await sdk.companies.createOrUpdate(body));
    },
    async getCompany(id: string) {
      return orNull(
        sdk.companies
          .find({ company_id: id })
          .then((body) => checked(schemas.Company, 'GET /companies/{id}', body)),
      );
    },
    findCompany: (companyId: string) =>
      orNull(
        call(schemas.Company, {
          method: 'GET',
          path: '/companies',
          operation: 'GET /companies',
          query: { company_id: companyId },
        }),
      ),
  };
}
