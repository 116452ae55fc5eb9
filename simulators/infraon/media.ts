import { crc32, deflateSync } from 'node:zlib';
import type { StoredFile } from './desk.ts';
import { notFound } from './reply.ts';
import type { Call, Reply } from './reply.ts';
import { fileAt } from './state.ts';

const CHUNK_BYTES = 65_536;

function pngChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.from(type, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(Buffer.concat([head, data])));
  return Buffer.concat([length, head, data, check]);
}

/** A valid 8×8 picture whose colour depends on the file. */
function png(shade: number): Buffer {
  const header = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0]);
  const row = Buffer.concat([
    Buffer.from([0]),
    Buffer.concat(Array.from({ length: 8 }, () => Buffer.from([shade, 96, 255 - shade]))),
  ]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: 8 }, () => row)));
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function opening(file: StoredFile): Buffer {
  if (file.mime === 'image/png') return png(Number(file.attachment_id.slice(-3)) % 256);
  if (file.mime === 'application/pdf') return Buffer.from(`%PDF-1.4\n% ${file.file_name}\n`);
  return Buffer.from(`${file.file_name} ${file.attachment_id}\n`);
}

/**
 * The bytes of a stored file, always the same for the same file: a true beginning for its type, then filling up to its
 * size. A PNG may be followed by filling, which readers skip.
 */
export function* fileChunks(file: StoredFile): Generator<Uint8Array> {
  const first = opening(file).subarray(0, file.bytes);
  yield first;
  const line = Buffer.from(`${file.attachment_id} filling of ${file.file_name.replace(/[^ -~]/g, '_')}\n`);
  const filling = Buffer.alloc(CHUNK_BYTES, line);
  for (let left = file.bytes - first.length; left > 0; left -= CHUNK_BYTES) {
    yield filling.subarray(0, Math.min(left, CHUNK_BYTES));
  }
}

/** `GET /media/uploads/...`; whether the header is asked for is decided before. */
export function mediaReply(call: Call): Reply {
  const file = fileAt(call.state, decodeURIComponent(call.path));
  if (!file || file.unreachable || call.state.switches.media === 'missing') return notFound();
  return { kind: 'bytes', status: 200, type: file.mime, length: file.bytes, chunks: () => fileChunks(file) };
}
