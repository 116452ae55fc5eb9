import { loadDatabaseConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import { migratedDatabase } from './open.ts';

/** `npm run db:migrate`. */
async function main(): Promise<void> {
  const database = await migratedDatabase(loadDatabaseConfig(), () => {
    process.stderr.write('Waiting for PostgreSQL.\n');
  });
  await database.release();
  process.stderr.write('Database is up to date.\n');
}

try {
  await main();
} catch (error) {
  if (error instanceof StartError) process.stderr.write(`${error.message}\n`);
  else console.error('The schema migrations could not be applied:', error);
  process.exitCode = 1;
}
