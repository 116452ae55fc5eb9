import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { Payload } from '../../objects/payloads.ts';
import type { MappingIssue, RecordRef } from '../../objects/mapping.ts';
import type { DifferenceClass } from '../../db/schema/ledger.ts';
import type { SettingsDocument } from '../settings.ts';
import type { MissingAttribute } from './missing-attributes.ts';
import type { HelpCenterAccess } from './articles/help-center.ts';
import type { FileSource } from './files/file-source.ts';
import type { KeepFile } from './files/kept-files.ts';
import type { WithLinks } from './record-links.ts';
import type { StoredFiles } from './files/stored-files.ts';

/** Something of ours in Intercom, as the id map knows it. */
export interface Loaded {
  destinationId: string;
  facts: Record<string, unknown>;
  /** What it is in Intercom; known for references. */
  resource?: string;
  /** Made in this very run: what was there before is known to be nothing. */
  fresh?: boolean;
  /** Known when the record was looked at before it is written over. */
  update?: Update;
}

/** What a look at Intercom before an update found. */
export interface Update {
  /** What was written last. */
  last: Payload;
  /** Fields in which Intercom differs from what is to be written; the others need no call. */
  differs: ReadonlySet<string>;
  /** Fields that people changed and that stay as they made them; the payload does not name them where it need not. */
  kept: ReadonlySet<string>;
}

/** Whether one of these fields is to be written; every field is when nobody looked. */
export function isToWrite(existing: Loaded | undefined, matches: (field: string) => boolean): boolean {
  return existing?.update === undefined || [...existing.update.differs].some(matches);
}

/** What a step may use. References were resolved for the whole batch before the first call. */
export interface LoadContext {
  intercom: IntercomClient;
  settings: SettingsDocument;
  /** Teammate who speaks for everybody without a seat, closes and tags. */
  fallbackAdminId: string;
  now: () => Date;
  resolve: (ref: RecordRef) => Loaded | undefined;
  /** Which record of ours, if any, this Intercom thing already is. */
  ownerOf: (resource: string, destinationId: string) => Promise<RecordRef | undefined>;
  /** Whether a rollback archived or deleted this thing: it was ours, and is again. */
  wasTakenBack: (destinationId: string) => Promise<boolean>;
  /** Whether a custom object type has instances that are not of this migration: only then one of ours may be there before. */
  hasForeignInstances: (type: string) => Promise<boolean>;
  /** Who speaks in the entries of a conversation that were sent, or may have been: Intercom's id by the entry's key. */
  speakersOf: (conversationId: string) => Promise<Map<string, string>>;
  tagId: (name: string) => Promise<string>;
  /** The id of a tag that is made again because people deleted it; undefined when it is still there. */
  tagAnew: (name: string, formerId: string) => Promise<string | undefined>;
  missingAttribute: MissingAttribute;
  helpCenter: HelpCenterAccess;
  /** By how much Intercom's clock goes before ours, as its newest answer said; 0 before there was one. */
  clockAheadMs(): number;
  /** How long a call whose answer is lost may still be carried out. */
  callLifeMs: number;
  /** Resolves when one more reply may be sent to this conversation. */
  replyTurn: (conversationId: string) => Promise<void>;
  files: FileSource;
  keepFile: KeepFile;
  /** Given where files are compared byte by byte: when a load is verified. */
  storedFiles?: StoredFiles;
  withLinks: WithLinks;
}

/** The record whose plan a step belongs to. */
export interface StepTarget {
  record: RecordRef;
  /** Intercom's id once the record exists there. */
  destinationId: string | undefined;
  /** When the step was first intended: what Intercom made since is ours. */
  intendedAt: Date;
  /**
   * For a probe: milliseconds since the first look of a worker that may act. No call of an earlier worker leaves after
   * that, so absence proves something once a call must be over and must be visible.
   */
  doubtMs: number;
  /** How often the record has been tried. */
  attempts: number;
  /**
   * Commits what is there before a write changes it, with the step's intent: a crash after the write would take it for
   * ours. What was kept earlier of the same field stays.
   */
  keepPrior(prior: Record<string, unknown>): Promise<void>;
}

