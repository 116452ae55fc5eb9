import path from 'node:path';
import { locateBinaries } from '../../db/embedded/binaries.ts';
import { readCluster, startCluster, stopCluster } from '../../db/embedded/cluster.ts';

/** Stops and restarts the embedded PostgreSQL under `dataDir`, whoever uses it. */
export async function restartPostgres(dataDir: string, mode: 'fast' | 'immediate'): Promise<void> {
  const binaries = await locateBinaries();
  const cluster = readCluster(path.resolve(dataDir, 'postgres'));
  await stopCluster(cluster, binaries, mode);
  await startCluster(cluster, binaries);
}
