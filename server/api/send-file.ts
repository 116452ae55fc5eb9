import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';

/** A download holds a database connection; a client that takes nothing for this long has lost interest. */
const STALL_MS = 60_000;

/**
 * Sends a file that is made while it is sent. When making it fails, or the client leaves, the connection is cut, so that
 * half a file is never taken for a whole one.
 */
export async function sendFile(
  response: Response,
  file: { type: string; filename: string; content: Readable },
): Promise<void> {
  response.set({
    'Content-Type': file.type,
    'Content-Disposition': `attachment; filename="${file.filename}"`,
    'Cache-Control': 'no-store',
  });
  response.setTimeout(STALL_MS, () => response.destroy());
  try {
    await pipeline(file.content, response);
  } catch (error) {
    // The client left: nobody is there to be told.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
