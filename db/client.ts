import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres, { type Sql, type TransactionSql } from 'postgres';

/**
 * postgres.js for the connection and for SQL that locks or works on sets, drizzle for tables and ordinary queries.
 * `max` connections count against the server's limit together with graphile-worker's own pool.
 */
export interface Database {
  sql: Sql;
  orm: PostgresJsDatabase;
  close(): Promise<void>;
}

/** Either the pool or an open transaction: what a query helper needs. */
export type Queryable = Sql | TransactionSql;

export function connectDatabase(url: string, options: { max?: number; applicationName: string }): Database {
  const sql = postgres(url, {
    max: options.max ?? 10,
    idle_timeout: 60,
    connect_timeout: 10,
    onnotice: () => undefined,
    connection: { application_name: options.applicationName },
    // A restart of PostgreSQL closes every connection; postgres.js reconnects with this backoff, in seconds.
    backoff: (attempt: number) => Math.min(0.2 * 2 ** attempt, 3),
  });
  return { sql, orm: drizzle(sql), close: () => sql.end({ timeout: 5 }) };
}
