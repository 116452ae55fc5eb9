import type { IncomingMessage, ServerResponse } from 'node:http';

const LARGEST_BODY = 200 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (request.method === 'GET' || request.method === 'HEAD') return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error('request body too large for the simulator');
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Form bodies become flat objects; everything else is read as JSON. `undefined` without a body; throws on bad JSON. */
export function parseBody(text: string, contentType: string | undefined): unknown {
  if (text === '') return undefined;
  if (contentType?.startsWith('application/x-www-form-urlencoded') === true) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  return JSON.parse(text) as unknown;
}

export interface Rendered {
  /** Empty for a file. */
  text: string;
  bytes?: Buffer;
  headers: Record<string, string>;
}

export function render(body: unknown, headers: Record<string, string>): Rendered {
  if (Buffer.isBuffer(body))
    return { text: '', bytes: body, headers: { ...headers, 'Content-Length': String(body.length) } };
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  return {
    text,
    headers: {
      ...(text === '' ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
      ...headers,
      'Content-Length': String(Buffer.byteLength(text)),
    },
  };
}

export function send(response: ServerResponse, status: number, rendered: Rendered): void {
  response.writeHead(status, rendered.headers);
  response.end(rendered.bytes ?? rendered.text);
}

/** Promises the whole body and breaks off in the middle. */
export function sendHalf(response: ServerResponse, status: number, rendered: Rendered): void {
  response.writeHead(status, rendered.headers);
  const whole = rendered.bytes ?? Buffer.from(rendered.text);
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => {
    response.destroy();
  });
}
