import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { pino } from 'pino';
import { createGuardedAgent } from '../../../../../connectors/http/address-guard.ts';
import { createHttpClient } from '../../../../../connectors/http/client.ts';
import { createByteBudget } from '../../../../../pipeline/load/files/byte-budget.ts';
import { createStoredFiles } from '../../../../../pipeline/load/files/stored-files.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<{ url: string; host: string }> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}/file`, host };
}

function filesOf(allowedHosts: string[], atATime = 8) {
  const agent = createGuardedAgent({ allowedHosts, connectTimeoutMs: 1000 });
  const http = createHttpClient({ agent, timeoutMs: 2000, log: pino({ level: 'silent' }) });
  return createStoredFiles({ http, allowedHosts, reads: createByteBudget(atATime) });
}

it('hashes what it is given and sends nothing that could name the workspace', async () => {
  const seen: string[] = [];
  const { url, host } = await serve((request, response) => {
    seen.push(...Object.keys(request.headers));
    response.end('hello');
  });
  const sha256 = createHash('sha256').update('hello').digest('hex');
  expect(await filesOf([host]).hash(url, 5)).toEqual({ sha256 });
  expect(seen).not.toContain('authorization');
});

it('stops where there is more than was sent', async () => {
  const { url, host } = await serve((_request, response) => {
    response.end(Buffer.alloc(1_000_000));
  });
  expect(await filesOf([host]).hash(url, 999_999)).toEqual({ sha256: null });
});

it('asks once more where the store fails, not where it refuses, and follows no redirect', async () => {
  const answers = [503, 200, 403, 302];
  const { url, host } = await serve((_request, response) => {
    response.writeHead(answers.shift() ?? 500, { location: 'http://169.254.169.254/' }).end('hello');
  });
  const files = filesOf([host]);
  expect(await files.hash(url, 5)).toHaveProperty('sha256');
  expect(await files.hash(url, 5)).toEqual({ unreadable: 'its address answers 403' });
  expect(await files.hash(url, 5)).toEqual({ unreadable: 'its address answers 302' });
  expect(await files.hash(url, 5)).toEqual({ unreadable: 'its address answers 500' });
});

it('never asks an address inside the network', async () => {
  let asked = 0;
  const { url } = await serve((_request, response) => {
    asked += 1;
    response.end('secret');
  });
  const files = filesOf([]);
  for (const address of [url, url.replace('http:', 'https:'), 'https://169.254.169.254/latest', 'file:///x'])
    expect(await files.hash(address, 5)).toEqual({ unreadable: 'its address may not be asked' });
  expect(await files.hash(undefined, 5)).toEqual({ unreadable: 'it has no address' });
  expect(asked).toBe(0);
});

it('reads a few at a time', async () => {
  let open = 0;
  let most = 0;
  const { url, host } = await serve((_request, response) => {
    open += 1;
    most = Math.max(most, open);
    setImmediate(() => {
      open -= 1;
      response.end('hello');
    });
  });
  const files = filesOf([host], 2);
  await Promise.all(Array.from({ length: 12 }, () => files.hash(url, 5)));
  expect(most).toBeLessThanOrEqual(2);
});
