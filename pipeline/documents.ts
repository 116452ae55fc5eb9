import type { RunKind, RunState } from '../db/schema/runs.ts';
import type { DifferenceClass } from '../db/schema/ledger.ts';
import type { SpareReason, UndoAction } from './rollback/undo-plan.ts';
import type { Bottleneck } from './runs/bottleneck.ts';
import type { InventoryField, MappingRule, UnmappedField } from '../objects/mapping.ts';

/** The documents the JSON API and the panel show, as the use cases return them; names are those of the API. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  total: number;
}

export interface PageRequest {
  cursor?: string | undefined;
  limit?: number | undefined;
}

export type Role = 'owner' | 'operator' | 'viewer';

/** Who acts; every use case that changes something writes the audit log in this name. */
export interface Actor {
  workspaceId: string;
  adminId: string;
  role: Role;
}

export interface SessionDocument {
  workspace: { id: string; name: string; region: string };
  admin: { id: string; name: string; email: string; role: Role };
}

export type SourceInput = {
  base_url: string;
  auth:
    { strategy: 'password'; username: string; password: string } | { strategy: 'api_key'; api_key: string };
  /** Corrections to the shipped profile, as data. */
  profile?: Record<string, unknown> | undefined;
};

export interface Capability {
  id: string;
  ok: boolean;
  detail: string;
}

export type SourceDocument =
  | { state: 'not_connected' }
  | {
      state: 'connected';
      base_url: string;
      auth: { strategy: 'password' | 'api_key' };
      capabilities: Capability[];
      connected_by: string;
      connected_at: string;
    };

export interface DiscoveredObject {
  object: string;
  count: number;
  fields: InventoryField[];
  quality: {
    code: string;
    count: number;
    examples: { source_id: string; display_id: string | null; value: unknown }[];
  }[];
}

export interface DiscoveryDocument {
  state: 'idle' | 'running' | 'done' | 'failed';
  objects: DiscoveredObject[];
  estimate: { calls: number; seconds: number } | null;
  error: string | null;
  started_at: string | null;
  finished_at: string | null;
}

export interface MapSummary {
  object: string;
  version: number;
  state: 'proposed' | 'approved';
  rules: number;
  unmapped: number;
  approved_by: string | null;
  approved_at: string | null;
}

export interface MapDocument {
  object: string;
  version: number;
  state: 'proposed' | 'approved';
  rules: MappingRule[];
  unmapped: UnmappedField[];
  approved_by: string | null;
  approved_at: string | null;
}

export interface RuleInput {
  id?: string | undefined;
  source: string;
  target: string;
  transform?: string | undefined;
  options?: Record<string, unknown> | undefined;
}

export interface ObjectTypeDocument {
  identifier: string;
  name: string;
  attributes: {
    name: string;
    format: 'text' | 'number' | 'decimal' | 'list' | 'boolean' | 'date' | 'reference';
    options?: string[];
    references?: { type: string; cardinality: 'one' | 'many' };
  }[];
  state: 'unproven' | 'missing' | 'incomplete' | 'proven';
  detail: string;
}

export interface PreflightCheck {
  id: string;
  severity: 'error' | 'warning' | 'info';
  state: 'pass' | 'fail' | 'needs_confirmation';
  title: string;
  detail: string;
  fix: string;
}

export type LedgerCounts = Record<
  | 'discovered'
  | 'created'
  | 'updated'
  | 'adopted'
  | 'unchanged'
  | 'rejected'
  | 'waiting'
  | 'excluded'
  | 'waived'
  | 'pending',
  number
>;

/** Links of one type, such as `incident-asset`: every one that a mapped record names is in exactly one of the states. */
export interface EdgeCounts {
  type: string;
  from: string;
  to: string;
  expected: number;
  made: number;
  /** Of those made, the ones that reading back found. */
  verified: number;
  missing: number;
  /** One of its ends was set aside. */
  rejected: number;
  /** It names a record that Infraon does not have. */
  dangling: number;
  /** The other end is not loaded yet, or not part of this run. */
  waiting: number;
}

/** What reading back found of files in Intercom; counted when the run ends. */
export interface FileProofs {
  /** Compared byte by byte, by SHA-256. */
  by_bytes: number;
  /** Compared by name, size and type only. */
  by_name_and_size: number;
  /** Why the latter could not be read. */
  unread: { reason: string; count: number }[];
}

/** One kind of thing in Intercom, counted as a whole against the ledger. */
export interface SetCount {
  /** `contacts`, `conversations`, `custom_object_instances/InfraonAsset`, `tags`, … */
  set: string;
  /** In the ledger. */
  expected: number;
  /** In Intercom, of those that carry our identity; null where it could not be counted, for the reason in `note`. */
  found: number | null;
  /** Found, and not in the ledger. */
  extra: number;
  missing: number;
  /** In no list, and too many to be asked for one by one. */
  unchecked: number;
  note: string | null;
}

