import type { DifferenceClass } from '../../db/schema/ledger.ts';
import type { ResourceName } from '../../objects/resources.ts';
import { UNSETTLED } from '../differences.ts';
import { SET_FIELD } from '../verify/sets/set-state.ts';

/** What was found to differ: enough to say what can be done about it. */
export interface Difference {
  resource: ResourceName;
  class: DifferenceClass;
  field: string;
}

/**
 * What undoes a difference. `write`: the named steps of the record's plan are done again, which set a state. `restore`:
 * a lost part is said again at the end. `attach`: a lost file is attached again at the end. `create`: the record is
 * gone and is made anew; where people deleted it, never unasked. `reload`: what stands there cannot be edited, so the conversation is deleted and made anew;
 * never done unasked.
 */
export type Repair =
  | { action: 'write'; steps: string[] }
  | { action: 'restore'; part: string }
  | { action: 'attach'; part: string; file: string }
  | { action: 'create' }
  | { action: 'reload' };

export type RepairAction = Repair['action'];

/** The ways to undo a difference, the mildest first; none when people have to act. */
export function repairsOf(difference: Difference): Repair[] {
  const { resource, field } = difference;
  if (isDeletedByPeople(difference)) return [{ action: 'create' }];
  // What counting whole sets found is no difference of the record that it names.
  if (!UNSETTLED.includes(difference.class) || field.startsWith(SET_FIELD)) return [];
  if (field === 'record') return difference.class === 'missing' ? [{ action: 'create' }] : [];
  const tag = /^tags\.(.*)$/s.exec(field)?.[1];
  if (tag !== undefined) return [{ action: 'write', steps: [`tag:${tag}`] }];
  switch (resource) {
    case 'contacts':
      return [{ action: 'write', steps: [field === 'companies' ? 'company:' : 'update:'] }];
    case 'companies':
    case 'custom_object_instances':
    case 'documents':
      return [{ action: 'write', steps: ['update:'] }];
    case 'articles':
      return [{ action: 'write', steps: ['content:'] }];
    case 'conversations':
      return repairsOfConversation(difference);
  }
}

/** Reading back names a whole record as changed by people only where Intercom has told that they removed it. */
function isDeletedByPeople({ class: kind, field }: Pick<Difference, 'class' | 'field'>): boolean {
  return kind === 'changed_in_intercom' && field === 'record';
}

/** What deletes something, or brings back what people deleted, is only done when a person names it. */
export function isOnlyByName({ action }: Repair, difference: Pick<Difference, 'class' | 'field'>): boolean {
  return action === 'reload' || isDeletedByPeople(difference);
}

const ATTRIBUTES = /^(title|company|custom_attributes\..*)$/s;
const PART = /^parts\.(.+)$/s;
const FILE = /^(.+?)\.files\.(.+)$/s;

function repairsOfConversation({ field, class: kind }: Difference): Repair[] {
  if (ATTRIBUTES.test(field)) return [{ action: 'write', steps: ['attributes:'] }];
  if (field === 'state') return [{ action: 'write', steps: ['close:', 'open:'] }];
  if (field === 'assignee') return [{ action: 'write', steps: ['assign:'] }];
  const [, part] = PART.exec(field) ?? [];
  const [, carrier, file] = FILE.exec(part ?? '') ?? [];
  // What was attached again has no place of its own to be attached to once more.
  if (carrier?.startsWith('again:') === true) return [{ action: 'reload' }];
  if (kind === 'missing' && carrier !== undefined && file !== undefined)
    return [{ action: 'attach', part: carrier, file }, { action: 'reload' }];
  if (kind === 'missing' && part !== undefined) return [{ action: 'restore', part }, { action: 'reload' }];
  return [{ action: 'reload' }];
}

/** One sentence for the person who reads the finding. */
export function suggestionFor(difference: Difference, repairs: readonly Repair[]): string {
  const [first] = repairs;
  if (first !== undefined)
    return isDeletedByPeople(difference) ? DELETED_BY_PEOPLE : REPAIRED_BY[first.action];
  if (difference.class === 'missing' && difference.field.startsWith(SET_FIELD))
    return 'It is gone from Intercom. Start a verification: what it finds to be gone it offers to make anew.';
  switch (difference.class) {
    case 'changed_in_intercom':
      return 'A person changed this in Intercom after it was loaded. It is theirs and is left alone.';
    case 'changed_at_source':
      return 'It changed in Infraon after it was read. The next delta brings it over.';
    case 'lossy_by_design':
      return 'The map announced it. Nothing needs to be done.';
    case 'extra':
      return 'The ledger does not know it. Look at it in Intercom and delete it there if it is a double.';
    case 'equal':
    case 'equal_after_normalising':
      return 'Nothing needs to be done.';
    case 'late':
    case 'mismatch':
    case 'missing':
      return 'Look at it in Intercom and correct it there.';
  }
}

const DELETED_BY_PEOPLE =
  'Somebody deleted it in Intercom, so it stays deleted. Repair with the action "create" makes it anew, with the links to it.';

const REPAIRED_BY: Record<RepairAction, string> = {
  write: 'Repair writes the value of the source again and reads the record back.',
  restore: 'Repair says the lost entry again in a note at the end, which names its author and its time.',
  attach: 'Repair attaches the file again in a note at the end of the conversation.',
  create:
    'It was deleted in Intercom. Repair makes it anew; if that is not wanted, leave it and say so at sign-off.',
  reload:
    'Intercom cannot edit it. Repair with the action "reload" deletes this conversation, unless somebody worked in it, and loads it anew.',
};
