import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { openPromise } from 'yauzl';
import { messageOf } from '../../errors.ts';
import {
  MANIFEST_NAME,
  SEAL_LENGTH,
  SEAL_PREFIX,
  readManifest,
  type FileEntry,
  type Manifest,
} from './manifest.ts';

export interface PackageCheck {
  /** One sentence each; none when the package is as it was made. */
  problems: string[];
  manifest: Manifest | undefined;
  /** Files that were compared with the manifest. */
  checked: number;
}

interface Found {
  name: string;
  open(): Promise<Readable>;
}

/** A manifest lists some ten files and the runs; anything near this size is not one. */
const MAX_MANIFEST = 64 * 1024 * 1024;

/**
 * Compares a handoff package (the archive, or the folder it was unpacked to) with its own manifest. Needs nothing but
 * the file. Throws only when there is nothing to read at the path.
 */
export async function checkPackage(location: string): Promise<PackageCheck> {
  const found = await stat(location);
  const check: PackageCheck = { problems: [], manifest: undefined, checked: 0 };
  if (found.isDirectory()) {
    await checkFiles(filesIn(location), check);
    return check;
  }
  try {
    await checkSeal(location, found.size, check);
    await checkArchive(location, check);
  } catch (error) {
    check.problems.push(`The archive cannot be read: ${messageOf(error)}.`);
  }
  return check;
}

/** An archive that somebody packed again has no seal, and is as good as its files; one with a wrong seal was changed. */
async function checkSeal(location: string, size: number, check: PackageCheck): Promise<void> {
  const zip = await openPromise(location);
  const { comment } = zip;
  zip.close();
  if (comment === '') return;
  if (!comment.startsWith(SEAL_PREFIX) || comment.length !== SEAL_PREFIX.length + SEAL_LENGTH) {
    check.problems.push('The comment at the end of the archive is not the one it was made with.');
    return;
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(location, { end: size - SEAL_LENGTH - 1 })) {
    hash.update(chunk as Buffer);
  }
  if (hash.digest('hex') !== comment.slice(SEAL_PREFIX.length)) {
    check.problems.push('The archive has been changed since it was made: its seal does not fit.');
  }
}

async function checkArchive(location: string, check: PackageCheck): Promise<void> {
  const zip = await openPromise(location, { autoClose: false, strictFileNames: true });
  try {
    await checkFiles(entriesOf(zip), check);
  } finally {
    zip.close();
  }
}

async function* entriesOf(zip: Awaited<ReturnType<typeof openPromise>>): AsyncGenerator<Found> {
  for await (const entry of zip.eachEntry()) {
    yield { name: entry.fileName, open: () => zip.openReadStreamPromise(entry) };
  }
}

async function* filesIn(folder: string): AsyncGenerator<Found> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    yield {
      name: path.relative(folder, file).split(path.sep).join('/'),
      open: () => Promise.resolve(createReadStream(file)),
    };
  }
}

async function checkFiles(files: AsyncIterable<Found>, check: PackageCheck): Promise<void> {
  const { problems } = check;
  const actual = new Map<string, FileEntry>();
  const unreadable = new Set<string>();
  let manifestBytes: Buffer | undefined;
  for await (const file of files) {
    if (actual.has(file.name) || unreadable.has(file.name)) {
      problems.push(`${file.name} is in the package twice.`);
      continue;
    }
    try {
      const { entry, bytes } = await measure(file);
      actual.set(file.name, entry);
      manifestBytes = bytes ?? manifestBytes;
    } catch (error) {
      unreadable.add(file.name);
      problems.push(`${file.name} cannot be read: ${messageOf(error)}.`);
    }
  }
  if (manifestBytes === undefined) {
    if (!unreadable.has(MANIFEST_NAME))
      problems.push(`${MANIFEST_NAME} is missing: nothing can be compared.`);
    return;
  }
  check.manifest = readManifest(manifestBytes);
  if (check.manifest === undefined) {
    problems.push(
      `${MANIFEST_NAME} has been changed since it was made, or is not that of a handoff package.`,
    );
    return;
  }
  compare(check.manifest, actual, unreadable, check);
}

async function measure(file: Found): Promise<{ entry: FileEntry; bytes: Buffer | undefined }> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of await file.open()) {
    const bytes = chunk as Buffer;
    hash.update(bytes);
    size += bytes.length;
    if (file.name !== MANIFEST_NAME) continue;
    if (size > MAX_MANIFEST) throw new Error('it is too large to be a manifest');
    kept.push(bytes);
  }
  return {
    entry: { name: file.name, size, sha256: hash.digest('hex') },
    bytes: file.name === MANIFEST_NAME ? Buffer.concat(kept) : undefined,
  };
}

function compare(
  manifest: Manifest,
  actual: Map<string, FileEntry>,
  unreadable: ReadonlySet<string>,
  check: PackageCheck,
): void {
  const { problems } = check;
  const expected = new Set([MANIFEST_NAME]);
  for (const { name, size, sha256 } of manifest.files) {
    expected.add(name);
    const file = actual.get(name);
    if (file === undefined) {
      if (!unreadable.has(name)) problems.push(`${name} is missing.`);
      continue;
    }
    check.checked += 1;
    if (file.size !== size) {
      problems.push(`${name} has been changed: it has ${file.size} bytes, the manifest says ${size}.`);
    } else if (file.sha256 !== sha256) {
      problems.push(`${name} has been changed: its SHA-256 is ${file.sha256}, the manifest says ${sha256}.`);
    }
  }
  for (const name of actual.keys()) {
    if (!expected.has(name)) problems.push(`${name} is not part of the package.`);
  }
}
