import type { MappingIssue } from '../../../objects/mapping.ts';
import type { FileRef } from '../../../objects/payloads.ts';

export type FileFailureCode = Extract<
  MappingIssue['code'],
  'attachment_too_large' | 'attachment_unavailable'
>;

/** What became of one file, kept with the record: reading back compares against it. */
export type FileFact = {
  /** Key of the part that carries it, and of the file in that part. */
  part: string;
  key: string;
  name: string;
} & (
  | {
      sent: true;
      content_type: string;
      size: number;
      /** Null when it was sent and nobody could look at its bytes again. */ sha256: string | null;
      /** It was lost in Intercom and is attached again to a part of its own. */
      again?: boolean;
    }
  | { sent: false; code: FileFailureCode; reason: string }
);

const PREFIX = 'file:';

export function factName(part: string, key: string): string {
  return `${PREFIX}${part}/${key}`;
}

/** Facts of a record's files in the form in which the id map keeps facts. */
export function toFacts(files: readonly FileFact[]): Record<string, FileFact> {
  return Object.fromEntries(files.map((file) => [factName(file.part, file.key), file]));
}

export function fileFacts(facts: Record<string, unknown>): FileFact[] {
  return Object.entries(facts)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([, fact]) => fact as FileFact);
}

/** How a line about a file that stayed behind begins; a part read back is recognised by its text up to there. */
export const POINTER = 'File not moved:';

/** The text of a part with a line for each of its files that stayed behind. */
export function withPointers(body: string, facts: readonly FileFact[]): string {
  const lines = facts.flatMap((fact) =>
    fact.sent ? [] : [`${POINTER} ${fact.name} (Infraon file ${fact.key}). ${fact.reason}`],
  );
  return lines.length === 0 ? body : `${body}\n\n${lines.join('\n')}`;
}

/** A warning for each file that stayed behind, whenever that was. */
export function fileWarnings(facts: Record<string, unknown>): MappingIssue[] {
  return fileFacts(facts).flatMap((fact) =>
    fact.sent
      ? []
      : [
          {
            code: fact.code,
            field: 'files',
            value: fact.name,
            message: `The file ${fact.name} was not moved. ${fact.reason}`,
            suggestion: 'The record names it. Fetch it from Infraon by hand if it is needed.',
          },
        ],
  );
}

/** `12 KB`, for people. */
export function sizeText(file: Pick<FileRef, 'size'>): string {
  if (file.size === null) return '';
  if (file.size < 1000) return ` (${file.size} bytes)`;
  if (file.size < 1_000_000) return ` (${Math.round(file.size / 1000)} KB)`;
  return ` (${(file.size / 1_000_000).toFixed(1)} MB)`;
}
