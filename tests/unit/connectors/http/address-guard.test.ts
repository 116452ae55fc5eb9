import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import {
  assertAllowedUrl,
  createGuardedAgent,
  forbiddenRange,
} from '../../../../connectors/http/address-guard.ts';
import { createHttpClient } from '../../../../connectors/http/client.ts';

describe('forbiddenRange', () => {
  it.each([
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['169.254.169.254', 'linkLocal'],
    ['100.100.100.200', 'carrierGradeNat'],
    ['168.63.129.16', 'cloud metadata'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['::1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:a9fe:a9fe', 'linkLocal'],
    ['64:ff9b::a00:1', 'rfc6052'],
    ['fe80::1', 'linkLocal'],
    ['fd00:ec2::254', 'uniqueLocal'],
    ['ff02::1', 'multicast'],
    ['4000::1', 'not global'],
    ['::7f00:1', 'not global'],
    ['not an ip', 'unreadable address'],
  ])('refuses %s as %s', (address, range) => {
    expect(forbiddenRange(address)).toBe(range);
  });

  it.each(['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'])('lets the public address %s pass', (address) => {
    expect(forbiddenRange(address)).toBeNull();
  });
});

describe('assertAllowedUrl', () => {
  it.each([
    ['nonsense', 'it is not a web address'],
    ['ftp://desk.example.com/', 'ftp:// is not a web address'],
    ['https://user:pw@desk.example.com/', 'it contains a user name or password'],
    ['http://desk.example.com/', 'it is not https'],
    ['https://127.0.0.1/', '127.0.0.1 is not a public address (loopback)'],
    ['https://2130706433/', '127.0.0.1 is not a public address (loopback)'],
    ['https://[::ffff:10.0.0.1]/', '::ffff:a00:1 is not a public address (private)'],
  ])('refuses %s', (address, reason) => {
    expect(assertAllowedUrl(address, [])).toEqual({ ok: false, reason });
  });

  it('lets a public https address pass, and what is allowed by host and port', () => {
    expect(assertAllowedUrl('https://desk.example.com/', []).ok).toBe(true);
    expect(assertAllowedUrl('http://Desk.example.com:8080/', ['desk.example.com:8080']).ok).toBe(true);
    expect(assertAllowedUrl('http://desk.example.com/', ['desk.example.com:80']).ok).toBe(true);
    expect(assertAllowedUrl('http://[::1]:8080/', ['[::1]:8080']).ok).toBe(true);
    expect(assertAllowedUrl('http://desk.example.com:8081/', ['desk.example.com:8080']).ok).toBe(false);
  });
});

describe('createGuardedAgent', () => {
  let server: Server;
  let port: number;
  let hits = 0;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      hits += 1;
      response.end('hello');
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  function clientWith(allowedHosts: string[]) {
    const agent = createGuardedAgent({ allowedHosts, connectTimeoutMs: 1000 });
    return createHttpClient({ agent, timeoutMs: 2000, log: pino({ level: 'silent' }) });
  }

  it.each(['127.0.0.1', 'localhost', '[::1]'])('never connects to %s unless it is allowed', async (host) => {
    const before = hits;
    await expect(
      clientWith([]).send({ method: 'GET', url: `http://${host}:${port}/` }),
    ).rejects.toMatchObject({
      name: 'RejectedError',
      code: 'forbidden_address',
    });
    expect(hits).toBe(before);
  });

  it('connects to a private address that is allowed with its port', async () => {
    const answer = await clientWith([`localhost:${port}`]).send({
      method: 'GET',
      url: `http://localhost:${port}/`,
    });
    expect(answer.text()).toBe('hello');
  });
});
