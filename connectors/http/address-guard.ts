import { lookup as dnsLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';

/** `code` of the error a guarded agent raises when an address may not be contacted. */
export const FORBIDDEN_ADDRESS = 'EFORBIDDENADDRESS';

export interface GuardedAgentOptions {
  /** `host:port` pairs, lower case, that may be private. */
  allowedHosts: readonly string[];
  connectTimeoutMs: number;
  /** Certificate of a private authority, trusted beside the public ones. */
  caPem?: string | undefined;
  /** Sockets per origin; the caller's own gate is expected to be the tighter limit. */
  connections?: number;
}

export type UrlCheck = { ok: true; url: URL } | { ok: false; reason: string };

/** Public addresses that clouds reserve for their own metadata, reachable only from inside a machine. */
const METADATA_ADDRESSES = new Set(['168.63.129.16']);

/** Only 2000::/3 is assigned to the public internet; anything else is special even where no list names it. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');

/**
 * Says why an IP address may not be contacted, or null when it is an ordinary public one. Addresses that embed an
 * IPv4 address (mapped, NAT64, 6to4) are refused as a class, save the mapped ones, which are judged as IPv4.
 */
export function forbiddenRange(address: string): string | null {
  if (!ipaddr.isValid(address)) return 'unreadable address';
  const parsed = ipaddr.process(address);
  if (METADATA_ADDRESSES.has(parsed.toString())) return 'cloud metadata';
  const range = parsed.range();
  if (range !== 'unicast') return range;
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(GLOBAL_UNICAST, 3)) return 'not global';
  return null;
}

function defaultPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}

function isAllowed(hostname: string, port: string, allowedHosts: readonly string[]): boolean {
  const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
  return allowedHosts.includes(`${host.toLowerCase()}:${port}`);
}

/**
 * Checks what can be known before any look-up: scheme, credentials in the address, a literal address. https is
 * required unless the `host:port` is allowed. The caller turns the reason into its own error.
 */
export function assertAllowedUrl(address: string, allowedHosts: readonly string[]): UrlCheck {
  if (!URL.canParse(address)) return { ok: false, reason: 'it is not a web address' };
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { ok: false, reason: `${url.protocol}// is not a web address` };
  }
  if (url.username !== '' || url.password !== '') {
    return { ok: false, reason: 'it contains a user name or password' };
  }
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  if (hostname === '') return { ok: false, reason: 'it names no host' };
  if (isAllowed(hostname, url.port || defaultPort(url.protocol), allowedHosts)) return { ok: true, url };
  if (url.protocol === 'http:') return { ok: false, reason: 'it is not https' };
  const range = isIP(hostname) === 0 ? null : forbiddenRange(hostname);
  if (range !== null) return { ok: false, reason: `${hostname} is not a public address (${range})` };
  return { ok: true, url };
}

function forbidden(hostname: string, range: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${hostname} is not a public address (${range})`);
  error.code = FORBIDDEN_ADDRESS;
  return error;
}

/** Resolves a name and hands on exactly the addresses that were checked; one private address refuses the name. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, []);
      return;
    }
    for (const { address } of addresses) {
      const range = forbiddenRange(address);
      if (range !== null) {
        callback(forbidden(hostname, range), []);
        return;
      }
    }
    const [first] = addresses;
    if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family);
  });
};

/**
 * An agent that cannot be talked into connecting inside our network (SSRF). The check sits in the socket's own
 * look-up, so the address that was checked is the address that is connected to; a second answer of a rebinding name
 * server is never asked for. Literal addresses, for which Node makes no look-up, are checked before connecting.
 * Redirects are not followed.
 */
export function createGuardedAgent(options: GuardedAgentOptions): Agent {
  const tls = options.caPem === undefined ? {} : { ca: [...rootCertificates, options.caPem] };
  const timeout = options.connectTimeoutMs;
  const open = buildConnector({ timeout, ...tls });
  const guarded = buildConnector({ timeout, ...tls, lookup: guardedLookup });
  return new Agent({
    connections: options.connections ?? 64,
    connect(target, callback) {
      const port = target.port || defaultPort(target.protocol);
      if (isAllowed(target.hostname, port, options.allowedHosts)) {
        open(target, callback);
        return;
      }
      const range = isIP(target.hostname) === 0 ? null : forbiddenRange(target.hostname);
      if (range !== null) callback(forbidden(target.hostname, range), null);
      else guarded(target, callback);
    },
  });
}
