import { emptyDesk } from '../infraon/desk.ts';
import type { Desk } from '../infraon/desk.ts';
import { createBuild } from './build.ts';
import { addCmdb } from './cmdb.ts';
import { addFoundations } from './foundations.ts';
import { addIncidents } from './incidents.ts';
import { addPeople } from './people.ts';

/** The instant a desk is looked at when the caller names none: fixed, so that a seed alone decides the desk. */
const DEFAULT_NOW = new Date('2026-11-01T00:00:00Z');

const ORGANIZATION = '164802013139004217801';

export type GenerateOptions = {
  seed: number;
  /** Number of incidents; every other object is in proportion. */
  incidents: number;
  now?: Date;
};

/** An invented tenant, the same for the same options. */
export function generateDesk({ seed, incidents, now = DEFAULT_NOW }: GenerateOptions): Desk {
  const desk = emptyDesk(ORGANIZATION, now);
  const build = createBuild(desk, seed, now.getTime(), incidents);
  addFoundations(build);
  const people = addPeople(build);
  addCmdb(build);
  addIncidents(build, people);
  return desk;
}
