import type { SettingsDocument } from '../../settings.ts';

/** How much one part, and one conversation, can hold. */
export interface ThreadLimits {
  mode: SettingsDocument['thread_mode'];
  filesPerPart: number;
  /** Bytes of the files of one part together, before base64. */
  bytesPerPart: number;
  /** A larger file is not fetched. */
  bytesPerFile: number;
  /** Longer threads have their oldest entries condensed into a transcript. */
  parts: number;
  /** Parts that a condensed thread keeps, so that it can still grow. */
  partsKept: number;
  /** Characters of one transcript note. */
  transcriptLength: number;
}

/** Ten files a part (Intercom API 2.16, conversation attachment files). */
const FILES_PER_PART = 10;
/** Intercom publishes no limit for a request; ours keeps one reply from becoming the one that finds it. */
const REQUEST_BYTES = 20_000_000;
/** Room in a request for its text. */
const TEXT_BYTES = 500_000;
/** Base64 takes four bytes for three. */
export const LARGEST_FILE_BYTES = Math.floor(((REQUEST_BYTES - TEXT_BYTES) * 3) / 4);
/** A read returns the newest 500 parts (Intercom API 2.16, GET /conversations/{id}), those that Intercom adds included. */
const READABLE_PARTS = 480;
const PARTS_KEPT = 440;
/** No limit is published for a body either; the longest that anybody is known to read comfortably is far below. */
const TRANSCRIPT_LENGTH = 60_000;

export function threadLimits(
  settings: Pick<SettingsDocument, 'thread_mode' | 'attachment_max_mb'>,
): ThreadLimits {
  const bytesPerPart = LARGEST_FILE_BYTES;
  return {
    mode: settings.thread_mode,
    filesPerPart: FILES_PER_PART,
    bytesPerPart,
    bytesPerFile: Math.min(bytesPerPart, Math.floor(settings.attachment_max_mb * 1_000_000)),
    parts: READABLE_PARTS,
    partsKept: PARTS_KEPT,
    transcriptLength: TRANSCRIPT_LENGTH,
  };
}
