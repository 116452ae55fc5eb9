import type { IdMapEntry } from '../../db/journal.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import type { StoredWarning } from '../../db/schema/runs.ts';
import type { MappingIssue } from '../../objects/mapping.ts';
import type { LastSync } from './people-edits.ts';
import type { Payload } from '../../objects/payloads.ts';

export interface ExistingRecord extends Pick<
  IdMapEntry,
  'destinationId' | 'facts' | 'state' | 'origin' | 'loadedHash'
> {
  createdInRun: string;
}

export interface JournalEntry {
  id: string;
  runId: string;
  step: string;
  operation: string;
  state: 'intent' | 'done';
  createdAt: Date;
  /** When the step was intended for the first time, by this entry or by one whose call was not carried out. */
  firstIntendedAt: Date;
  /** Of a step that is done: where the record is since then, and what else the step brought. */
  destinationId: string | null;
  facts: Record<string, unknown> | null;
  warnings: MappingIssue[] | null;
  /** Settled by a worker that had lost its lease: the id map does not know what it brought. */
  isUnsaved: boolean;
}

export interface Said {
  id: string | null;
  at: Date;
}

/** A record of a batch with everything that was looked up for it before the first call. */
export interface LoadableRecord {
  record: ClaimedRecord;
  payload: Payload;
  mappedHash: string;
  existing: ExistingRecord | undefined;
  journal: JournalEntry[];
  /** What a person said of a call in doubt: the id of what it made, or null when it made nothing. */
  said?: Said | undefined;
  /** What was last written; looked up for records that are to be written over. */
  last: LastSync | undefined;
  /** Source id of the record that has this one's unique value already. */
  duplicateOf: string | undefined;
}

/** What is known of a record while its plan is carried out. */
export interface Progress {
  destinationId: string | undefined;
  facts: Record<string, unknown>;
  origin: 'created' | 'adopted';
  /** The record was created or adopted by a step of this run. */
  isNew: boolean;
  wrote: boolean;
  /** The id map does not know yet what the last step brought. */
  isUnsaved: boolean;
  warnings: MappingIssue[];
}

/** What mapping noticed stays; what an earlier load noticed is said anew. */
export function storedWarnings(record: ClaimedRecord, noticed: MappingIssue[]): StoredWarning[] {
  return [
    ...record.warnings.filter((warning) => warning.stage !== 'load'),
    ...noticed.map((issue): StoredWarning => ({ ...issue, value: issue.value ?? null, stage: 'load' })),
  ];
}
