import { ensureEmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { migrate } from './migrate-database.ts';
import { loadDatabaseConfig } from '../config.ts';

const config = loadDatabaseConfig();
const embedded = config.databaseUrl === undefined ? await ensureEmbeddedPostgres(config.dataDir) : undefined;
await migrate(config.databaseUrl ?? embedded?.url ?? '');
await embedded?.release();
process.stderr.write('Database is up to date.\n');
