import { UserError } from '../errors.ts';

/** What somebody decides for others to read later is decided with a reason. Throws 422. */
export function requireNote(note: string, message: string): void {
  if (note.trim() !== '') return;
  throw new UserError(message, { code: 'note_missing', httpStatus: 422, field: 'note' });
}
