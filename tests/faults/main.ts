import { parseArgs } from 'node:util';
import { KINDS, type KindName } from './kinds.ts';
import { replayOf, runTrials, type Order } from './pool.ts';
import type { TrialResult } from './suite.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    trials: { type: 'string', default: '20' },
    /** One kind, or several with commas, which take turns. */
    kind: { type: 'string', default: '' },
    jobs: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const firstSeed = Number(values.seed);
const kinds = values.kind.split(',').filter((name) => name !== '');
const unknown = kinds.filter((name) => !(name in KINDS));
if (unknown.length > 0) {
  process.stderr.write(`There is no kind ${unknown.join(', ')}. Kinds: ${Object.keys(KINDS).join(', ')}\n`);
  process.exit(2);
}
const orders = Array.from({ length: Number(values.trials) }, (_, index): Order => ({
  seed: firstSeed + index,
  kind: kinds[index % kinds.length] as KindName | undefined,
}));
const results: TrialResult[] = [];
await runTrials(orders, Number(values.jobs), (result) => {
  results.push(result);
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : lineOf(result));
});
if (!values.json) process.stdout.write(summaryOf(results));
process.exit(results.some(({ violation }) => violation !== null) ? 1 : 0);

/** A violation says how to replay it. */
function lineOf(result: TrialResult): string {
  const { seed, kind: name, seconds, strikes, violation } = result;
  const verdict = violation === null ? 'ok' : 'VIOLATION';
  const line = `${verdict} seed ${seed} ${name}: ${strikes} strikes, ${seconds} s\n`;
  if (violation === null) return line;
  return `${line}${violation}\nReplay: ${replayOf(result)}\n`;
}

function summaryOf(all: TrialResult[]): string {
  const lines = (Object.keys(KINDS) as KindName[]).flatMap((name) => {
    const own = all.filter((result) => result.kind === name);
    if (own.length === 0) return [];
    const strikes = own.reduce((sum, result) => sum + result.strikes, 0);
    const violations = own.filter((result) => result.violation !== null).length;
    return [`${name}: ${own.length} trials, ${strikes} strikes, ${violations} violations`];
  });
  return `${lines.join('\n')}\n`;
}
