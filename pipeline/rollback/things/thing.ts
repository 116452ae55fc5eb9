import type { Payload } from '../../../objects/payloads.ts';
import type { LoadContext } from '../../load/destination.ts';
import type { PeopleEdit } from '../../load/people-edits.ts';
import type { SpareReason, UndoPlan } from '../undo-plan.ts';

/** A thing as it is in Intercom now. */
export interface Seen<T> {
  raw: T;
  /** Unix seconds of its last change, where Intercom says. */
  updatedAt: number | null;
}

/** What we put on a thing, so that what others put there is told apart. */
export interface Marks {
  tagIds: ReadonlySet<string>;
  companyIds: ReadonlySet<string>;
  attributes: ReadonlySet<string>;
}

/** One call of an undoing. `isDone` looks; it never repeats the write. */
export interface UndoStep {
  key: string;
  operation: string;
  perform(context: LoadContext): Promise<void>;
  isDone(context: LoadContext): Promise<boolean>;
}

export interface TagOf {
  name: string;
  id: string;
}

/** What is known of our writes to a thing that gets its earlier values back. */
export interface Written<P extends Payload> {
  /** What was there before our first write that is taken back. */
  prior: Record<string, unknown> | null;
  /** Everything we wrote, the newest first. */
  payloads: P[];
  /** Tags and companies we added or took away, and thread entries we added. */
  tags: TagOf[];
  companyIds: string[];
  tagsTaken: TagOf[];
  companyIdsTaken: string[];
  entries: number;
}

export interface Restoration {
  steps: UndoStep[];
  /** Values that confirming expects, by field. */
  expected: Record<string, unknown>;
  /** What people changed after us stays as they made it. */
  left: SpareReason[];
}

export const NOTHING_TO_RESTORE: Restoration = { steps: [], expected: {}, left: [] };

/** Which of these ids of a resource are ours, whether they are still there or went in this rollback. */
export type Ours = (resource: string, ids: string[]) => Promise<ReadonlySet<string>>;

/** How one Intercom resource is taken back; the engine of the rollback knows no more of it. */
export interface ThingKind<T, P extends Payload> {
  /** Null when nothing is there, or when it is archived. */
  read(plan: UndoPlan, context: LoadContext): Promise<Seen<T> | null>;
  /** What people did to it that comparing our values does not show. */
  traces(raw: T, marks: Marks): PeopleEdit[];
  /** Why others use it, when they do. */
  usedBy?(plan: UndoPlan, ours: Ours, context: LoadContext): Promise<string | null>;
  remove(plan: UndoPlan, action: 'delete' | 'archive'): UndoStep;
  restoration(raw: T, written: Written<P>, plan: UndoPlan, context: LoadContext): Restoration;
  /** The values of these fields as they are now, for confirming a restore. */
  valuesOf(raw: T, fields: string[]): Record<string, unknown>;
}

/** The id of a thing whose plan has one: whoever asks has looked at it before. */
export function idOf(plan: UndoPlan): string {
  if (plan.destinationId === null) throw new Error('a record without an id cannot be taken back');
  return plan.destinationId;
}

export function edited(field: string, ours: unknown, theirs: unknown): PeopleEdit {
  return { field, ours: ours ?? null, theirs: theirs ?? null };
}
