import {
  bigint,
  bigserial,
  customType,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { createdAt, workspaceId } from './columns.ts';

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/** Files of records that Intercom cannot hold: kept here for the handoff package, which puts them under `files/`. */
export const keptFiles = pgTable(
  'kept_files',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    workspaceId: workspaceId(),
    object: text('object').notNull(),
    sourceId: text('source_id').notNull(),
    /** Key of the file within its record. */
    key: text('key').notNull(),
    /** Its place in the package. */
    path: text('path').notNull(),
    size: bigint('size', { mode: 'number' }),
    /** Null while its bytes are being written. */
    sha256: text('sha256'),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('kept_files_of_record').on(table.workspaceId, table.object, table.sourceId, table.key),
  ],
);

/** Its bytes in pieces: no file is ever held as a whole. */
export const keptFilePieces = pgTable(
  'kept_file_pieces',
  {
    workspaceId: workspaceId(),
    fileId: bigint('file_id', { mode: 'number' })
      .notNull()
      .references(() => keptFiles.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.fileId, table.number] })],
);
