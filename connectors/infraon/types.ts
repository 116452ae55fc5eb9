import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { HttpClient } from '../http/client.ts';
import type { Log } from '../../log.ts';
import type { InfraonProfile } from './profile.ts';

/** One record or row as Infraon sent it, ids intact. */
export type RawRecord = Record<string, unknown>;

/** The shape of `auth` in the connection form. */
export type InfraonCredentials =
  { strategy: 'password'; username: string; password: string } | { strategy: 'api_key'; api_key: string };

/** A query that asks for one child list, with `{id}` still to be filled in; without a path, the record itself holds the rows. */
export const PinnedCandidate = z.object({
  path: z.string().optional(),
  query: z.record(z.string(), z.string()).optional(),
  rows: z.array(z.string()),
  /** Nothing could be found to prove it with; its rows are taken only where each names the record it belongs to. */
  assumed: z.boolean().optional(),
});
export type PinnedCandidate = z.infer<typeof PinnedCandidate>;

const SortQuery = z.record(z.string(), z.string());

/**
 * What probing found out about one tenant. Plain JSON, stored with the connection and handed to every client; it
 * holds no token and no credential.
 */
export const PinnedFacts = z.object({
  /** Spelling of the authorization header, e.g. `infraonDNS {token}`. */
  headerFormat: z.string().nullable(),
  /** `name` of the login variant of the profile that worked. */
  login: z.string().nullable(),
  /** Per object: `all`, or the only cursor parameter that must be sent. */
  cursors: z.record(z.string(), z.string()),
  /** Per object: page size the server does not exceed. */
  pageSizes: z.record(z.string(), z.number().int().positive()),
  /** Per object: the query that sorts by change descending, by creation ascending; null when the order is not honoured. */
  sorts: z.record(z.string(), z.object({ updated: SortQuery.nullable(), created: SortQuery.nullable() })),
  /** `object.child` → the ways to ask that are read together; an empty list when none was found. */
  children: z.record(z.string(), z.array(PinnedCandidate)),
  /** Objects that this tenant does not offer to this account, with the reason. */
  disabled: z.record(z.string(), z.string()),
  /** Milliseconds the server's clock is ahead of ours, from its `Date` header; null when it sends none. */
  clockSkewMs: z.number().nullable(),
});
export type PinnedFacts = z.infer<typeof PinnedFacts>;

/** Nothing known yet: the client then works from the profile alone. */
export function noFacts(): PinnedFacts {
  return {
    headerFormat: null,
    login: null,
    cursors: {},
    pageSizes: {},
    sorts: {},
    children: {},
    disabled: {},
    clockSkewMs: null,
  };
}

/** Where a list scan stands. A small JSON value: store it, hand it back to go on. */
export const Cursor = z.object({
  order: z.enum(['created', 'updated', 'none']),
  /** `all`, or the only cursor parameter to send. */
  mode: z.string(),
  size: z.number().int().positive(),
  /** 1-based page to fetch next. */
  page: z.number().int().positive(),
  /** Rows received so far, rows that appeared on two neighbouring pages counted once. */
  seen: z.number().int().nonnegative(),
  /** Ids of the page before, to notice a server that answers the same page for ever. */
  lastIds: z.array(z.string()),
  /** Query of the server's own `next` link, to be preferred. */
  next: z.string().nullable(),
});
export type Cursor = z.infer<typeof Cursor>;

export interface Page {
  rows: RawRecord[];
  next: Cursor | null;
  /** The server's own total, of the whole list, before `filter`; null when it gives none. */
  count: number | null;
  pageSize: number;
  /** Rows left out because the object's `filter` says that they belong to another object. */
  filtered: number;
  /** True when the server's page limit made the scan start again from the first page. */
  restarted: boolean;
  /** Strings that had to be repaired (lone surrogates, NUL) before they could be stored. */
  repaired: number;
}

