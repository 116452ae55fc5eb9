export interface RejectionDocument {
  id: string;
  object: string;
  source_id: string;
  display_id: string | null;
  /** Of people: what they are called. */
  name: string | null;
  code: string;
  message: string;
  field: string | null;
  value: unknown;
  suggestion: string | null;
  attempts: number;
  /** `requester:123` */
  waits_for: string | null;
  /** What people know that record by; null where there is only the id. */
  waits_for_name: string | null;
}

export type RejectionAction =
  | { action: 'edit'; values: Record<string, unknown> }
  /** `take`: whose value stays where both sides changed one (`edited_in_intercom`). */
  | { action: 'retry'; take?: 'infraon' | 'intercom' | undefined }
  /** Of records that people deleted in Intercom (`deleted_in_intercom`). */
  | { action: 'make_again' }
  | { action: 'waive'; note: string };
