import type { Contact } from '../../../connectors/intercom/schemas.ts';
import type { ContactPayload } from '../../../objects/payloads.ts';
import { bodyOf } from '../../load/people/contact-body.ts';
import type { LoadContext } from '../../load/destination.ts';
import { changesBack, flat, valueOf } from './fields.ts';
import { ignoringAbsence, repeatable, untagStep, writeBack } from './steps.ts';
import { edited, idOf, NOTHING_TO_RESTORE, type ThingKind, type UndoStep, type Written } from './thing.ts';

/** `role` is left out: a lead that became a user cannot become a lead again. */
const NOT_RESTORED = ['role'];

export const contacts: ThingKind<Contact, ContactPayload> = {
  async read(plan, context) {
    const raw = await context.intercom.getContact(idOf(plan));
    return raw === null ? null : { raw, updatedAt: raw.updated_at };
  },
  traces(raw, marks) {
    const tags = (raw.tags?.data ?? []).filter(({ id }) => !marks.tagIds.has(id));
    const companies = (raw.companies?.data ?? []).filter(({ id }) => !marks.companyIds.has(id));
    const notes = raw.notes?.total_count ?? 0;
    return [
      ...tags.map(({ id }) => edited('tags', null, id)),
      ...companies.map(({ id }) => edited('companies', null, id)),
      ...(notes > 0 ? [edited('notes', 0, notes)] : []),
      ...foreignAttributes(raw.custom_attributes, marks.attributes),
    ];
  },
  /** Intercom deletes a contact's conversations, and people would look in vain for those of an archived one. */
  async usedBy(plan, ours, context) {
    for (let cursor: string | null = null; ;) {
      const page = await context.intercom.conversationIds(
        { field: 'contact_ids', value: idOf(plan) },
        cursor,
      );
      const known = await ours('conversations', page.ids);
      const foreign = page.ids.find((id) => !known.has(id));
      if (foreign !== undefined) return `It has the conversation ${foreign}, which is not of this migration.`;
      if (page.next === null) return null;
      cursor = page.next;
    }
  },
  remove(plan, action) {
    const id = idOf(plan);
    return {
      key: `undo:${action}`,
      operation: action === 'archive' ? 'POST /contacts/{id}/archive' : 'DELETE /contacts/{id}',
      perform: ({ intercom }) =>
        ignoringAbsence(action === 'archive' ? intercom.archiveContact(id) : intercom.deleteContact(id)),
      isDone: async ({ intercom }) => (await intercom.getContact(id)) === null,
    };
  },
  restoration(raw, written, plan, context) {
    const { prior } = written;
    if (prior === null) return NOTHING_TO_RESTORE;
    const { body, expected, left } = changesBack(prior, bodiesOf(written, plan, context), raw);
    return {
      steps: [
        ...writeBack('PUT /contacts/{id}', body, ({ intercom }, values) =>
          intercom.updateContact(raw.id, values),
        ),
        ...untagSteps(raw, written, prior),
        ...retagSteps(raw, written, prior),
        ...detachSteps(raw, written, prior),
        ...attachSteps(raw, written, prior),
        // It was archived when we came: the last thing that is done to it.
        ...(prior['archived'] === true ? [contacts.remove(plan, 'archive')] : []),
      ],
      expected,
      left,
    };
  },
  valuesOf: (raw, fields) => Object.fromEntries(fields.map((field) => [field, valueOf(raw, field) ?? null])),
};

/** Values of attributes that we did not write: somebody, or another app, works with the thing. */
export function foreignAttributes(attributes: Record<string, unknown>, ours: ReadonlySet<string>) {
  return Object.entries(attributes)
    .filter(([name, value]) => !ours.has(name) && value !== null && value !== undefined && value !== '')
    .map(([name, value]) => edited(`custom_attributes.${name}`, null, value));
}

/** Of a contact that two records share, the second wrote attributes only. */
function bodiesOf(
  { payloads }: Written<ContactPayload>,
  plan: { facts: Record<string, unknown> },
  context: LoadContext,
) {
  return payloads.map((payload) => {
    const body = bodyOf(payload, context);
    const fields = flat(
      plan.facts['shared'] === true ? { custom_attributes: body['custom_attributes'] } : body,
    );
    for (const name of NOT_RESTORED) fields.delete(name);
    return fields;
  });
}

function untagSteps(
  raw: Contact,
  written: Written<ContactPayload>,
  prior: Record<string, unknown>,
): UndoStep[] {
  const before = new Set(idsIn(prior, 'tags'));
  const now = new Set((raw.tags?.data ?? []).map(({ id }) => id));
  // Ten tags are shown at most: of more it is not known which are there, and taking off one that is not changes nothing.
  const isShown = (raw.tags?.total_count ?? now.size) <= now.size;
  return written.tags
    .filter(({ id }) => !before.has(id) && (now.has(id) || !isShown))
    .map(({ name, id }) =>
      untagStep(name, 'DELETE /contacts/{id}/tags/{tag_id}', ({ intercom }) =>
        intercom.untagContact(raw.id, id),
      ),
    );
}

/** What a later run took away comes back, unless it is there again. */
function retagSteps(
  raw: Contact,
  { tagsTaken }: Written<ContactPayload>,
  prior: Record<string, unknown>,
): UndoStep[] {
  const before = new Set(idsIn(prior, 'tags'));
  const now = new Set((raw.tags?.data ?? []).map(({ id }) => id));
  return tagsTaken
    .filter(({ id }) => before.has(id) && !now.has(id))
    .map(({ name, id }) =>
      repeatable(`undo:untag:${name}`, 'POST /contacts/{id}/tags', ({ intercom }) =>
        intercom.tagContact(raw.id, id),
      ),
    );
}

function attachSteps(
  raw: Contact,
  { companyIdsTaken }: Written<ContactPayload>,
  prior: Record<string, unknown>,
): UndoStep[] {
  const before = new Set(idsIn(prior, 'companies'));
  const now = new Set((raw.companies?.data ?? []).map(({ id }) => id));
  return companyIdsTaken
    .filter((id) => before.has(id) && !now.has(id))
    .map((id) =>
      repeatable(`undo:leave:${id}`, 'POST /contacts/{id}/companies', ({ intercom }) =>
        ignoringAbsence(intercom.attachCompany(raw.id, id)),
      ),
    );
}

function detachSteps(
  raw: Contact,
  written: Written<ContactPayload>,
  prior: Record<string, unknown>,
): UndoStep[] {
  const before = new Set(idsIn(prior, 'companies'));
  return written.companyIds
    .filter((id) => !before.has(id))
    .map((id) =>
      repeatable(`undo:company:${id}`, 'DELETE /contacts/{id}/companies/{company_id}', ({ intercom }) =>
        ignoringAbsence(intercom.detachCompany(raw.id, id)),
      ),
    );
}

function idsIn(prior: Record<string, unknown>, name: 'tags' | 'companies'): string[] {
  const list = prior[name] as { data?: { id: string }[] | null } | null | undefined;
  return (list?.data ?? []).map(({ id }) => id);
}
