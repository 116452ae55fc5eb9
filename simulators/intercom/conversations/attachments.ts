import type { ApiContext } from '../context.ts';
import { ApiFailure, invalid } from '../failure.ts';
import type { Attachment } from '../records.ts';
import { isFields, stringList, type Fields } from '../request-fields.ts';
import { storeFile } from './stored-files.ts';

const LARGEST_COUNT = 10;
const FETCH_TIMEOUT_MS = 5_000;

/** `attachment_files`: base64 in the request, at most ten (Intercom API 2.16, conversation attachment files). */
export function readAttachmentFiles(context: ApiContext, fields: Fields): Attachment[] {
  const files = fields['attachment_files'];
  if (files === undefined || files === null) return [];
  if (!Array.isArray(files)) throw invalid('attachment_files must be an array', 'attachment_files');
  if (files.length > LARGEST_COUNT)
    throw invalid('attachment_files can hold at most 10 files', 'attachment_files');
  return files.map((file: unknown) => {
    const contentType = isFields(file) ? file['content_type'] : undefined;
    const name = isFields(file) ? file['name'] : undefined;
    const data = isFields(file) ? file['data'] : undefined;
    if (
      typeof contentType !== 'string' ||
      typeof name !== 'string' ||
      typeof data !== 'string' ||
      name === ''
    ) {
      throw invalid('a file needs content_type, name and data', 'attachment_files');
    }
    if (!isBase64(data)) throw invalid(`data of '${name}' is not base64`, 'attachment_files');
    const bytes = Buffer.from(data, 'base64');
    if (isRefused(context, name, bytes.length))
      throw invalid('attachment is not supported', 'attachment_files');
    return { name, contentType, filesize: bytes.length, sha256: storeFile(context.state, bytes) };
  });
}

function isRefused(context: ApiContext, name: string, size: number): boolean {
  const { attachmentBytesLimit, refusedAttachmentExtensions } = context.state.switches;
  const refused = refusedAttachmentExtensions.split(',').filter((extension) => extension !== '');
  if (attachmentBytesLimit > 0 && size > attachmentBytesLimit) return true;
  return refused.some((extension) => name.toLowerCase().endsWith(`.${extension}`));
}

function isBase64(data: string): boolean {
  return data !== '' && data.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
}

/** `attachment_urls`: at most ten images that Intercom can reach; it fetches them before it answers. */
export async function readAttachmentUrls(context: ApiContext, fields: Fields): Promise<Attachment[]> {
  const urls = stringList(fields, 'attachment_urls') ?? [];
  if (urls.length > LARGEST_COUNT)
    throw invalid('attachment_urls can hold at most 10 URLs', 'attachment_urls');
  const attachments: Attachment[] = [];
  for (const url of urls) attachments.push(await fetchImage(context, url));
  return attachments;
}

async function fetchImage(context: ApiContext, url: string): Promise<Attachment> {
  const name = URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '') : '';
  if (name === '' && !URL.canParse(url)) throw refused(context, url);
  if (!context.state.switches.fetchUrls) return { name, contentType: 'image/png', filesize: 0, sha256: null };
  const image = await download(url);
  if (image === null) throw refused(context, url);
  return { name, ...image, sha256: null };
}

/** The type and size of a reachable image, or `null`. */
export async function download(url: string): Promise<{ contentType: string; filesize: number } | null> {
  if (!/^https?:/i.test(url)) return null;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    const body = await response.arrayBuffer();
    const contentType = response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
    return response.ok && contentType.startsWith('image/')
      ? { contentType, filesize: body.byteLength }
      : null;
  } catch {
    return null;
  }
}

function refused(context: ApiContext, url: string): ApiFailure {
  const status = context.state.switches.badAttachmentStatus;
  return new ApiFailure(status, 'parameter_invalid', `'${url}' is not a reachable image`, {
    field: 'attachment_urls',
  });
}
