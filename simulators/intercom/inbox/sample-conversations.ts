import { indexContact } from '../people/contact-store.ts';
import { storeConversation } from '../conversations/conversation-store.ts';
import type { Contact, Conversation } from '../records.ts';
import { textToHtml } from '../text.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Conversations for trying an inbox app out before any data is there: one of each kind that apps tend to forget (app
 * platform, section 7.2, item 8).
 */
export const SAMPLE_KINDS = ['question', 'lead', 'group', 'long', 'scripts'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

interface Sample {
  subject: string;
  body: string;
  people: { name: string | null; role: 'user' | 'lead'; email: boolean; external: boolean }[];
}

const user = (name: string): Sample['people'][number] => ({
  name,
  role: 'user',
  email: true,
  external: true,
});
const GROUP = ['Mira Sol', 'Jon Aske', 'Tove Lind', 'Pavel Rus', 'Iris Falk', 'Omar Dane', 'Lena Ostrow'];

const SAMPLES: Readonly<Record<SampleKind, Sample>> = {
  question: {
    subject: 'Laptop will not charge',
    body: 'Hello,\n\nmy laptop does not charge any more. The light beside the socket stays off.',
    people: [user('Mira Sol')],
  },
  lead: {
    subject: '',
    body: 'Is there a form for new starters?',
    people: [{ name: null, role: 'lead', email: false, external: false }],
  },
  group: {
    subject: 'Meeting room display',
    body: 'All of us need the display in room 3 by Thursday.',
    people: GROUP.map(user),
  },
  long: {
    subject: 'Log of the failed backup',
    body: Array.from(
      { length: 400 },
      (_, line) => `02:${String(line % 60).padStart(2, '0')} volume ${line} could not be read, trying again`,
    ).join('\n'),
    people: [user('Jon Aske')],
  },
  scripts: {
    subject: '🖨️ الطابعة لا تعمل',
    body: 'الطابعة في الطابق الثالث لا تعمل منذ الصباح 😕\n\nプリンターも反応しません。',
    people: [user('ليلى حداد')],
  },
};

/** A customer writes in. Nobody is mailed. */
export function writeSample(workspace: Workspace, kind: SampleKind, nowMs: number): Conversation {
  const sample = SAMPLES[kind];
  const now = Math.floor(nowMs / 1_000);
  const contacts = sample.people.map((person) => personOf(workspace, person, nowMs));
  const [author] = contacts;
  if (author === undefined) throw new Error('a sample without people');
  const conversation: Conversation = {
    id: workspace.ids.next('conversation'),
    messageId: workspace.ids.next('message'),
    createdAt: now,
    updatedAt: now,
    title: null,
    subject: sample.subject,
    body: textToHtml(sample.body),
    authorContactId: author.id,
    sourceAttachments: [],
    sourceRedacted: false,
    contactIds: contacts.map((contact) => contact.id),
    adminAssigneeId: 0,
    teamAssigneeId: 0,
    open: true,
    state: 'open',
    read: false,
    snoozedUntil: null,
    waitingSince: now,
    priority: 'none',
    companyId: null,
    tags: [],
    customAttributes: new Map(),
    parts: [],
    createdMs: nowMs,
    mergedInto: null,
  };
  storeConversation(workspace, conversation);
  return conversation;
}

/** `mira.sol@…`; a name in another script has its id instead. */
function addressOf(name: string | null, id: string): string {
  const local = name !== null && /^[a-z ]+$/i.test(name) ? name.toLowerCase().replaceAll(' ', '.') : id;
  return `${local}@samples.example`;
}

/** The same person again when they wrote before. */
function personOf(workspace: Workspace, person: Sample['people'][number], nowMs: number): Contact {
  const externalId = person.external && person.name !== null ? `sample:${person.name}` : null;
  const known = externalId === null ? undefined : workspace.contactsByExternalId.get(externalId);
  for (const id of known ?? []) {
    const contact = workspace.contacts.get(id);
    if (contact !== undefined && !contact.archived) return contact;
  }
  const now = Math.floor(nowMs / 1_000);
  const id = workspace.ids.hex();
  const contact: Contact = {
    id,
    externalId,
    role: person.role,
    email: person.email ? addressOf(person.name, id) : null,
    emailVerified: false,
    phone: null,
    name: person.name,
    avatar: null,
    ownerId: null,
    unsubscribedFromEmails: false,
    createdAt: now,
    updatedAt: now,
    signedUpAt: null,
    lastSeenAt: null,
    lastRepliedAt: now,
    lastContactedAt: null,
    archived: false,
    blocked: false,
    mergedInto: null,
    customAttributes: {},
    tags: [],
    notes: [],
    companyIds: [],
    createdMs: nowMs,
  };
  workspace.contacts.set(id, contact);
  indexContact(workspace, contact);
  return contact;
}
