import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { StartError, messageOf } from '../../errors.ts';
import type { Desk } from '../infraon/desk.ts';
import { COLUMNS } from '../seed/event-log-columns.ts';
import { deskFromEventLog } from '../seed/event-log.ts';
import { generateDesk } from '../seed/generate.ts';

export interface DemoFlags {
  once: boolean;
  json: boolean;
  desk: Desk;
}

/** What the demo is asked for, with the desk it is to move. Throws {@link StartError} for what it cannot follow. */
export function readFlags(args: string[]): DemoFlags {
  const { once, json, records, seed, data } = parsed(args);
  const desk =
    data === undefined
      ? generateDesk({ seed: wholeNumber('seed', seed), incidents: wholeNumber('records', records) })
      : deskFrom(data);
  return { once, json, desk };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        records: { type: 'string', default: '100' },
        seed: { type: 'string', default: '1' },
        data: { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new StartError(messageOf(cause).split('\n')[0], { cause });
  }
}

function wholeNumber(flag: 'records' | 'seed', text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new StartError(`--${flag} is malformed: expected a whole number, not ${text}.`);
}

function deskFrom(file: string): Desk {
  let csv: string;
  try {
    csv = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartError(`--data cannot be read: ${messageOf(cause)}`, { cause });
  }
  const [head = ''] = csv.split('\n', 1);
  const missing = COLUMNS.filter((column) => !head.includes(column));
  if (missing.length > 0)
    throw new StartError(
      `--data ${file} is not an incident event log: it has no column ${missing.join(', ')}.`,
    );
  return deskFromEventLog(csv);
}