export interface Download {
  status: number;
  contentType: string | null;
  /** Bytes announced by the server; null when it does not say. */
  size: number | null;
  /** Null unless the status is 2xx. Fails beyond the byte limit with `RejectedError` `response_too_large`. Destroy it if unread. */
  stream: Readable | null;
}

export interface LoginState {
  state: 'none' | 'signed_in' | 'refused';
  at: Date | null;
  headerFormat: string | null;
}

export interface SharedToken {
  token: string;
  at: Date;
  /** Whether this very call signed in; else another process did. */
  isOwn: boolean;
}

/** The login of an installation, when several processes use it. */
export interface SharedLogin {
  /**
   * A token that is not the one that was refused. One caller of all processes signs in, the others wait for what comes of
   * it; `lastAt` is when somebody last did. Throws what `signIn` throws, to those who waited as well when it was refused.
   */
  obtain(
    refused: string | null,
    signIn: (lastAt: Date | null) => Promise<{ token: string; at: Date }>,
  ): Promise<SharedToken>;
  /** To be called when Infraon took a token for the first time. */
  accepted(token: string): Promise<void>;
  /**
   * To be called when Infraon refused a token that never worked here. Answers false when it did for others, so that it only
   * ran out; else nobody uses it, or signs in again, for a while.
   */
  drop(token: string, reason: string): Promise<boolean>;
}

export interface ClientDeps {
  http: HttpClient;
  /** Address of the installation; it must have passed `assertAllowedUrl`. */
  baseUrl: string;
  profile: InfraonProfile;
  pinned: PinnedFacts;
  credentials: InfraonCredentials;
  clock: () => Date;
  log: Log;
  /** In [0, 1). */
  random: () => number;
  /** Defaults to a timer. */
  sleep?: (ms: number) => Promise<void>;
  /** Without it the client signs in by itself. */
  sharedLogin?: SharedLogin;
}

/**
 * Reads one Infraon installation and writes nothing. Every method may throw `AuthError`, `RateLimitError`,
 * `TransientError` (code `source_circuit_open` while the source is left alone), `RejectedError`, `NotFoundError` or
 * `SchemaError`.
 */
export interface InfraonClient {
  readonly profile: InfraonProfile;
  /** Signs in unless signed in. Other methods do so by themselves. */
  login(): Promise<void>;
  loginState(): LoginState;
  /** One page; start with null, go on with `next` until it is null. `order` counts only for the first page. */
  listPage(object: string, cursor: Cursor | null, options?: { order?: 'created' | 'updated' }): Promise<Page>;
  /** The full record, unwrapped and stripped of what repeats in every reply. Objects without a detail path have none. */
  detail(object: string, id: string): Promise<RawRecord>;
  hasDetail(object: string): boolean;
  /** False when probing found no way to ask for this child, or nobody has probed and there are several. */
  canReadChild(object: string, child: string): boolean;
  /** All rows of one child list of `record`. Throws `SchemaError` `source_child_unresolved` when the way is not known. */
  children(object: string, child: string, record: RawRecord): Promise<RawRecord[]>;
  /** Every row of a small list, read once and kept for a few minutes; a `run` gets none that was read before it began. */
  lookupAll(object: string, run?: string): Promise<RawRecord[]>;
  /** Copies of the rows with `$joined.<as>` filled in after the object's `joins`; `run` as in `lookupAll`. */
  join(object: string, rows: readonly RawRecord[], run?: string): Promise<RawRecord[]>;
  /** A file of the installation; an absolute address on another origin is refused. */
  download(url: string, limit?: { maxBytes: number }): Promise<Download>;
  /** Requests made so far by kind, for estimates. */
  calls(): Record<'list' | 'detail' | 'media' | 'login', number>;
}

export interface Capability {
  id: string;
  ok: boolean;
  /** One or two sentences for a person. */
  detail: string;
}

export interface ProbeResult {
  capabilities: Capability[];
  pinned: PinnedFacts;
}
