import type postgres from 'postgres';

/** Kept as they are: who is signed in stays so, and what the desk dates has a clock of its own. */
const UNMOVED = ['sessions.', 'oauth_states.', 'source_records.source_updated_at'];

/**
 * A clock for a stage of real processes: time passes for server, workers, queue and database alike, because all that they
 * have dated so far moves back by that much. Only while nothing is being worked on.
 */
export async function letPass(sql: postgres.Sql, time: '1 day' | '5 hours' | '5 minutes'): Promise<void> {
  const columns = await sql<{ table: string; column: string }[]>`
    select c.table_name as table, c.column_name as column
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type = 'timestamp with time zone'`;
  const moved = columns.filter(
    ({ table, column }) => !UNMOVED.some((name) => `${table}.${column}`.startsWith(name)),
  );
  await sql.begin(async (tx) => {
    for (const { table, column } of moved)
      await tx`
        update ${tx(table)} set ${tx(column)} = ${tx(column)} - ${time}::interval
        where ${tx(column)} < 'infinity' and ${tx(column)} > '-infinity'`;
    await tx`
      update graphile_worker._private_jobs
      set run_at = run_at - ${time}::interval, locked_at = locked_at - ${time}::interval`;
  });
}