export interface RunDocument {
  id: string;
  kind: RunKind;
  state: RunState;
  state_reason: string | null;
  objects: Record<string, LedgerCounts>;
  /** Object → the source's own count at the start and the end of the scan; null when it does not say. */
  source_counts: Record<string, { at_start: number | null; at_end: number | null }>;
  balanced: boolean;
  verification: Record<DifferenceClass, number> & { checked: number };
  /** Counted when the run ends; empty before. */
  edges: EdgeCounts[];
  files: FileProofs;
  /** Counted when everything was read back; empty before, and of samples and rollbacks. */
  sets: SetCount[];
  rate: { calls_per_minute: number; limit_per_minute: number; share: number };
  /** What the run waited for, in seconds over all workers, and for what most. */
  bottleneck: Bottleneck;
  calls: Record<string, { total: number; per_record: number }>;
  progress: number;
  eta_seconds: number | null;
  /** What the next delta takes, judged by this one; null before it ended, and of other runs. */
  forecast: RunForecast | null;
  approved_by: string | null;
  approved_at: string | null;
  /** The rollback that undid this run. */
  rolled_back_by: string | null;
  /** Of a rollback: what went, what stays and what the API cannot undo. */
  rollback: RollbackDocument | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface RunForecast {
  seconds: number;
  /** Calls to Intercom. */
  calls: number;
}

export interface RollbackDocument {
  /** The run that is undone; null: everything that is migrated. */
  of_run: string | null;
  dry_run: boolean;
  contacts: 'archive' | 'delete';
  stage: 'inspecting' | 'undoing' | 'confirming' | 'done';
  /** Per object, and `workspace` for tags, attributes and collections that loading made. */
  objects: Record<string, RollbackCounts>;
  residue: Residue[];
}

export interface RollbackCounts {
  delete: number;
  archive: number;
  restore: number;
  spare: number;
  keep: number;
  gone: number;
  /** Not looked at yet. */
  undecided: number;
  /** Of those that go or are restored: carried out and confirmed by reading. */
  undone: number;
  refused: number;
}

/** Something that stays behind because no call of the API takes it back. */
export interface Residue {
  code: string;
  message: string;
  count: number;
  /** The first of them, by name or id. */
  examples: string[];
}

export interface RollbackItem {
  object: string;
  source_id: string;
  display_id: string | null;
  resource: string | null;
  destination_id: string | null;
  action: UndoAction | null;
  state: 'planned' | 'undone' | 'confirmed' | 'refused';
  reasons: SpareReason[];
}

export interface StartRunInput {
  kind: RunKind;
  objects?: string[] | undefined;
  limit?: number | undefined;
  run_id?: string | undefined;
  dry_run?: boolean | undefined;
  /** Rollbacks: what becomes of contacts that loading created. Archived ones can come back; deleted ones cannot. */
  contacts?: 'archive' | 'delete' | undefined;
}

export interface RecordDocument {
  object: string;
  source_id: string;
  display_id: string | null;
  state: string;
  destination: { resource: string; id: string; url: string | null } | null;
  run: string | null;
  hashes: { source: string | null; mapped: string | null; loaded: string | null };
  reason: { code: string; message: string; field: string | null } | null;
  warnings: { code: string; message: string; field: string | null }[];
  history: { at: string; run: string; step: string; operation: string; state: string }[];
  /** When its texts were erased, after sign-off; null while they are kept. */
  erased_at: string | null;
}

export interface RejectionDocument {
  id: string;
  object: string;
  source_id: string;
  display_id: string | null;
  code: string;
  message: string;
  field: string | null;
  value: unknown;
  suggestion: string | null;
  attempts: number;
  waits_for: string | null;
}

export type RejectionAction =
  | { action: 'edit'; values: Record<string, unknown> }
  /** `take`: whose value stays where both sides changed one (`edited_in_intercom`). */
  | { action: 'retry'; take?: 'infraon' | 'intercom' | undefined }
  | { action: 'waive'; note: string };

export interface FindingDocument {
  id: string;
  run: string;
  object: string;
  source_id: string;
  display_id: string | null;
  class: DifferenceClass;
  field: string;
  expected: unknown;
  actual: unknown;
  repaired_at: string | null;
  /** It can be undone without deleting anything. */
  repairable: boolean;
  /** What can be done about it, the mildest first; `reload` only when it is asked for by name. */
  repairs: ('write' | 'restore' | 'attach' | 'create' | 'reload')[];
  suggestion: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  admin_id: string;
  action: string;
  detail: Record<string, unknown>;
}

/** Settings of a workspace, with defaults filled in. Inferred facts of the destination are here because they are data. */
export interface SettingsDocument {
  rate_share: number;
  thread_mode: 'thread' | 'transcript_note';
  company_rule: 'organization_name' | 'customer_id' | 'department' | 'catalogue_name' | 'none';
  /** Teammate who speaks for everybody without a seat; null: the installing admin. */
  fallback_admin_id: string | null;
  source_timezone: string;
  default_country: string;
  /** A larger file stays in Infraon and is named in its conversation. In millions of bytes. */
  attachment_max_mb: number;
  /** How long a new conversation may stay invisible to search; an unknown create is only repeated after it. */
  search_lag_seconds: number;
  /** Replies sent to one conversation within `reply_window_seconds`, and that window. */
  replies_per_window: number;
  reply_window_seconds: number;
  /** Most links that one attribute of a record is given; null: all of them. Intercom publishes no limit. */
  links_per_attribute: number | null;
  /** What collections are made of: Infraon has no folder level. */
  article_folder_rule: 'categories_tree' | 'department_service' | 'first_tag';
  /** Articles that only some people could read: a draft for editors, or an internal article for every teammate. */
  restricted_articles: 'draft' | 'internal';
  /** Help Center that receives the collections; null: Intercom's default one. */
  help_center_id: string | null;
  /** Address of a store of the customer's that keeps the desk's files under their old paths; null: files are named only. */
  article_files_url: string | null;
  /** New contacts are created by the hundred through a Preview endpoint of Intercom's. */
  preview_bulk: boolean;
  /** Days after sign-off until staged texts are erased; never before the daily checks of hypercare are over. */
  retention_days: number;
}
