import type { Queryable } from '../../db/client.ts';
import { residueOf } from '../rollback/residue.ts';
import { csvLines } from './csv.ts';

const COLUMNS = ['run', 'of_run', 'finished_at', 'code', 'count', 'message', 'examples'];

/** What each rollback that was carried out left in Intercom, because no call takes it back; dry runs left nothing. */
export async function* rollbackFile(sql: Queryable, workspaceId: string): AsyncGenerator<string> {
  yield csvLines([COLUMNS]);
  const runs = await sql<{ id: string; ofRunId: string | null; finishedAt: Date | null }[]>`
    select id, of_run_id as "ofRunId", finished_at as "finishedAt" from runs
    where workspace_id = ${workspaceId} and kind = 'rollback' and not dry_run and undo->'decided' = 'true'::jsonb
    order by created_at, id`;
  for (const { id, ofRunId, finishedAt } of runs) {
    const residue = await residueOf(sql, { id, workspaceId });
    if (residue.length === 0) continue;
    yield csvLines(
      residue.map(({ code, count, message, examples }) => [
        id,
        ofRunId ?? 'everything',
        finishedAt,
        code,
        count,
        message,
        examples.join(' '),
      ]),
    );
  }
}
