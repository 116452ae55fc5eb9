import { ok, type ApiContext, type Reply } from '../context.ts';
import { cursorPage } from '../paging.ts';
import type { Contact } from '../records.ts';
import type { FieldSpec, FieldValue } from '../search/operators.ts';
import { dayIn } from '../search/operators.ts';
import { readSearch } from '../search/query.ts';
import { PREVIEW } from '../versions.ts';
import type { Workspace } from '../workspace.ts';
import { contactView } from './contact-store.ts';

type Read = (contact: Contact) => FieldValue | readonly FieldValue[];

const STRINGS: Readonly<Record<string, Read>> = {
  id: (contact) => contact.id,
  role: (contact) => contact.role,
  name: (contact) => contact.name,
  avatar: (contact) => contact.avatar,
  owner_id: (contact) => contact.ownerId,
  email: (contact) => contact.email,
  email_domain: (contact) => contact.email?.split('@')[1] ?? null,
  phone: (contact) => contact.phone,
  formatted_phone: (contact) => contact.phone,
  external_id: (contact) => contact.externalId,
};

const DATES: Readonly<Record<string, Read>> = {
  created_at: (contact) => contact.createdAt,
  signed_up_at: (contact) => contact.signedUpAt,
  updated_at: (contact) => contact.updatedAt,
  last_seen_at: (contact) => contact.lastSeenAt,
  last_contacted_at: (contact) => contact.lastContactedAt,
  last_replied_at: (contact) => contact.lastRepliedAt,
};

/** Dates compare by the day of the workspace's time zone up to 2.16, to the second in Preview. */
function fieldSpec(context: ApiContext, field: string): FieldSpec<Contact> | null {
  const dayOf = dayIn(context.workspace.timezone);
  const dateType = context.version >= PREVIEW ? 'integer' : 'day';
  const string = STRINGS[field];
  if (string !== undefined) return { type: 'string', read: string, ignoreCase: field.startsWith('email') };
  const date = DATES[field];
  if (date !== undefined) return { type: dateType, read: date, dayOf };
  if (field === 'tag_id') return { type: 'tag', read: (contact) => contact.tags.map((tag) => tag.id) };
  if (field === 'unsubscribed_from_emails') {
    return { type: 'boolean', read: (contact) => contact.unsubscribedFromEmails };
  }
  if (field === 'has_hard_bounced' || field === 'marked_email_as_spam')
    return { type: 'boolean', read: () => false };
  if (!field.startsWith('custom_attributes.')) return null;
  const name = field.slice('custom_attributes.'.length);
  const attribute = context.workspace.dataAttributesByName.get(name);
  if (attribute?.model !== 'contact' || attribute.archived) return null;
  const read: Read = (contact) => contact.customAttributes[name] ?? null;
  switch (attribute.dataType) {
    case 'date':
      return { type: dateType, read, dayOf };
    case 'integer':
    case 'float':
      return { type: 'integer', read };
    case 'boolean':
      return { type: 'boolean', read };
    case 'string':
    case 'reference':
      return { type: 'string', read };
  }
}

/** A new contact is not found at once: creation and index are two things (POST /contacts/search). */
export function searchContacts(context: ApiContext): Reply {
  const request = readSearch(context, (field) => fieldSpec(context, field), 50);
  const indexedBefore = context.nowMs - context.state.searchLagMs;
  const found = candidates(context.workspace, request.equals).filter(
    (contact) =>
      !contact.archived &&
      contact.mergedInto === null &&
      contact.createdMs <= indexedBefore &&
      request.matches(contact),
  );
  const sort = request.sort ?? { field: 'created_at', ascending: false };
  const sortRead = STRINGS[sort.field] ?? DATES[sort.field];
  found.sort((a, b) => order(sortRead?.(a), sortRead?.(b)) * (sort.ascending ? 1 : -1));
  const page = cursorPage(found, request.perPage, request.startingAfter);
  return ok({
    type: 'list',
    data: page.items.map((contact) => contactView(context.workspace, contact)),
    total_count: page.total,
    pages: page.pages,
  });
}

function candidates(workspace: Workspace, equals: { field: string; value: string }[]): Contact[] {
  for (const { field, value } of equals) {
    const ids =
      field === 'external_id'
        ? workspace.contactsByExternalId.get(value)
        : field === 'email'
          ? workspace.contactsByEmail.get(value.toLowerCase())
          : field === 'id'
            ? new Set([value])
            : null;
    if (ids !== null) return [...(ids ?? [])].flatMap((id) => workspace.contacts.get(id) ?? []);
  }
  return [...workspace.contacts.values()];
}

function order(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return 0;
}
