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
  return { sql, orm: drizzleKeepingDates(sql), close: () => sql.end({ timeout: 5 }) };
}

/** PostgreSQL is shutting down, crashed, starting up or full; the connection is gone, or none could be made. */
const CONNECTION_CODES = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  // A container or a network that is not up yet.
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

/** Whether an error says that the database went away, and not that something is wrong with what was asked. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string') return CONNECTION_CODES.has(error.code);
  // node-postgres, which the queue uses, gives this one no code.
  return error.message.startsWith('Connection terminated');
}

/** timestamptz, date, time, timestamp and their arrays' element types. */
const DATE_TYPES = [1184, 1082, 1083, 1114];
/** json and jsonb. */
const JSON_TYPES = [114, 3802];

/**
 * drizzle replaces the client's date handling with strings, for tagged SQL too; its own columns accept `Date` as well,
 * so the client's is put back. JSON arrives as text from drizzle and `JSON.stringify`, as a value from `sql.json`.
 */
function drizzleKeepingDates(sql: Sql): PostgresJsDatabase {
  const parsers = DATE_TYPES.map((type) => [type, sql.options.parsers[type]] as const);
  const serializers = DATE_TYPES.map((type) => [type, sql.options.serializers[type]] as const);
  const orm = drizzle(sql);
  for (const [type, parser] of parsers) if (parser !== undefined) sql.options.parsers[type] = parser;
  for (const [type, serializer] of serializers)
    if (serializer !== undefined) sql.options.serializers[type] = serializer;
  for (const type of JSON_TYPES) {
    sql.options.serializers[type] = (value: unknown) =>
      typeof value === 'string' ? value : JSON.stringify(value);
  }
  return orm;
}
