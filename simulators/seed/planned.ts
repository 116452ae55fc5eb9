import type { Incident, JsonObject, Ticket } from '../infraon/desk.ts';
import type { TicketInput } from '../infraon/records.ts';
import { MODULES } from '../infraon/vocabulary.ts';
import type { ModuleName, StatusName } from '../infraon/vocabulary.ts';
import { DAY_MS, later } from './build.ts';
import type { Build } from './build.ts';
import { attachSomething } from './files.ts';
import { workflowOf } from './foundations.ts';
import { anyRequester } from './people.ts';
import { ENGLISH } from './texts/english.ts';
import { addThread } from './threads.ts';

export type Sketch = {
  summary: string;
  description: string;
  status: StatusName;
  created: number;
  sequence: number;
};

/** The ticket part of a planned record: people, dates and urgency that fit its status. */
export function ticketInput(
  build: Build,
  module: ModuleName,
  id: string,
  sketch: Sketch,
  displayId: string,
): TicketInput {
  const { prng, desk } = build;
  const { created, status } = sketch;
  const done = status === 'Closed' || status === 'Waiting For Closure';
  const resolvedAt = done ? later(build, created, 30 * DAY_MS) : null;
  const closedAt = status === 'Closed' && resolvedAt !== null ? later(build, resolvedAt, 5 * DAY_MS) : null;
  const assignee = prng.pick(desk.users);
  return {
    id,
    displayId,
    organization: desk.organization,
    workflowId: workflowOf(build, module),
    summary: sketch.summary,
    description: sketch.description,
    requester: module === 'release' ? null : anyRequester(build),
    status,
    priority: prng.pick(['Critical', 'High', 'Medium', 'Low']),
    urgency: prng.pick(['High', 'Medium', 'Low']),
    impact: prng.pick(['Business', 'Location', 'Department']),
    source: 'Web',
    service: null,
    assignee,
    team: prng.pick(desk.teams),
    createdAt: created,
    updatedAt: closedAt ?? resolvedAt ?? later(build, created, 10 * DAY_MS),
    respondedAt: null,
    resolvedAt,
    closedAt,
    closureNote: done ? '<p>Completed as planned.</p>' : null,
    tags: [],
    slaIds: [],
    customFields: [],
    customData: {},
    createdBy: assignee,
  };
}

/** A link as the simulator stores it in `reference[]`; the content of that list is not documented. */
export function referenceTo(module: ModuleName, record: Ticket): JsonObject {
  const { moduleId, idKey } = MODULES[module];
  return { module_id: moduleId, ref_id: record[idKey] ?? null, ref_display_id: record.display_id };
}

/** An instant in the past two years, not in the last days. */
export function creation(build: Build): number {
  return Math.floor(build.now - build.prng.between(20, 700) * DAY_MS);
}

/** A short thread among technicians, sometimes with a file. */
export function talk(build: Build, module: ModuleName, record: Ticket, refId: string, from: number): void {
  const place = { module, refId, displayId: record.display_id } as const;
  const technicians = [build.prng.pick(build.desk.users), build.prng.pick(build.desk.users)];
  addThread(
    build,
    { ...place, requester: null, technicians, corpus: ENGLISH, from, to: later(build, from, 20 * DAY_MS) },
    build.prng.between(0, 4),
  );
  if (build.prng.chance(0.25))
    attachSomething(build, { module, refId, at: from, author: technicians[0]?.profile_id ?? '' });
}

/** Up to `most` different incidents that are neither deleted nor demo data. */
export function someIncidents(build: Build, most: number): Incident[] {
  const count = build.prng.between(0, most);
  const picked = Array.from({ length: count }, () => build.prng.pick(build.desk.incidents));
  return [...new Set(picked)].filter((incident) => !incident.is_deleted && incident.is_demo_data !== true);
}
