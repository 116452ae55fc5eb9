import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Queryable } from '../../db/client.ts';

/** Bytes of one stored piece. */
const PIECE = 256 * 1024;

/** Stores a package piece by piece as it is made; nothing but the piece in hand is held. */
export async function storePackage(
  tx: Queryable,
  place: { workspaceId: string; signOffId: string },
  content: AsyncIterable<Buffer>,
): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  let seq = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  async function store(): Promise<void> {
    const bytes = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    await tx`
      insert into sign_off_packages (workspace_id, sign_off_id, seq, bytes)
      values (${place.workspaceId}, ${place.signOffId}, ${seq}, ${bytes})`;
    seq += 1;
  }
  for await (const chunk of content) {
    hash.update(chunk);
    size += chunk.length;
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes >= PIECE) await store();
  }
  if (heldBytes > 0) await store();
  return { size, sha256: hash.digest('hex') };
}

/** The stored package as it was made, whatever became of the rows since. */
export function storedPackage(sql: Queryable, workspaceId: string, signOffId: string): Readable {
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let seq = 0; ; seq += 1) {
      const [piece] = await sql<{ bytes: Buffer }[]>`
        select bytes from sign_off_packages
        where workspace_id = ${workspaceId} and sign_off_id = ${signOffId} and seq = ${seq}`;
      if (piece === undefined) return;
      yield piece.bytes;
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}
