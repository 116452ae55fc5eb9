import { createHash, createHmac } from 'node:crypto';
import { open, param, type OpenContext, type Reply } from '../context.ts';
import type { Attachment } from '../records.ts';
import type { Route } from '../router.ts';
import type { SimState } from '../state.ts';

/** Download addresses end after about half an hour (Intercom API reference, section 6.2). */
const ADDRESS_LIFE_SECONDS = 1_800;

/** Keeps the bytes of a file once, however often it is sent; answers their hash. */
export function storeFile(state: SimState, bytes: Buffer): string {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  state.files.set(idOf(state, sha256), bytes);
  return sha256;
}

/** A file's id in its address: it tells nothing about the bytes. */
function idOf(state: SimState, sha256: string): string {
  return createHmac('sha256', state.fileKey).update(sha256).digest('hex').slice(0, 32);
}

function signatureOf(state: SimState, id: string, expires: string): string {
  return createHmac('sha256', state.fileKey).update(`${id} ${expires}`).digest('hex');
}

/** What was fetched from an address is not kept: its download answers 404. */
export function fileAddress(state: SimState, { name, sha256 }: Attachment): string {
  const id = sha256 === null ? 'fetched' : idOf(state, sha256);
  const expires = String(Math.floor(state.nowMs() / 1_000) + ADDRESS_LIFE_SECONDS);
  const query = new URLSearchParams({ expires, signature: signatureOf(state, id, expires) });
  return `${state.url}/attachments/${id}/${encodeURIComponent(name)}?${query.toString()}`;
}

/** Signed addresses outside the API: no token, no rate window. */
export const storedFileRoutes: Route[] = [
  { method: 'GET', path: '/attachments/{id}/{name}', handler: open(download) },
];

/** A signature is the only key: as file stores do, an address that comes with a token beside it is refused. */
function download(context: OpenContext): Reply {
  const { state, query, headers } = context;
  const id = param(context, 0);
  const expires = query.get('expires') ?? '';
  if (headers.authorization !== undefined) return plain(400, 'Only one auth mechanism allowed');
  if (query.get('signature') !== signatureOf(state, id, expires)) return plain(403, 'SignatureDoesNotMatch');
  if (Number(expires) < context.now || state.switches.attachmentDownloads === 'refuse')
    return plain(403, 'Request has expired');
  const bytes = state.files.get(id);
  return bytes === undefined
    ? plain(404, 'NoSuchKey')
    : { status: 200, body: bytes, headers: { 'Content-Type': 'application/octet-stream' } };
}

function plain(status: number, body: string): Reply {
  return { status, body, headers: { 'Content-Type': 'text/plain; charset=utf-8' } };
}
