import { expect } from 'vitest';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { Desk, Incident, ThreadEntry } from '../../simulators/infraon/desk.ts';
import type { Conversation, Part } from '../../simulators/intercom/records.ts';
import { fullRun, isWrite, requestsSince, type Place, type Tenant } from './tenant.ts';

/** The sum of outcomes is what was found, nothing is pending, and nothing that was read back differs. */
export function expectGoodRun(run: RunDocument): void {
  const { mismatch, missing, extra, late } = run.verification;
  expect({ state: run.state, balanced: run.balanced, mismatch, missing, extra, late }).toEqual({
    state: 'completed',
    balanced: true,
    mismatch: 0,
    missing: 0,
    extra: 0,
    late: 0,
  });
  for (const { set, expected, found } of run.sets) expect({ set, found }).toEqual({ set, found: expected });
  for (const [object, { discovered, ...outcomes }] of Object.entries(run.objects)) {
    const sum = Object.values(outcomes).reduce((total, count) => total + count, 0);
    expect({ object, sum, pending: outcomes.pending }).toEqual({ object, sum: discovered, pending: 0 });
  }
}

/** The same full run again finds everything as it should be and sends nothing but questions. */
export async function expectNothingToDo(stage: Place, tenant: Tenant): Promise<RunDocument> {
  const seq = stage.intercom.state.recorder.lastSeq();
  const again = await fullRun(tenant);
  expectGoodRun(again);
  const writes = requestsSince(stage, seq).filter(
    (request) => request.workspaceId === tenant.workspaceId && isWrite(request),
  );
  expect(writes.map(({ call, requestBody }) => `${call} ${requestBody ?? ''}`)).toEqual([]);
  for (const { created, updated, adopted } of Object.values(again.objects))
    expect({ created, updated, adopted }).toEqual({ created: 0, updated: 0, adopted: 0 });
  return again;
}

export function markerOf(incident: Incident): string {
  return `INFRAON${incident.display_id.replace(/[^A-Za-z0-9]/g, '')}`;
}

/** Conversations by the incident whose marker their opening text carries. */
export function conversationsOf(tenant: Tenant, desk: Desk): Map<string, Conversation[]> {
  const found = new Map<string, Conversation[]>();
  const byMarker = new Map(desk.incidents.map((incident) => [markerOf(incident), incident.incident_id]));
  for (const conversation of tenant.workspace.conversations.values()) {
    const markers = conversation.body.match(/INFRAON[A-Za-z0-9]+/g) ?? [];
    const ids = new Set(markers.flatMap((marker) => byMarker.get(marker) ?? []));
    expect(ids.size, `one marker in ${conversation.body.slice(-200)}`).toBe(1);
    for (const id of ids) found.set(id, [...(found.get(id) ?? []), conversation]);
  }
  return found;
}

interface Spoken {
  at: number;
  kind: 'comment' | 'note';
}

/**
 * The thread as the source has it, read apart from the product's code: oldest first, the copy of the description left
 * out, one second after its forerunner when two share a second, internal unless said to be public by a person.
 */
function expectedThread(desk: Desk, incident: Incident): Spoken[] {
  let last = seconds(incident.creation_time);
  return desk.threads
    .filter(
      (entry) =>
        entry.ref_id === incident.incident_id &&
        entry['is_deleted'] !== true &&
        !(entry['is_description'] === true && bodyOf(entry) === incident.basic_info['description']),
    )
    .map((entry, position) => ({ entry, position }))
    .sort((a, b) => timeOf(a.entry) - timeOf(b.entry) || a.position - b.position)
    .map(({ entry }) => {
      last = Math.max(seconds(entry.creation_time), last + 1);
      return { at: last, kind: isPublic(entry) ? 'comment' : 'note' };
    });
}

function bodyOf(entry: ThreadEntry): unknown {
  const mail = entry['email_data'] as { body?: unknown } | null;
  return entry['description'] ?? mail?.body;
}

function timeOf(entry: ThreadEntry): number {
  return Date.parse(entry.creation_time);
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

/** Bookkeeping of the desk stays internal, whatever its flag says. */
const INTERNAL_TYPES = ['Priority Change', 'Work Log'];

function isPublic(entry: ThreadEntry): boolean {
  const worked = JSON.stringify(entry['work_duration'] ?? {}) !== '{}';
  return (
    entry['is_private'] === false && !entry.is_system_gen && !worked && !INTERNAL_TYPES.includes(entry.type)
  );
}

export function writtenParts(conversation: Conversation): Part[] {
  return conversation.parts.filter((part) => (part.body ?? '') !== '');
}

/**
 * What Intercom holds against what the desk holds: no record twice, no incident lost, each thread entry once, in order,
 * at its own second and as public or as internal as it was.
 */
export function expectFaithful(tenant: Tenant, desk: Desk, run: RunDocument): void {
  const { workspace } = tenant;
  expectUnique(
    [...workspace.contacts.values()].filter((each) => !each.archived).map((each) => each.externalId),
  );
  expectUnique([...workspace.companies.values()].map((each) => each.companyId));
  for (const instances of workspace.instances.values())
    expectUnique([...instances.values()].map((each) => each.externalId));
  expectUnique([...workspace.tags.values()].map((tag) => tag.name.toLowerCase()));

  const conversations = conversationsOf(tenant, desk);
  const loaded = run.objects['incident'];
  const settled =
    (loaded?.created ?? 0) + (loaded?.updated ?? 0) + (loaded?.unchanged ?? 0) + (loaded?.adopted ?? 0);
  expect(workspace.conversations.size).toBe(settled);
  for (const incident of desk.incidents) {
    const [conversation, ...others] = conversations.get(incident.incident_id) ?? [];
    expect(others, `${incident.display_id} is there once`).toEqual([]);
    if (conversation === undefined) continue;
    expectThread(incident.display_id, expectedThread(desk, incident), conversation);
    expect(conversation.createdAt).toBe(seconds(incident.creation_time));
  }
}

/** Parts that the product adds itself: what files came with the ticket or did not fit into the message they belong to. */
const ADDED = /^(?:<p>)?(?:More files|Files) of /;

/** Every entry once, in order and as internal as it was. An added part before an entry may push it by a second. */
function expectThread(name: string, expected: Spoken[], conversation: Conversation): void {
  const written = writtenParts(conversation);
  const entries = written.filter((part) => !ADDED.test(part.body ?? ''));
  const slack = written.length - entries.length;
  const actual = entries.map((part, index): Spoken => {
    const wanted = expected[index]?.at ?? 0;
    const near = Math.abs(part.createdAt - wanted) <= slack;
    return { at: near ? wanted : part.createdAt, kind: part.partType === 'note' ? 'note' : 'comment' };
  });
  expect({ incident: name, thread: actual }).toEqual({ incident: name, thread: expected });
  const times = written.map((part) => part.createdAt);
  expect({ incident: name, times }).toEqual({ incident: name, times: times.toSorted((a, b) => a - b) });
}

function expectUnique(ids: (string | null)[]): void {
  const named = ids.filter((id) => id !== null);
  expect([...new Set(named)].length).toBe(named.length);
}
