import { createHash } from 'node:crypto';
import type { Download } from '../../../connectors/infraon/types.ts';
import { NotFoundError, RejectedError, SchemaError, TransientError, UserError } from '../../../errors.ts';
import type { FileRef } from '../../../objects/payloads.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { FileFailureCode } from './file-facts.ts';

export interface FetchedFile {
  bytes: Buffer;
  contentType: string;
  sha256: string;
}

export interface FileFailure {
  code: FileFailureCode;
  /** One sentence for the people who read the conversation. */
  reason: string;
}

/** Gives the bytes that payloads name. */
export interface FileSource {
  /**
   * @param attempts how often the record has been tried: a file that keeps failing is given up, so that it does not
   * keep its record waiting. Throws `TransientError`, never with an unknown outcome: nothing was written.
   */
  fetch(file: FileRef, maxBytes: number, attempts: number): Promise<FetchedFile | FileFailure>;
  /** The same in pieces, for a file that is not held in memory; `write` is called in order, and awaited. */
  pour(
    file: FileRef,
    maxBytes: number,
    attempts: number,
    write: (piece: Buffer) => Promise<void>,
  ): Promise<(Omit<FetchedFile, 'bytes'> & { size: number }) | FileFailure>;
  /** Runs work that will hold up to `bytes` of files, when the process has room for them. */
  withRoom<T>(bytes: number, work: () => Promise<T>): Promise<T>;
}

/** Tries before a file that the server fails to give is given up; longer while the server as a whole is not there. */
const FILE_TRIES = 4;
const SERVER_TRIES = 12;

const EXTENSION_TYPES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  log: 'text/plain',
  csv: 'text/csv',
  html: 'text/html',
  zip: 'application/zip',
};

function typeByName(name: string): string {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return EXTENSION_TYPES[extension] ?? 'application/octet-stream';
}

function unavailable(reason: string): FileFailure {
  return { code: 'attachment_unavailable', reason };
}

function tooLarge(maxBytes: number): FileFailure {
  return {
    code: 'attachment_too_large',
    reason: `It is larger than ${(maxBytes / 1_000_000).toFixed(1)} MB, the most that is sent.`,
  };
}

/** The bytes in a `data:` address. */
function inlineBytes(address: string): { bytes: Buffer; contentType: string } | undefined {
  const match = /^data:([^;,]*)((?:;[^;,]*)*),/i.exec(address);
  if (match === null) return undefined;
  const data = address.slice(match[0].length);
  try {
    const bytes = /;base64$/i.test(match[2] ?? '')
      ? Buffer.from(data, 'base64')
      : Buffer.from(decodeURIComponent(data), 'utf8');
    return { bytes, contentType: match[1] === undefined || match[1] === '' ? 'text/plain' : match[1] };
  } catch {
    return undefined;
  }
}

/**
 * Addresses under which a file may be found. Infraon stores them with the name as people wrote it, where `#`, `?` and a
 * lone `%` mean something else; a `?` may also begin a true query, so the address is tried with it first.
 */
function addressesOf(path: string): string[] {
  const address = path.replace(/%(?![\da-f]{2})/gi, '%25').replaceAll('#', '%23');
  return address.includes('?') ? [address, address.replaceAll('?', '%3F')] : [address];
}

export function createFileSource(
  open: (address: string, maxBytes: number) => Promise<Download>,
  budget: ByteBudget,
): FileSource {
  async function openFile(path: string, maxBytes: number): Promise<Download> {
    const [address = path, other] = addressesOf(path);
    const answer = await open(address, maxBytes);
    return answer.status === 404 && other !== undefined ? open(other, maxBytes) : answer;
  }

  async function download(file: FileRef, path: string, maxBytes: number): Promise<FetchedFile | FileFailure> {
    const { stream, status, size, contentType } = await openFile(path, maxBytes);
    if (stream === null) return unavailable(`Infraon answers ${status} when it is asked for the file.`);
    if (size !== null && size > maxBytes) {
      stream.destroy();
      return tooLarge(maxBytes);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    return fetched(file, Buffer.concat(chunks), contentType);
  }

  return {
    withRoom: (bytes, work) => budget.run(bytes, work),
    async pour(file, maxBytes, attempts, write) {
      const hash = createHash('sha256');
      let size = 0;
      const take = async (piece: Buffer) => {
        hash.update(piece);
        size += piece.length;
        await write(piece);
      };
      const done = (type: string | null) =>
        size === 0
          ? unavailable('The file is empty.')
          : { size, contentType: typeOf(file, type), sha256: hash.digest('hex') };
      if (file.path === null || file.path.startsWith('data:')) {
        const got = await this.fetch(file, maxBytes, attempts);
        if ('code' in got) return got;
        await take(got.bytes);
        return done(got.contentType);
      }
      if (file.size !== null && file.size > maxBytes) return tooLarge(maxBytes);
      try {
        const { stream, status, contentType } = await openFile(file.path, maxBytes);
        if (stream === null) return unavailable(`Infraon answers ${status} when it is asked for the file.`);
        for await (const piece of stream as AsyncIterable<Buffer>) await take(piece);
        return done(contentType);
      } catch (error) {
        return failureOf(error, maxBytes, attempts);
      }
    },
    async fetch(file, maxBytes, attempts) {
      if (file.path === null) return unavailable('Infraon names the file and does not list it.');
      if (file.size !== null && file.size > maxBytes) return tooLarge(maxBytes);
      if (file.path.startsWith('data:')) {
        const inline = inlineBytes(file.path);
        return inline === undefined
          ? unavailable('Its data in the text is unreadable.')
          : fetched(file, inline.bytes, inline.contentType);
      }
      try {
        return await download(file, file.path, maxBytes);
      } catch (error) {
        return failureOf(error, maxBytes, attempts);
      }
    },
  };
}

function fetched(file: FileRef, bytes: Buffer, contentType: string | null): FetchedFile | FileFailure {
  if (bytes.length === 0) return unavailable('The file is empty.');
  return {
    bytes,
    contentType: typeOf(file, contentType),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function typeOf(file: FileRef, answered: string | null): string {
  const type = file.content_type ?? answered?.split(';')[0]?.trim().toLowerCase();
  return type === undefined || type === '' ? typeByName(file.name) : type;
}

function failureOf(error: unknown, maxBytes: number, attempts: number): FileFailure {
  if (error instanceof RejectedError && error.code === 'response_too_large') return tooLarge(maxBytes);
  if (
    error instanceof RejectedError ||
    error instanceof NotFoundError ||
    error instanceof SchemaError ||
    (error instanceof UserError && error.code === 'source_path_denied')
  ) {
    return unavailable(`It cannot be read: ${error.message}.`);
  }
  if (!(error instanceof TransientError)) throw error;
  const tries = error.status === undefined ? SERVER_TRIES : FILE_TRIES;
  if (attempts >= tries) return unavailable(`It could not be read in ${attempts} tries: ${error.message}.`);
  throw new TransientError(error.message, {
    code: error.code,
    status: error.status,
    outcomeUnknown: false,
    cause: error,
  });
}
