import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { deskFromEventLog } from '../seed/event-log.ts';
import { generateDesk } from '../seed/generate.ts';
import { startInfraonSimulator } from './server.ts';

/** `tsx simulators/infraon/main.ts [--port N] [--records N] [--seed S] [--data FILE]` */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    records: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
});

const desk = values.data
  ? deskFromEventLog(await readFile(values.data, 'utf8'))
  : generateDesk({ seed: Number(values.seed), incidents: Number(values.records), now: new Date() });

const { url } = await startInfraonSimulator({ port: Number(values.port), desk });
process.stdout.write(`${JSON.stringify({ url })}\n`);
