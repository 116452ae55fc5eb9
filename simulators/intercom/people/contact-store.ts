import type { ApiContext } from '../context.ts';
import { ApiFailure, notFound } from '../failure.ts';
import type { Contact, Note } from '../records.ts';
import { modelAttributesView } from '../schema/model-attributes.ts';
import { addToIndex, removeFromIndex, type Workspace } from '../workspace.ts';

const NESTED_LIMIT = 10;

/** A contact as answered; nested lists show ten entries at most (Intercom API 2.16, contact model). */
export function contactView(workspace: Workspace, contact: Contact): Record<string, unknown> {
  return {
    type: 'contact',
    id: contact.id,
    workspace_id: workspace.id,
    external_id: contact.externalId,
    role: contact.role,
    email: contact.email,
    email_domain: contact.email?.split('@')[1] ?? null,
    phone: contact.phone,
    name: contact.name,
    avatar: contact.avatar,
    owner_id: contact.ownerId,
    social_profiles: { type: 'list', data: [] },
    has_hard_bounced: false,
    marked_email_as_spam: false,
    unsubscribed_from_emails: contact.unsubscribedFromEmails,
    created_at: contact.createdAt,
    updated_at: contact.updatedAt,
    signed_up_at: contact.signedUpAt,
    last_seen_at: contact.lastSeenAt,
    last_replied_at: contact.lastRepliedAt,
    last_contacted_at: contact.lastContactedAt,
    last_email_opened_at: null,
    last_email_clicked_at: null,
    language_override: null,
    browser: null,
    browser_version: null,
    browser_language: null,
    os: null,
    location: {
      type: 'location',
      country: null,
      region: null,
      city: null,
      country_code: null,
      continent_code: null,
    },
    custom_attributes: modelAttributesView(workspace, contact.customAttributes),
    tags: nested(
      contact,
      'tags',
      contact.tags.map((tag) => ({ type: 'tag', id: tag.id, url: `/tags/${tag.id}` })),
    ),
    notes: nested(
      contact,
      'notes',
      contact.notes.map((note) => ({ type: 'note', id: note.id, url: `/notes/${note.id}` })),
    ),
    companies: nested(
      contact,
      'companies',
      contact.companyIds.map((id) => ({ type: 'company', id, url: `/companies/${id}` })),
    ),
  };
}

function nested(contact: Contact, name: string, data: Record<string, unknown>[]): Record<string, unknown> {
  return {
    type: 'list',
    data: data.slice(0, NESTED_LIMIT),
    url: `/contacts/${contact.id}/${name}`,
    total_count: data.length,
    has_more: data.length > NESTED_LIMIT,
  };
}

/** 404 "User Not Found" unless active; 410 with the way to the survivor when merged. */
export function activeContact(context: ApiContext, id: string): Contact {
  const contact = context.workspace.contacts.get(id);
  if (contact !== undefined && contact.mergedInto !== null) throw merged(contact.mergedInto);
  if (contact === undefined || contact.archived) throw notFound('User Not Found');
  return contact;
}

export function merged(into: string): ApiFailure {
  return new ApiFailure(
    410,
    'contact_merged',
    "This contact has been merged. See the 'Link' header for the canonical contact.",
    { headers: { Link: `</contacts/${into}>; rel="canonical"` } },
  );
}

export function indexContact(workspace: Workspace, contact: Contact): void {
  if (contact.externalId !== null) addToIndex(workspace.contactsByExternalId, contact.externalId, contact.id);
  if (contact.email !== null) addToIndex(workspace.contactsByEmail, contact.email.toLowerCase(), contact.id);
}

export function unindexContact(workspace: Workspace, contact: Contact): void {
  if (contact.externalId !== null)
    removeFromIndex(workspace.contactsByExternalId, contact.externalId, contact.id);
  if (contact.email !== null)
    removeFromIndex(workspace.contactsByEmail, contact.email.toLowerCase(), contact.id);
}

/** Identity as replies and participants give it: Intercom id, then external id, then email, active contacts only. */
export function contactByIdentity(
  workspace: Workspace,
  identity: { intercomUserId?: string | undefined; userId?: string | undefined; email?: string | undefined },
): Contact | null {
  const ids =
    identity.intercomUserId !== undefined
      ? [identity.intercomUserId]
      : identity.userId !== undefined
        ? [...(workspace.contactsByExternalId.get(identity.userId) ?? [])]
        : [...(workspace.contactsByEmail.get(identity.email?.toLowerCase() ?? '') ?? [])];
  for (const id of ids) {
    const contact = workspace.contacts.get(id);
    if (contact !== undefined && !contact.archived && contact.mergedInto === null) return contact;
  }
  return null;
}

export function noteView(
  workspace: Workspace,
  note: Note,
  owner: { type: 'contact' | 'company'; id: string },
): Record<string, unknown> {
  const admin = workspace.admins.get(note.adminId);
  return {
    type: 'note',
    id: note.id,
    created_at: note.createdAt,
    [owner.type]: owner,
    author: {
      type: 'admin',
      id: note.adminId,
      name: admin?.name ?? null,
      email: admin?.email ?? null,
      away_mode_enabled: false,
      away_mode_reassign: false,
    },
    body: note.body,
  };
}
