/** How often a process looks whether the one that started it is still there. */
const LOOK_MS = 500;

/**
 * Calls `stop` once when the process that started this one is gone. npm gives SIGTERM to the shell that it runs a script
 * in, and a shell such as dash ends without handing it on: the server would be left behind with its port.
 */
export function onParentGone(stop: () => void): void {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    stop();
  }, LOOK_MS);
  look.unref();
}
