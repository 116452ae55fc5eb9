import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Kernel ticks a second; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** The most memory a process ever had resident. Linux keeps it; elsewhere there is nothing to read. */
export function peakRssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return Math.round(Number(kilobytes ?? 0) / 1024);
}

interface ProcessStat {
  parent: number;
  /** Of the process and of its children that ended. */
  seconds: number;
}

/** What comes after the name, which may hold spaces (proc(5), /proc/pid/stat). */
function statOf(pid: number): ProcessStat {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0);
  return { parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND };
}

/** CPU time that a process has used: unlike the clock, it hardly moves when the machine is busy with something else. */
export function cpuSeconds(pid: number): number {
  return statOf(pid).seconds;
}

/** CPU time of a PostgreSQL server and its backends; its process id stands in the first line of a file of its own. */
export function databaseCpuSeconds(dataDirectory: string): number {
  const [first = ''] = readFileSync(path.join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
  const postmaster = Number(first);
  const backends = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOrGone(Number(name)))
    .filter((stat) => stat?.parent === postmaster);
  return cpuSeconds(postmaster) + backends.reduce((sum, stat) => sum + (stat?.seconds ?? 0), 0);
}

function statOrGone(pid: number): ProcessStat | undefined {
  try {
    return statOf(pid);
  } catch {
    return undefined;
  }
}
