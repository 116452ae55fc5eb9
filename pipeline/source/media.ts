import { Readable } from 'node:stream';
import { z } from 'zod';
import { AppError, RejectedError, UserError } from '../../errors.ts';
import type { Deps } from '../deps.ts';
import { infraonFor } from './infraon-access.ts';

/**
 * Intercom has no upload for article pictures: it fetches an absolute public address and keeps a copy (Intercom API 2.16,
 * POST /articles; help article 4103903). Infraon's own need a session, so we lend each picture an address of ours: sealed
 * (nobody can make one up or read the path in it), for one picture of one workspace, and for a few days.
 */
export const IMAGE_ADDRESS_DAYS = 7;
/** Larger pictures are refused; Intercom publishes no limit of its own for articles. */
const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The kinds of picture that Intercom takes. SVG is left out: it can carry scripts, and nothing here makes it safe. */
const SIGNATURES: { contentType: string; starts: number[] }[] = [
  { contentType: 'image/png', starts: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { contentType: 'image/jpeg', starts: [0xff, 0xd8, 0xff] },
  { contentType: 'image/gif', starts: [0x47, 0x49, 0x46, 0x38] },
];
const LONGEST_SIGNATURE = 8;

const Lent = z.object({ path: z.string(), until: z.number() });

/** The public address of one picture; it names the file at its end, as some readers tell the kind by that. */
export function imageAddress(deps: Deps, workspaceId: string, path: string): string {
  const until = deps.clock.now().getTime() + IMAGE_ADDRESS_DAYS * DAY_MS;
  const sealed = deps.secrets.seal(JSON.stringify({ path, until }), workspaceId, 'image_address');
  const name = /[^/\\?#]+(?=$|[?#])/.exec(path)?.[0] ?? 'image';
  const ascii = name.replace(/%[0-9a-f]{2}|[^A-Za-z0-9._-]/gi, '_').slice(-80);
  const token = `${Buffer.from(workspaceId).toString('base64url')}~${sealed}`;
  return `${deps.options.publicUrl}/media/${token}/${ascii}`;
}

function unknownAddress(): UserError {
  return new UserError('There is no picture at this address.', {
    code: 'image_not_found',
    httpStatus: 404,
  });
}

/** What a lent address stands for. Throws `UserError` 404 for anything that we did not make, or that is over. */
export function readImageAddress(deps: Deps, token: string): { workspaceId: string; path: string } {
  const [owner = '', sealed = ''] = token.split('~');
  const workspaceId = Buffer.from(owner, 'base64url').toString('utf8');
  let lent: z.infer<typeof Lent>;
  try {
    lent = Lent.parse(JSON.parse(deps.secrets.open(sealed, workspaceId, 'image_address')));
  } catch {
    // Altered, of another workspace, or sealed with another key: all the same to whoever asks.
    throw unknownAddress();
  }
  if (lent.until < deps.clock.now().getTime()) throw unknownAddress();
  return { workspaceId, path: lent.path };
}

export interface OpenImage {
  contentType: string;
  /** Bytes, when the desk says. */
  size: number | null;
  /** Destroy it if unread. */
  stream: Readable;
}

/**
 * A picture of the desk, opened for reading. Only the desk's own media can be reached (the connector's guard), and only
 * bytes that begin like a picture are given out, whatever the desk calls them. Throws `RejectedError`
 * `attachment_unavailable` with a reason for people.
 */
export async function openImage(deps: Deps, workspaceId: string, path: string): Promise<OpenImage> {
  const { client } = await infraonFor(deps, workspaceId);
  const file = await client.download(path, { maxBytes: MAX_IMAGE_BYTES });
  if (file.stream === null) throw unavailable(path, `Infraon answered ${file.status}`);
  if (file.size !== null && file.size > MAX_IMAGE_BYTES) {
    file.stream.destroy();
    throw unavailable(path, 'it is larger than 20 MB');
  }
  const body = file.stream;
  try {
    const { head, rest } = await readHead(body);
    const kind = SIGNATURES.find(({ starts }) => starts.every((byte, index) => head[index] === byte));
    if (kind === undefined) throw unavailable(path, 'it is no PNG, JPEG or GIF');
    return { contentType: kind.contentType, size: file.size, stream: joined(head, rest, body) };
  } catch (error) {
    body.destroy();
    throw error;
  }
}

function unavailable(path: string, reason: string): RejectedError {
  return new RejectedError(reason, { code: 'attachment_unavailable', field: 'images', value: path });
}

async function readHead(body: Readable): Promise<{ head: Buffer; rest: AsyncIterator<Buffer> }> {
  const rest = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head: Buffer = Buffer.alloc(0);
  while (head.length < LONGEST_SIGNATURE) {
    const next = await rest.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, rest };
}

function joined(head: Buffer, rest: AsyncIterator<Buffer>, body: Readable): Readable {
  async function* chunks() {
    try {
      yield head;
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
    } finally {
      body.destroy();
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}

/** Null when the picture can be had, else why not. A desk that is down is no answer, and is thrown on. */
export async function whyUnavailable(deps: Deps, workspaceId: string, path: string): Promise<string | null> {
  try {
    (await openImage(deps, workspaceId, path)).stream.destroy();
    return null;
  } catch (error) {
    const isAnswer =
      error instanceof AppError &&
      ['attachment_unavailable', 'response_too_large', 'source_path_denied'].includes(error.code);
    if (!isAnswer) throw error;
    return error.message;
  }
}
