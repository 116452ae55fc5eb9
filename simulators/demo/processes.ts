import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildProduct, type Role } from '../../scripts/build.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface ProductProcess {
  child: ChildProcess;
  /** Resolves to the exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts processes of the product as `npm start` and `npm run worker` do; their logs go to our stderr. */
export async function productStarter(): Promise<
  (role: Role, env: Record<string, string>, nodeFlags?: string[]) => ProductProcess
> {
  const main = await buildProduct();
  return (role, env, nodeFlags = []) =>
    watched(
      spawn(process.execPath, [...nodeFlags, main[role]], {
        cwd: ROOT,
        env: { ...process.env, ...env },
        stdio: ['ignore', 2, 2],
      }),
    );
}

function watched(child: ChildProcess): ProductProcess {
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  return { child, exited, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** Waits until the server answers `/readyz`; throws when its process ends first. */
export async function untilReady(url: string, process: ProductProcess, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let ended: number | NodeJS.Signals | undefined;
  void process.exited.then((code) => {
    ended = code;
  });
  while (Date.now() < deadline) {
    if (ended !== undefined) throw new Error(`the server ended with ${ended} before it was ready`);
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(100);
  }
  throw new Error(`the server was not ready after ${timeoutMs / 1000} s`);
}
