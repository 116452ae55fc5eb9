import { is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as cutover from '../../../db/schema/cutover.ts';
import * as events from '../../../db/schema/events.ts';
import * as files from '../../../db/schema/files.ts';
import * as installations from '../../../db/schema/installations.ts';
import * as ledger from '../../../db/schema/ledger.ts';
import * as links from '../../../db/schema/links.ts';
import * as runs from '../../../db/schema/runs.ts';
import * as source from '../../../db/schema/source.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

interface Column {
  table: string;
  column: string;
  type: string;
  nullable: boolean;
}

const TABLES = [cutover, events, files, installations, ledger, links, runs, source].flatMap((module) =>
  Object.values(module as Record<string, unknown>).filter((value): value is PgTable => is(value, PgTable)),
);

/** What the database calls what the schema calls otherwise. */
const TYPES: Record<string, string> = { bigserial: 'bigint', serial: 'integer' };

function sorted(columns: Column[]): string[] {
  return columns
    .map((each) => `${each.table}.${each.column} ${each.type}${each.nullable ? '' : ' not null'}`)
    .sort();
}

describe('migrations on an empty database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  it('make exactly the tables and columns that are declared', async () => {
    const made = await database.db.sql<Column[]>`
      select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
        not a.attnotnull as nullable
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
        and c.relname not like '\\_%'`;
    const declared = TABLES.flatMap((table) => {
      const { name, columns, primaryKeys } = getTableConfig(table);
      const keys = new Set(primaryKeys.flatMap((key) => key.columns.map((column) => column.name)));
      return columns.map((column): Column => {
        const type = column.getSQLType();
        return {
          table: name,
          column: column.name,
          type: TYPES[type] ?? type,
          nullable: !column.notNull && !column.primary && !keys.has(column.name),
        };
      });
    });
    const names = new Set(declared.map((each) => each.table));
    const ours = made.filter((each) => names.has(each.table) || !each.table.includes('migrations'));
    expect(sorted([...ours])).toEqual(sorted(declared));
  });

  it('make the indexes that are declared', async () => {
    const made = await database.db.sql<{ name: string }[]>`
      select indexname as name from pg_indexes where schemaname = 'public'`;
    const names = new Set(made.map((row) => row.name));
    const declared = TABLES.flatMap((table) => getTableConfig(table).indexes.map((each) => each.config.name));
    expect(declared.filter((name) => name !== undefined && !names.has(name))).toEqual([]);
    expect(declared.length).toBeGreaterThan(5);
  });

  it('give every table its workspace', () => {
    const without = TABLES.filter(
      (table) => !getTableConfig(table).columns.some((column) => column.name === 'workspace_id'),
    ).map((table) => getTableConfig(table).name);
    // Before an installation is complete, nobody knows whose it will be.
    expect(without.filter((name) => !/state|oauth/.test(name))).toEqual([]);
  });
});
