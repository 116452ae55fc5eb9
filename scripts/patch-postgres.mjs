import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';

/**
 * Repairs postgres.js 3.4.9 after installation. When PostgreSQL closes a connection that a transaction holds, the next
 * small write goes to a socket that is null: an exception nobody can catch ends the process, and the write timer that
 * is never reset leaves the connection unable to send anything for ever (github.com/porsager/postgres, issues 1154 and
 * 1208). With this, such a write fails like any other on a closed connection. To be removed with the first release
 * that has a repair of its own; a version this does not fit stops the installation.
 */
const VERSION = '3.4.9';
const REPAIRS = [
  {
    broken: `  function nextWrite(fn) {
    const x = socket.write(chunk, fn)`,
    repaired: `  function nextWrite(fn) {
    if (socket === null) {
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options, socket))
      return false
    }
    const x = socket.write(chunk, fn)`,
  },
  {
    broken: `    incomings = null
    clearImmediate(nextWriteTimer)
`,
    repaired: `    incomings = null
    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
`,
  },
];

const entry = resolveOrEnd();
const root = path.resolve(path.dirname(entry), '../..');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

for (const file of ['src/connection.js', 'cjs/src/connection.js']) {
  const target = path.join(root, file);
  let text = readFileSync(target, 'utf8');
  for (const { broken, repaired } of REPAIRS) {
    if (text.includes(repaired)) continue;
    if (version !== VERSION || !text.includes(broken))
      throw new Error(`scripts/patch-postgres.mjs does not fit postgres ${version}; see its first comment.`);
    text = text.replace(broken, repaired);
  }
  writeFileSync(target, text);
}

/** npm runs this also when it only writes the lock file, with nothing installed to repair. */
function resolveOrEnd() {
  try {
    return createRequire(import.meta.url).resolve('postgres');
  } catch {
    process.exit(0);
  }
}