export interface StepResult {
  destinationId?: string;
  facts?: Record<string, unknown>;
  /** `adopted`: it was there before us and is never deleted by us. */
  origin?: 'created' | 'adopted';
  prior?: Record<string, unknown>;
  warnings?: MappingIssue[];
  /** Kept with the step in the journal. */
  result?: Record<string, unknown>;
}

/** Both readings of an outcome that looking cannot decide: a person does. */
export interface Undecided {
  sought: string;
  found: { id: string; is: string }[];
}

/**
 * What looking found: it happened; it is not there (which proves nothing before a call must be over); it may be sent
 * again whether it happened or not; it cannot be seen yet; or what is there may or may not be it.
 */
export type ProbeAnswer =
  { happened: StepResult } | 'absent' | 'repeat' | { lookAgainAt: Date } | { undecided: Undecided };

/** One call of a record's plan. `key` says what the step is about; a step that is done is not done again. */
export interface Step {
  key: string;
  /** `ever`: it adds something, once for the life of the record; `run`: it sets a state that a later run may set anew. */
  once: 'ever' | 'run';
  operation: string;
  /** What `probe` needs to recognise the result, kept in the intent row. */
  identity: Record<string, unknown>;
  perform(context: LoadContext, target: StepTarget): Promise<StepResult>;
  /** Decides an unknown outcome by looking; never repeats the write. */
  probe(context: LoadContext, target: StepTarget): Promise<ProbeAnswer>;
  /** A person says that this is what the step made; null when Intercom has no such thing. Default: the step is done. */
  believe?(id: string, context: LoadContext, target: StepTarget): Promise<StepResult | null>;
}

export interface Comparison {
  field: string;
  class: DifferenceClass;
  expected?: unknown;
  actual?: unknown;
  /** Of a file: `bytes` when they were compared, else why only its name, size and type were. */
  file?: string;
}

/** How one Intercom resource receives, and gives back, records. The engine knows no more of a resource than this. */
export interface Destination<P extends Payload> {
  /**
   * Whether a record with these facts is only begun. It is finished when the whole run is loaded (`plan` with
   * `existing`), because it names others by addresses that they do not have before.
   */
  isUnfinished?(facts: Record<string, unknown>): boolean;
  /** References without which the record cannot exist; the others are dropped with a warning. */
  requiredRefs(payload: P): RecordRef[];
  optionalRefs(payload: P): RecordRef[];
  /** Steps in order. `existing` when the record is in Intercom already. */
  plan(payload: P, existing: Loaded | undefined, context: LoadContext): Step[];
  /** Reads the record back by id and compares it, field by field. Null: it is not there. */
  verify(
    payload: P,
    loaded: Loaded & { origin: 'created' | 'adopted' },
    context: LoadContext,
  ): Promise<Verification | null>;
  /**
   * What of a changed payload can be written over what was written last. The rest stays as it was, by name: what is
   * compared and kept from then on is the answer, not the wish.
   */
  amend?(next: P, last: P): { payload: P; warnings: MappingIssue[] };
  /** Warnings that follow from what is known of a loaded record; they are said again by every run that meets it. */
  standingWarnings?(facts: Record<string, unknown>): MappingIssue[];
}

export interface Verification {
  comparisons: Comparison[];
  /** Unix seconds of Intercom's last change, to tell people's edits from our mistakes. */
  updatedAt: number | null;
}

export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}

/** Ends the hash of a record that is finished when the whole run is loaded; the stage gate looks for it. */
export const UNFINISHED = '!unfinished';

/**
 * Ends the hash of a record of which something is not as it was last written, because a rollback took it back or what it
 * links to was made anew: it is looked at and written again by the next run.
 */
export const UNDONE = '!undone';
