import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import {
  MANIFEST_NAME,
  SEAL_LENGTH,
  SEAL_PREFIX,
  manifestText,
  type FileEntry,
  type Manifest,
} from './manifest.ts';

/** A file of the package; `content` is asked for when its turn comes, one file after the other. */
export interface PackageFile {
  name: string;
  content(): AsyncIterable<string | Buffer> | Iterable<string | Buffer>;
}

const MODE = 0o100644;

async function* measured(file: PackageFile, entries: FileEntry[]): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of file.content()) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    hash.update(bytes);
    size += bytes.length;
    if (bytes.length > 0) yield bytes;
  }
  entries.push({ name: file.name, size, sha256: hash.digest('hex') });
}

/** Writes the hash of all that went before over the zeros at the end: no byte of the archive can change unseen. */
async function* sealed(archive: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held = Buffer.alloc(0);
  for await (const chunk of archive) {
    const bytes = Buffer.concat([held, chunk]);
    const cut = Math.max(0, bytes.length - SEAL_LENGTH);
    held = bytes.subarray(cut);
    if (cut === 0) continue;
    const out = bytes.subarray(0, cut);
    hash.update(out);
    yield out;
  }
  yield Buffer.from(hash.digest('hex'), 'latin1');
}

/**
 * The package as bytes: every file is hashed while it is compressed, and the manifest comes last. Nothing is held but
 * the chunk in hand. Ending it early ends the file being read.
 */
export async function* packArchive(
  files: readonly PackageFile[],
  describe: (entries: FileEntry[]) => Manifest,
  at: Date,
): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const archive = zip.outputStream as Readable;
  const entries: FileEntry[] = [];
  const opened: Readable[] = [];
  zip.on('error', (error: Error) => archive.destroy(error));
  function add(name: string, open: () => Readable): void {
    zip.addReadStreamLazy(name, { mtime: at, mode: MODE }, (ready) => {
      const stream = open();
      opened.push(stream);
      ready(null, stream);
    });
  }
  for (const file of files) {
    add(file.name, () => Readable.from(measured(file, entries), { objectMode: false }));
  }
  add(MANIFEST_NAME, () => Readable.from([Buffer.from(manifestText(describe(entries)))]));
  zip.end({ comment: SEAL_PREFIX + '0'.repeat(SEAL_LENGTH), forceZip64Format: false });
  try {
    yield* sealed(archive);
  } finally {
    for (const stream of opened) stream.destroy();
  }
}
