import type { RecordRef } from './mapping.ts';

/**
 * What mapping produces and loading consumes, one shape per resource: plain JSON with symbolic references, so that it
 * can be previewed, stored, hashed and compared with what was read back.
 */
export type AttributeValue = string | number | boolean | null | RecordRef | RecordRef[];

export interface ContactPayload {
  resource: 'contacts';
  external_id: string;
  role: 'user';
  email?: string;
  phone?: string;
  name?: string;
  /** Unix seconds; Intercom has no settable `created_at` on contacts. */
  signed_up_at?: number;
  /** Teammate to match this person to, by lower-cased e-mail (technicians). */
  teammate_email?: string;
  companies: RecordRef[];
  tags: string[];
  custom_attributes: Record<string, AttributeValue>;
}

export interface CompanyPayload {
  resource: 'companies';
  company_id: string;
  name: string;
  website?: string;
  industry?: string;
  size?: number;
  remote_created_at?: number;
  custom_attributes: Record<string, AttributeValue>;
}

export interface CustomObjectPayload {
  resource: 'custom_object_instances';
  type: string;
  external_id: string;
  external_created_at?: number;
  external_updated_at?: number;
  /** Custom objects hold no files: they are kept for the handoff package. Absent when there are none. */
  files?: FileRef[];
  custom_attributes: Record<string, AttributeValue>;
}

/** A file as a payload names it. Its bytes are fetched when the part that carries it is sent. */
export interface FileRef {
  /** Unique within its message: the source's id of the file, or where in the text it was found. */
  key: string;
  name: string;
  content_type: string | null;
  /** Bytes; an upper bound where the source rounds (`12.3 KB`), null where it does not say. */
  size: number | null;
  /** Address at the source, or a `data:` address that holds the bytes; null: the source names a file that it does not list. */
  path: string | null;
  /** The file holds what its message's text cannot keep, by name (`table with merged cells`). */
  keeps?: string;
}

export interface ThreadPart {
  /** Stable within the record: the source's entry id, else its position. */
  key: string;
  kind: 'comment' | 'note';
  /** Resolved by load: a requester who is the conversation's contact replies, a matched teammate speaks as himself, everybody else is named in the first line. */
  author:
    | { kind: 'contact'; ref: RecordRef; name: string }
    | { kind: 'teammate'; ref: RecordRef; name: string }
    | { kind: 'other'; name: string };
  body: string;
  /** Unix seconds, strictly increasing, later than the conversation's. */
  created_at: number;
  /** Absent when there are none. */
  files?: FileRef[];
}

export interface ConversationPayload {
  resource: 'conversations';
  /** One word, letters and digits, part of the opening body: `INFRAON` + display id. */
  marker: string;
  from: RecordRef;
  body: string;
  created_at: number;
  title?: string;
  company?: RecordRef;
  state: 'open' | 'closed';
  assignee?: RecordRef;
  tags: string[];
  parts: ThreadPart[];
  /** Files of the opening message, which cannot carry any (Intercom API 2.16, POST /conversations); absent when there are none. */
  files?: FileRef[];
  custom_attributes: Record<string, AttributeValue>;
}

/** A link into the desk; `ref` when the record it leads to is known. */
export interface ArticleLink {
  href: string;
  ref?: RecordRef;
}

export interface ArticleFile {
  name: string;
  /** Address at the source. */
  path: string | null;
  size: string | null;
  /** Address in a store of the customer's that keeps the desk's files; null: nothing stores it, and it is only named. */
  url: string | null;
}

export interface ArticlePayload {
  resource: 'articles';
  /** One word that marks the draft until its text is written, so that a lost answer can be resolved by looking. */
  marker: string;
  title: string;
  /** Safe HTML, with links and pictures as the desk has them; load gives them their new addresses. */
  body: string;
  links: ArticleLink[];
  images: string[];
  files: ArticleFile[];
  author?: RecordRef;
  /** Names of the collections from the outside in, at most three. */
  collection: string[];
  state: 'draft' | 'published';
  /** For some people only at the source: never published. */
  restricted: boolean;
  tags: string[];
  custom_attributes: Record<string, AttributeValue>;
}

/** A record for the handoff package; it never reaches Intercom. */
export interface DocumentPayload {
  resource: 'documents';
  external_id: string;
  title: string;
  /** `external_id` of the document above it. */
  parent?: string;
  custom_attributes: Record<string, AttributeValue>;
}

export type Payload =
  | ContactPayload
  | CompanyPayload
  | CustomObjectPayload
  | ConversationPayload
  | ArticlePayload
  | DocumentPayload;
