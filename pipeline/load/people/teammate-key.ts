import { createHash } from 'node:crypto';

/** Fact of a person who may be a teammate: by which address, unreadable as it lies there. */
const TEAMMATE = 'teammate';

export function teammateFact(address: string | undefined): Record<string, unknown> {
  return address === undefined ? {} : { [TEAMMATE]: teammateKey(address) };
}

/**
 * Facts with the person's teammate as the workspace has it now: people are invited after they were loaded, and leave.
 * @param teammates their ids by `teammateKey`
 */
export function withTeammate(
  facts: Record<string, unknown>,
  teammates: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const key = facts[TEAMMATE];
  if (typeof key !== 'string') return facts;
  const { admin_id: _former, ...others } = facts;
  const adminId = teammates.get(key);
  return adminId === undefined ? others : { ...others, admin_id: adminId };
}

export function teammateKey(address: string): string {
  return createHash('sha256').update(address.trim().toLowerCase()).digest('hex');
}
