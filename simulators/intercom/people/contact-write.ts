import type { ApiContext } from '../context.ts';
import { ApiFailure, invalid } from '../failure.ts';
import type { Contact } from '../records.ts';
import { booleanField, integerField, onlyKeys, stringField, type Fields } from '../request-fields.ts';
import { mergeAttributes, readModelAttributes } from '../schema/model-attributes.ts';
import type { Workspace } from '../workspace.ts';
import { indexContact, unindexContact } from './contact-store.ts';

const KEYS = [
  'role',
  'external_id',
  'email',
  'email_verified',
  'phone',
  'name',
  'avatar',
  'signed_up_at',
  'last_seen_at',
  'owner_id',
  'unsubscribed_from_emails',
  'custom_attributes',
];

/** Creates a contact from a request, or throws; nothing is stored then (Intercom API 2.16, POST /contacts). */
export function createContact(
  context: ApiContext,
  fields: Fields,
  moreKeys: readonly string[] = [],
): Contact {
  onlyKeys(context, fields, [...KEYS, ...moreKeys]);
  const given = (key: string): boolean =>
    fields[key] !== undefined && fields[key] !== null && fields[key] !== '';
  if (!given('email') && !given('external_id') && !given('role')) {
    throw new ApiFailure(400, 'parameter_not_found', 'One of email, external_id or role is required');
  }
  const draft: Contact = {
    id: '',
    externalId: null,
    role: 'user',
    email: null,
    emailVerified: false,
    phone: null,
    name: null,
    avatar: null,
    ownerId: null,
    unsubscribedFromEmails: false,
    createdAt: context.now,
    updatedAt: context.now,
    signedUpAt: null,
    lastSeenAt: null,
    lastRepliedAt: null,
    lastContactedAt: null,
    archived: false,
    blocked: false,
    mergedInto: null,
    customAttributes: {},
    tags: [],
    notes: [],
    companyIds: [],
    createdMs: context.nowMs,
  };
  const contact = changed(context, draft, fields);
  if (contact.role === 'user' && contact.email === null && contact.externalId === null) {
    throw new ApiFailure(400, 'parameter_not_found', 'A user needs an email or an external_id');
  }
  refuseDuplicate(context, contact);
  contact.id = context.workspace.ids.hex();
  context.workspace.contacts.set(contact.id, contact);
  indexContact(context.workspace, contact);
  return contact;
}

export function updateContact(context: ApiContext, contact: Contact, fields: Fields): void {
  onlyKeys(context, fields, KEYS);
  const next = changed(context, contact, fields);
  refuseDuplicate(context, next);
  unindexContact(context.workspace, contact);
  Object.assign(contact, next, { updatedAt: context.now });
  indexContact(context.workspace, contact);
}

/** A copy of the contact with the request applied. */
function changed(context: ApiContext, contact: Contact, fields: Fields): Contact {
  const role = stringField(fields, 'role');
  if (role !== undefined && role !== 'user' && role !== 'lead')
    throw invalid('role must be user or lead', 'role');
  const email = blankToNull(stringField(fields, 'email'));
  if (typeof email === 'string' && !/^[^\s@]+@[^\s@]+$/.test(email))
    throw invalid('email is invalid', 'email');
  const verified = booleanField(fields, 'email_verified');
  if (verified !== undefined && verified !== null && typeof email !== 'string') {
    throw invalid('email_verified must be supplied together with an email', 'email_verified');
  }
  const ownerId = ownerOf(context, fields);
  return {
    ...contact,
    role: role ?? contact.role,
    externalId: keep(blankToNull(stringField(fields, 'external_id')), contact.externalId),
    email: keep(email, contact.email),
    emailVerified: verified ?? contact.emailVerified,
    phone: keep(phoneOf(context, fields), contact.phone),
    name: keep(stringField(fields, 'name'), contact.name),
    avatar: keep(stringField(fields, 'avatar'), contact.avatar),
    signedUpAt: keep(integerField(fields, 'signed_up_at'), contact.signedUpAt),
    lastSeenAt: keep(integerField(fields, 'last_seen_at'), contact.lastSeenAt),
    ownerId: keep(ownerId, contact.ownerId),
    unsubscribedFromEmails:
      booleanField(fields, 'unsubscribed_from_emails') ?? contact.unsubscribedFromEmails,
    customAttributes: mergeAttributes(
      contact.customAttributes,
      readModelAttributes(context, 'contact', fields),
    ),
  };
}

function keep<T>(given: T | null | undefined, stored: T | null): T | null {
  return given === undefined ? stored : given;
}

function blankToNull(text: string | null | undefined): string | null | undefined {
  return text === '' ? null : text;
}

function ownerOf(context: ApiContext, fields: Fields): string | null | undefined {
  const value = fields['owner_id'];
  if (value === undefined || value === null) return value;
  const id = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  if (!context.workspace.admins.has(id))
    throw invalid('owner_id is not a teammate of this workspace', 'owner_id');
  return id;
}

/** Spaces, parentheses and dashes are dropped; the workspace setting may refuse what is then no E.164 number. */
function phoneOf(context: ApiContext, fields: Fields): string | null | undefined {
  const phone = stringField(fields, 'phone');
  if (typeof phone !== 'string') return phone;
  const compact = phone.replaceAll(/[\s()-]/g, '');
  if (context.state.switches.phoneValidation && !/^\+[1-9]\d{6,14}$/.test(compact)) {
    throw invalid('phone is not a valid phone number', 'phone');
  }
  return compact === '' ? null : compact;
}

/**
 * 409 with the other contact's id in the text: the official descriptions leave it out, client code confirms it.
 * Leads are exempt from uniqueness checks.
 */
function refuseDuplicate(context: ApiContext, contact: Contact): void {
  if (contact.role === 'lead') return;
  const { workspace, state } = context;
  if (contact.externalId !== null) {
    const lock = workspace.lockedExternalIds.get(contact.externalId);
    if (lock !== undefined && context.nowMs < lock.untilMs) throw duplicate(lock.contactId, true);
    const other = otherUser(
      workspace,
      workspace.contactsByExternalId.get(contact.externalId),
      contact.id,
      () => true,
    );
    if (other !== null) throw duplicate(other.id, other.archived);
  }
  if (contact.email !== null) {
    const other = otherUser(
      workspace,
      workspace.contactsByEmail.get(contact.email.toLowerCase()),
      contact.id,
      (each) => {
        const distinct = contact.externalId !== null && each.externalId !== null;
        return !(distinct && state.switches.sameEmailDifferentExternalId);
      },
    );
    if (other !== null) throw duplicate(other.id, other.archived);
  }
}

function otherUser(
  workspace: Workspace,
  ids: Set<string> | undefined,
  ownId: string,
  counts: (contact: Contact) => boolean,
): Contact | null {
  for (const id of ids ?? []) {
    const contact = workspace.contacts.get(id);
    if (contact?.role === 'user' && contact.id !== ownId && contact.mergedInto === null && counts(contact))
      return contact;
  }
  return null;
}

function duplicate(id: string, archived: boolean): ApiFailure {
  const start = archived ? 'An archived contact' : 'A contact';
  return new ApiFailure(409, 'conflict', `${start} matching those details already exists with id=${id}`);
}
