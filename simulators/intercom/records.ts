/** What a workspace holds. Times are unix seconds, as on the wire, unless the name ends in `Ms`. */
export interface Admin {
  id: string;
  name: string;
  email: string;
  emailVerified: boolean;
  hasInboxSeat: boolean;
  teamIds: number[];
}

export interface Team {
  id: string;
  name: string;
  adminIds: number[];
}

export interface AppliedTag {
  id: string;
  appliedAt: number;
  appliedBy: { type: 'admin' | 'contact'; id: string };
}

export interface Note {
  id: string;
  createdAt: number;
  adminId: string;
  body: string;
}

export type AttributeValue = string | number | boolean | null | string[];

export interface Contact {
  id: string;
  externalId: string | null;
  role: 'user' | 'lead';
  email: string | null;
  emailVerified: boolean;
  phone: string | null;
  name: string | null;
  avatar: string | null;
  ownerId: string | null;
  unsubscribedFromEmails: boolean;
  createdAt: number;
  updatedAt: number;
  signedUpAt: number | null;
  lastSeenAt: number | null;
  lastRepliedAt: number | null;
  lastContactedAt: number | null;
  archived: boolean;
  blocked: boolean;
  mergedInto: string | null;
  customAttributes: Record<string, AttributeValue>;
  tags: AppliedTag[];
  notes: Note[];
  companyIds: string[];
  createdMs: number;
}

export interface Company {
  id: string;
  companyId: string;
  name: string | null;
  plan: string | null;
  size: number | null;
  website: string | null;
  industry: string | null;
  monthlySpend: number;
  remoteCreatedAt: number | null;
  createdAt: number;
  updatedAt: number;
  lastRequestAt: number | null;
  customAttributes: Record<string, AttributeValue>;
  tags: AppliedTag[];
  notes: Note[];
  contactIds: Set<string>;
  archivesAtMs: number | null;
}

export type AttributeModel = 'contact' | 'company';

export interface Reference {
  /** A custom object type's identifier, `contact` or `conversation`. */
  type: string;
  cardinality: 'one' | 'many';
}

export interface DataAttribute {
  id: number;
  model: AttributeModel;
  name: string;
  description: string;
  /** As answered: `options` is a string with options, `datetime` is a date. */
  dataType: 'string' | 'integer' | 'float' | 'boolean' | 'date' | 'reference';
  options: string[] | null;
  messengerWritable: boolean;
  archived: boolean;
  adminId: string;
  createdAt: number;
  updatedAt: number;
  /** Only the user interface makes these. */
  reference: Reference | null;
}

export interface ListOption {
  id: string;
  label: string;
  archived: boolean;
}

export interface ConversationAttribute {
  id: number;
  name: string;
  description: string;
  dataType: string;
  required: boolean;
  visibleToTeamIds: string[];
  archived: boolean;
  createdAt: number;
  updatedAt: number;
  adminId: string;
  multiline: boolean;
  options: ListOption[];
  reference: { type: 'one' | 'many'; objectTypeId: string } | null;
}

export interface Tag {
  id: string;
  name: string;
}

/** What people put together of tags and attributes; only the user interface makes it. What it uses cannot go. */
export interface Segment {
  name: string;
  tagIds: string[];
  dataAttributeIds: number[];
}

export interface Attachment {
  name: string;
  contentType: string;
  filesize: number;
  /** Of the bytes that were sent, in hex; null for what was fetched from an address. The API never shows it. */
  sha256: string | null;
}

export interface PartAuthor {
  type: 'admin' | 'user' | 'lead' | 'bot';
  id: string;
}

export interface Part {
  id: string;
  partType: string;
  body: string | null;
  createdAt: number;
  updatedAt: number;
  author: PartAuthor;
  assignedTo: { type: 'admin' | 'team'; id: string } | null;
  attachments: Attachment[];
  redacted: boolean;
  state: string;
}

export interface Conversation {
  id: string;
  messageId: string;
  createdAt: number;
  updatedAt: number;
  title: string | null;
  subject: string;
  body: string;
  authorContactId: string;
  sourceAttachments: Attachment[];
  sourceRedacted: boolean;
  contactIds: string[];
  adminAssigneeId: number;
  teamAssigneeId: number;
  open: boolean;
  state: 'open' | 'closed' | 'snoozed';
  read: boolean;
  snoozedUntil: number | null;
  waitingSince: number | null;
  priority: string;
  companyId: string | null;
  tags: AppliedTag[];
  /** By attribute id: names can change and can be ambiguous. */
  customAttributes: Map<number, AttributeValue>;
  parts: Part[];
  createdMs: number;
  mergedInto: string | null;
}

export interface DeletedConversation {
  id: string;
  metricsRetained: boolean;
  deletedAt: number;
}

export interface ObjectTypeAttribute {
  name: string;
  format: 'text' | 'number' | 'decimal' | 'list' | 'boolean' | 'date' | 'reference';
  options: ListOption[];
  references: Reference | null;
}

export interface ObjectType {
  identifier: string;
  name: string;
  attributes: Map<string, ObjectTypeAttribute>;
}

export interface ObjectInstance {
  id: string;
  type: string;
  externalId: string | null;
  externalCreatedAt: number | null;
  externalUpdatedAt: number | null;
  createdAt: number;
  updatedAt: number;
  customAttributes: Record<string, AttributeValue>;
}
