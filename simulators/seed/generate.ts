import { emptyDesk } from '../infraon/desk.ts';
import type { Desk } from '../infraon/desk.ts';
import { createBuild } from './build.ts';
import { addChanges } from './changes.ts';
import { addCmdb } from './cmdb.ts';
import { addFoundations } from './foundations.ts';
import { addIncidentCases } from './incident-cases.ts';
import { addIncidents } from './incidents.ts';
import { markOtherCases } from './other-cases.ts';
import { addKnowledge } from './knowledge.ts';
import { addPeopleCases } from './people-cases.ts';
import { addPeople } from './people.ts';
import { addProblems } from './problems.ts';

/** The instant a desk is looked at when the caller names none: fixed, so that a seed alone decides the desk. */
const DEFAULT_NOW = new Date('2026-11-01T00:00:00Z');

const ORGANIZATION = '164802013139004217801';

export type GenerateOptions = {
  seed: number;
  /** Number of incidents; every other object is in proportion. */
  incidents: number;
  now?: Date;
  /** One incident with more entries than an Intercom conversation shows. */
  hugeThread?: boolean;
};

/** An invented tenant, the same for the same options. */
export function generateDesk({
  seed,
  incidents,
  now = DEFAULT_NOW,
  hugeThread = false,
}: GenerateOptions): Desk {
  const desk = emptyDesk(ORGANIZATION, now);
  const build = createBuild(desk, seed, now.getTime(), incidents);
  addFoundations(build);
  const people = addPeople(build);
  addPeopleCases(build);
  addCmdb(build);
  addIncidents(build, people);
  addIncidentCases(build, hugeThread);
  addProblems(build);
  addChanges(build);
  addKnowledge(build);
  markOtherCases(build);
  return desk;
}
