import { createHash } from 'node:crypto';
import { assertAllowedUrl } from '../../../connectors/http/address-guard.ts';
import type { HttpClient } from '../../../connectors/http/client.ts';
import { RejectedError, TransientError } from '../../../errors.ts';
import type { ByteBudget } from './byte-budget.ts';

/** For one file, from the first byte to the last. */
const DEADLINE_MS = 120_000;
const TRIES = 2;

const NOT_ALLOWED = { unreadable: 'its address may not be asked' };

/** What reading a stored file gave. `sha256` is null when there is more of it than was sent: other bytes in any case. */
export type StoredBytes = { sha256: string | null } | { unreadable: string };

/** Reads what Intercom stored back, without keeping it. */
export interface StoredFiles {
  hash(address: string | null | undefined, maxBytes: number): Promise<StoredBytes>;
}

/**
 * Every attachment of an answer has an address of its own (Intercom API 2.16, part_attachment) that ends after about half
 * an hour, so it is read right after the conversation was. These reads are no API calls: they carry no token, cost nothing
 * of the rate budget, and only public hosts are asked. The bytes run through a hash and are gone.
 */
export function createStoredFiles(options: {
  http: HttpClient;
  /** `host:port` that may be private: where a simulated Intercom runs. */
  allowedHosts: readonly string[];
  /** How many files are read at a time. */
  reads: ByteBudget;
}): StoredFiles {
  const { http, allowedHosts, reads } = options;

  async function read(url: string, maxBytes: number): Promise<StoredBytes & { again?: boolean }> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const { status, body } = await http.stream({ method: 'GET', url, signal }, { maxBytes });
    if (status !== 200) {
      body.destroy();
      return { unreadable: `its address answers ${status}`, again: status === 429 || status >= 500 };
    }
    const hash = createHash('sha256');
    for await (const piece of body as AsyncIterable<Buffer>) hash.update(piece);
    return { sha256: hash.digest('hex') };
  }

  return {
    async hash(address, maxBytes) {
      if (address === null || address === undefined || address === '')
        return { unreadable: 'it has no address' };
      const allowed = assertAllowedUrl(address, allowedHosts);
      if (!allowed.ok) return NOT_ALLOWED;
      for (let tries = 1; ; tries += 1) {
        const { again, ...got } = await reads.run(1, () => read(allowed.url.href, maxBytes)).catch(asUnread);
        if (again !== true || tries >= TRIES) return got;
      }
    },
  };
}

function asUnread(error: unknown): StoredBytes & { again?: boolean } {
  if (error instanceof RejectedError)
    return error.code === 'response_too_large' ? { sha256: null } : NOT_ALLOWED;
  if (!(error instanceof TransientError)) throw error;
  return { unreadable: 'its download was cut off or took too long', again: true };
}
