import { parseArgs } from 'node:util';
import { isConnectionLoss } from '../../db/client.ts';
import { generateDesk } from '../../simulators/seed/generate.ts';
import { KINDS, type KindName } from './kinds.ts';
import { openSuite, type TrialResult } from './suite.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    trials: { type: 'string', default: '20' },
    kind: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const firstSeed = Number(values.seed);
const trials = Number(values.trials);
const kind = values.kind as KindName | undefined;
if (kind !== undefined && !(kind in KINDS)) {
  process.stderr.write(`There is no kind ${kind}. Kinds: ${Object.keys(KINDS).join(', ')}\n`);
  process.exit(2);
}
// As jobs/main.ts: a job that was ending when PostgreSQL went away is taken up again.
process.on('unhandledRejection', (reason) => {
  if (!isConnectionLoss(reason)) throw reason;
});

/** Small, with every object, a long thread, files, and every state a ticket can be in. */
const desk = generateDesk({ seed: 5, incidents: 8 });
const suite = await openSuite(desk);
const results: TrialResult[] = [];
for (let seed = firstSeed; seed < firstSeed + trials; seed += 1) {
  const result = await suite.run(seed, kind);
  results.push(result);
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(lineOf(result));
}
await suite.close();
if (!values.json) process.stdout.write(summaryOf(results));
process.exit(results.some(({ violation }) => violation !== null) ? 1 : 0);

function lineOf({ seed, kind: name, seconds, strikes, violation }: TrialResult): string {
  const verdict = violation === null ? 'ok' : 'VIOLATION';
  const line = `${verdict} seed ${seed} ${name}: ${strikes} strikes, ${seconds} s\n`;
  if (violation === null) return line;
  return `${line}${violation}\nReplay: npm run test:faults -- --seed ${seed} --trials 1 --kind ${name}\n`;
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
