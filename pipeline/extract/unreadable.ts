import { isEmptyValue } from '../../connectors/infraon/paths.ts';
import type { RawRecord } from '../../connectors/infraon/types.ts';
import type { Queryable } from '../../db/client.ts';
import { jsonbText } from '../../db/jsonb.ts';
import type { MappingIssue } from '../../objects/mapping.ts';

/** A record that cannot be read, by its row in the ledger, and why. */
export interface Unreadable {
  id: number;
  reason: Omit<MappingIssue, 'code'>;
}

/** As much of a row as shows a person which one it is, in characters. */
const SHOWN = 200;

export function notGiven(message: string): Unreadable['reason'] {
  return {
    field: null,
    value: null,
    message: `Infraon did not give the record: ${message}`,
    suggestion: 'Look at the record in Infraon, then retry.',
  };
}

export function withoutId(row: RawRecord): Unreadable['reason'] {
  const filled = Object.fromEntries(Object.entries(row).filter(([, value]) => !isEmptyValue(value)));
  return {
    field: null,
    value: [...JSON.stringify(filled)].slice(0, SHOWN).join(''),
    message:
      'Infraon lists this record without an id, so it can be neither read in full nor told from others.',
    suggestion: 'Correct it in Infraon and run a delta, which finds it by its id; or waive this line.',
  };
}

/** Sets records aside that cannot be read; only those whose lease is still held. */
export async function setAside(tx: Queryable, token: string, records: readonly Unreadable[]): Promise<void> {
  if (records.length === 0) return;
  await tx`
    update run_records r set step = 'done', outcome = 'rejected', reason_code = 'source_unreadable', reason = v.reason,
      lease_token = null, updated_at = now()
    from jsonb_to_recordset(${jsonbText(records)}::jsonb) as v(id bigint, reason jsonb)
    where r.id = v.id and r.lease_token = ${token}`;
}
