import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { Queryable } from '../../db/client.ts';
import { NotFoundError } from '../../errors.ts';

/** Things of an object that a rollback archived or deleted; looked up once, when the first question comes. */
export function createTakenBack(
  sql: Queryable,
  workspaceId: string,
  object: string,
): (destinationId: string) => Promise<boolean> {
  let ids: Promise<Set<string>> | undefined;
  return async (destinationId) => {
    ids ??= takenBackOf(sql, workspaceId, object);
    return (await ids).has(destinationId);
  };
}

async function takenBackOf(sql: Queryable, workspaceId: string, object: string): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    select distinct destination_id as id from load_journal
    where workspace_id = ${workspaceId} and object = ${object} and state = 'done' and step in ('undo:archive', 'undo:delete')
      and destination_id is not null`;
  return new Set(rows.map(({ id }) => id));
}

/**
 * One page tells how many instances a type has. When they are no more than ours, made or in the making, none of the
 * others has to be looked for before it is written, which would double the calls of every new instance.
 */
export function createForeignInstances(
  sql: Queryable,
  workspaceId: string,
  intercom: IntercomClient,
): (type: string) => Promise<boolean> {
  const answers = new Map<string, Promise<boolean>>();

  async function find(type: string): Promise<boolean> {
    const total = await intercom.pageOfInstances(type, null).then(
      (page) => page.total,
      (error: unknown) => {
        if (error instanceof NotFoundError) return 0;
        throw error;
      },
    );
    if (total === 0) return false;
    const [ours] = await sql<{ made: string; begun: string }[]>`
      select
        (select count(*) from id_map where workspace_id = ${workspaceId} and resource = 'custom_object_instances'
          and facts->>'type' = ${type}) as made,
        (select count(*) from load_journal where workspace_id = ${workspaceId} and state = 'intent' and step = 'create'
          and identity->>'type' = ${type}) as begun`;
    return total > Number(ours?.made ?? 0) + Number(ours?.begun ?? 0);
  }

  return (type) => {
    const answer = answers.get(type) ?? find(type);
    answers.set(type, answer);
    answer.catch(() => answers.delete(type));
    return answer;
  };
}
