import type { Company } from '../../../connectors/intercom/schemas.ts';
import type { CompanyPayload } from '../../../objects/payloads.ts';
import { resolveAttributes } from '../../load/attributes.ts';
import { foreignAttributes } from './contacts.ts';
import { changesBack, flat, valueOf } from './fields.ts';
import { ignoringAbsence, writeBack } from './steps.ts';
import { edited, idOf, NOTHING_TO_RESTORE, type ThingKind } from './thing.ts';

export const companies: ThingKind<Company, CompanyPayload> = {
  async read(plan, context) {
    const raw = await context.intercom.getCompany(idOf(plan));
    return raw === null ? null : { raw, updatedAt: raw.updated_at };
  },
  traces(raw, marks) {
    const notes = raw.notes?.notes?.length ?? 0;
    return [
      ...(raw.tags?.tags ?? []).map(({ id }) => edited('tags', null, id)),
      ...(notes > 0 ? [edited('notes', 0, notes)] : []),
      ...foreignAttributes(raw.custom_attributes, marks.attributes),
    ];
  },
  async usedBy(plan, ours, context) {
    for (let cursor: string | null = null; ;) {
      const page = await context.intercom.contactsOfCompany(idOf(plan), cursor);
      const known = await ours('contacts', page.ids);
      const foreign = page.ids.find((id) => !known.has(id));
      if (foreign !== undefined)
        return `The contact ${foreign}, who is not of this migration, belongs to it.`;
      if (page.next === null) return null;
      cursor = page.next;
    }
  },
  remove(plan) {
    const id = idOf(plan);
    return {
      key: 'undo:delete',
      operation: 'DELETE /companies/{id}',
      perform: ({ intercom }) => ignoringAbsence(intercom.deleteCompany(id)),
      isDone: async ({ intercom }) => (await intercom.getCompany(id)) === null,
    };
  },
  restoration(raw, { prior, payloads }, _plan, context) {
    if (prior === null) return NOTHING_TO_RESTORE;
    const bodies = payloads.map(({ resource: _resource, company_id: _id, custom_attributes, ...fields }) =>
      flat({ ...fields, custom_attributes: resolveAttributes(custom_attributes, context) }),
    );
    const { body, expected, left } = changesBack(prior, bodies, raw);
    return {
      // PUT takes no `remote_created_at`; the upsert takes every field (Intercom API 2.16).
      steps: writeBack('POST /companies', body, ({ intercom }, values) =>
        intercom.upsertCompany({ company_id: raw.company_id, ...values }),
      ),
      expected,
      left,
    };
  },
  valuesOf: (raw, fields) => Object.fromEntries(fields.map((field) => [field, valueOf(raw, field) ?? null])),
};
