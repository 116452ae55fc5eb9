import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { Agent } from 'undici';
import { createHttpClient, type HttpExchange } from '../../../../connectors/http/client.ts';
import { LeaseLostError } from '../../../../errors.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function client(
  options: { timeoutMs?: number; maxBodyBytes?: number; onExchange?: (e: HttpExchange) => void } = {},
) {
  return createHttpClient({
    agent: new Agent(),
    timeoutMs: 1000,
    log: pino({ level: 'silent' }),
    ...options,
  });
}

describe('createHttpClient', () => {
  /** One connection, which the first call keeps for itself. */
  async function behindAnother() {
    let release: () => void = () => undefined;
    let arrived = 0;
    const url = await serve((_request, response) => {
      arrived += 1;
      release = () => response.end('{}');
      if (arrived > 1) release();
    });
    const http = createHttpClient({
      agent: new Agent({ connections: 1 }),
      timeoutMs: 5_000,
      log: pino({ level: 'silent' }),
    });
    const first = http.send({ method: 'POST', url, body: '{}' });
    await expect.poll(() => arrived).toBe(1);
    return { http, url, first, release: () => release(), arrived: () => arrived };
  }

  it('asks right before the first byte leaves, not before the wait for a connection', async () => {
    const { http, url, first, release, arrived } = await behindAnother();
    let allowed = true;
    const second = http.send({
      method: 'POST',
      url,
      body: '{}',
      beforeSend() {
        if (!allowed) throw new LeaseLostError('too late', { code: 'lease_lost' });
      },
    });
    allowed = false;
    release();
    await first;
    await expect(second).rejects.toBeInstanceOf(LeaseLostError);
    expect(arrived()).toBe(1);
  });

  it('knows that a call which never got a connection was not carried out', async () => {
    const { http, url, first, release, arrived } = await behindAnother();
    const second = http.send({ method: 'POST', url, body: '{}', timeoutMs: 50 });
    const lost = expect(second).rejects.toMatchObject({ code: 'http_timeout', outcomeUnknown: false });
    setTimeout(release, 100);
    await lost;
    await first;
    expect(arrived()).toBe(1);
  });

  it('sends method, headers and body, and answers with any status', async () => {
    const url = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(418, { 'X-Seen': [request.method ?? '', String(request.headers['x-ask'])] });
        response.end(Buffer.concat(chunks));
      });
    });
    const seen: HttpExchange[] = [];
    const answer = await client({ onExchange: (e) => seen.push(e) }).send({
      method: 'POST',
      url,
      headers: { 'x-ask': 'yes' },
      body: 'grüße',
    });
    expect(answer.status).toBe(418);
    expect(answer.headers['x-seen']).toBe('POST, yes');
    expect(answer.text()).toBe('grüße');
    expect(seen).toMatchObject([{ method: 'POST', status: 418 }]);
  });

  it('does not follow a redirect', async () => {
    let hits = 0;
    const url = await serve((_request, response) => {
      hits += 1;
      response.writeHead(302, { Location: 'http://127.0.0.1:1/' });
      response.end();
    });
    expect((await client().send({ method: 'GET', url })).status).toBe(302);
    expect(hits).toBe(1);
  });

  it('knows that nothing was sent when there is no connection', async () => {
    const url = await serve(() => undefined);
    servers[0]!.close();
    servers[0]!.closeAllConnections();
    await expect(client().send({ method: 'POST', url })).rejects.toMatchObject({
      name: 'TransientError',
      code: 'http_connect_failed',
      outcomeUnknown: false,
    });
    await expect(client().send({ method: 'GET', url: 'http://nowhere.invalid/' })).rejects.toMatchObject({
      code: 'http_connect_failed',
      outcomeUnknown: false,
    });
  });

  it('treats a cut connection and silence as an unknown outcome', async () => {
    const cut = await serve((request) => request.socket.destroy());
    await expect(client().send({ method: 'POST', url: cut, body: 'x' })).rejects.toMatchObject({
      code: 'http_connection_lost',
      outcomeUnknown: true,
    });
    const silent = await serve(() => undefined);
    await expect(client({ timeoutMs: 100 }).send({ method: 'POST', url: silent })).rejects.toMatchObject({
      code: 'http_timeout',
      outcomeUnknown: true,
    });
  });

  it('ends a body that trickles beyond the deadline', async () => {
    const url = await serve((_request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    await expect(client({ timeoutMs: 200 }).send({ method: 'GET', url })).rejects.toMatchObject({
      code: 'http_timeout',
    });
  });

  it('refuses an answer beyond the size limit', async () => {
    const url = await serve((_request, response) => response.end('x'.repeat(5000)));
    await expect(client({ maxBodyBytes: 1000 }).send({ method: 'GET', url })).rejects.toMatchObject({
      name: 'SchemaError',
      code: 'response_too_large',
    });
  });

  it('streams up to the limit and fails beyond it', async () => {
    const url = await serve((_request, response) => response.end('x'.repeat(5000)));
    const fits = await client().stream({ method: 'GET', url }, { maxBytes: 5000 });
    expect(Buffer.concat((await fits.body.toArray()) as Buffer[])).toHaveLength(5000);
    const tooLarge = await client().stream({ method: 'GET', url }, { maxBytes: 4999 });
    await expect(tooLarge.body.toArray()).rejects.toMatchObject({ code: 'response_too_large' });
  });

  it('reports a stream that is cut off, and frees one that nobody reads', async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('half');
      setTimeout(() => request.socket.destroy(), 20);
    });
    const answer = await client().stream({ method: 'GET', url }, { maxBytes: 1000 });
    await expect(answer.body.toArray()).rejects.toMatchObject({
      name: 'TransientError',
      outcomeUnknown: true,
    });
    const unread = await client().stream({ method: 'GET', url }, { maxBytes: 1000 });
    unread.body.destroy();
    await new Promise((resolve) => unread.body.once('close', resolve));
  });
});
