import { candidatesOf, childKey, isWrongWay, mergeChildLists, parentOf } from '../children.ts';
import { recordId } from '../paging.ts';
import type { ChildSpec } from '../profile.ts';
import type { PinnedCandidate, RawRecord } from '../types.ts';
import type { ProbeContext } from './context.ts';

/** A record of the sample with what is known about its children so far. */
export interface Ticket {
  id: string;
  record: RawRecord;
}

type Answers = Map<string, RawRecord[]>;

export type Verdict =
  | { kind: 'works'; answers: Answers }
  /** The same answer for different tickets: the parameter is ignored. */
  | { kind: 'ignored' }
  | { kind: 'refused' }
  /** No ticket of the sample has such children, or the way is wrong: cannot be told apart. */
  | { kind: 'empty' };

export interface ChildFinding {
  pinned: PinnedCandidate[];
  /** Rows per ticket, all pinned ways together. */
  answers: Answers;
  /** Ways that answered every time, but never with rows. */
  silent: PinnedCandidate[];
}

function keysOf(spec: ChildSpec, rows: readonly RawRecord[]): string {
  return JSON.stringify(rows.map((row) => childKey(spec, row)).sort());
}

function belongsElsewhere(spec: ChildSpec, rows: readonly RawRecord[], id: string): boolean {
  return rows.some((row) => parentOf(spec, row, id) === 'other');
}

/** Asks for the children of one ticket after another until the answers tell. */
async function judge(
  context: ProbeContext,
  at: { object: string; child: string; spec: ChildSpec },
  candidate: PinnedCandidate,
  tickets: readonly Ticket[],
): Promise<Verdict> {
  const answers: Answers = new Map();
  for (const ticket of tickets) {
    try {
      const rows = await context.children.ask(at.object, at.child, candidate, ticket.record);
      if (belongsElsewhere(at.spec, rows, ticket.id)) return { kind: 'ignored' };
      answers.set(ticket.id, rows);
    } catch (error) {
      if (isWrongWay(error)) return { kind: 'refused' };
      throw error;
    }
    const lists = [...answers.values()];
    const filled = lists.filter((rows) => rows.length > 0);
    const different = new Set(lists.map((rows) => keysOf(at.spec, rows)));
    if (filled.length > 0 && different.size > 1) return { kind: 'works', answers };
    if (filled.length > 1) return { kind: 'ignored' };
  }
  return { kind: 'empty' };
}

/** Candidates of one family differ in the parameter only; one of them is enough. */
function familyOf(candidate: PinnedCandidate): string {
  return candidate.path?.replace('{id}/', '') ?? 'embedded';
}

/** The parameters alone, whatever the object and the path are called. */
export function parametersOf(candidate: PinnedCandidate, object: string): string {
  return Object.keys(candidate.query ?? {})
    .map((key) => key.replaceAll(object, 'own'))
    .join('&');
}

/** The same way of asking, whatever the object is called: what works for one kind of ticket is tried first for the next. */
export function shapeOf(candidate: PinnedCandidate, object: string): string {
  const neutral = (text: string) => text.replaceAll(object, 'own');
  const last = candidate.path?.split('/').slice(-3).map(neutral).join('/') ?? candidate.rows.join();
  return `${last}?${Object.keys(candidate.query ?? {})
    .map(neutral)
    .join('&')}`;
}

async function askAll(
  context: ProbeContext,
  at: { object: string; child: string },
  candidate: PinnedCandidate,
  tickets: readonly Ticket[],
  known: Answers,
): Promise<Answers> {
  const answers: Answers = new Map(known);
  for (const ticket of tickets) {
    if (answers.has(ticket.id)) continue;
    answers.set(
      ticket.id,
      await context.children.ask(at.object, at.child, candidate, ticket.record).catch(emptyIfWrong),
    );
  }
  return answers;
}

function emptyIfWrong(error: unknown): RawRecord[] {
  if (isWrongWay(error)) return [];
  throw error;
}

function total(answers: Answers): number {
  return [...answers.values()].reduce((sum, rows) => sum + rows.length, 0);
}

/** Keeps the ways that add entries: mails and notes can lie on two paths, or on both. */
function cover(
  spec: ChildSpec,
  working: { candidate: PinnedCandidate; answers: Answers }[],
): Pick<ChildFinding, 'pinned' | 'answers'> {
  const byYield = [...working].sort((a, b) => total(b.answers) - total(a.answers));
  const pinned: PinnedCandidate[] = [];
  let merged: Answers = new Map();
  for (const { candidate, answers } of byYield) {
    const together: Answers = new Map(
      [...answers].map(([id, rows]) => [id, mergeChildLists(spec, [merged.get(id) ?? [], rows])]),
    );
    if (total(together) <= total(merged)) continue;
    merged = together;
    pinned.push(candidate);
  }
  return { pinned, answers: merged };
}

/**
 * Finds out how this installation is asked for the children of one record. A way is accepted only if two tickets
 * answer differently and one of them not emptily; the same answer for both means that the parameter is ignored.
 */
export async function findChildren(
  context: ProbeContext,
  at: { object: string; child: string; spec: ChildSpec },
  tickets: readonly Ticket[],
  hints: ReadonlySet<string>,
): Promise<ChildFinding> {
  const candidates = candidatesOf(at.spec);
  const hinted = candidates.filter((candidate) => hints.has(shapeOf(candidate, at.object)));
  const passes =
    hinted.length === 0 ? [candidates] : [hinted, candidates.filter((item) => !hinted.includes(item))];
  const working: { candidate: PinnedCandidate; answers: Answers }[] = [];
  const silent: PinnedCandidate[] = [];
  for (const pass of passes) {
    for (const candidate of pass) {
      const family = familyOf(candidate);
      if (working.some((found) => familyOf(found.candidate) === family)) continue;
      const verdict = await judge(context, at, candidate, withRowsFirst(tickets, working[0]?.answers));
      if (verdict.kind === 'empty') silent.push(candidate);
      if (verdict.kind !== 'works') continue;
      working.push({ candidate, answers: await askAll(context, at, candidate, tickets, verdict.answers) });
    }
    if (working.length > 0) break;
  }
  return { ...cover(at.spec, working), silent };
}

/** Once one way works it is known which tickets have children, so the other ways need few questions. */
function withRowsFirst(tickets: readonly Ticket[], known: Answers | undefined): readonly Ticket[] {
  if (known === undefined) return tickets;
  const filled = tickets.filter(({ id }) => (known.get(id) ?? []).length > 0);
  return filled.slice(0, 3);
}

/** Full records of rows spread over the sample, with the row's own values where the detail has none. */
export async function openTickets(
  context: ProbeContext,
  object: string,
  rows: readonly RawRecord[],
  wanted: number,
): Promise<Ticket[]> {
  const spec = context.deps.profile.objects[object];
  if (spec === undefined) return [];
  const tickets: Ticket[] = [];
  const stride = Math.max(1, Math.floor(rows.length / wanted));
  for (let index = 0; index < rows.length && tickets.length < wanted; index += stride) {
    const row = rows[index];
    const id = row === undefined ? null : recordId(spec, row);
    if (row === undefined || id === null) continue;
    try {
      const detail = context.client.hasDetail(object) ? await context.client.detail(object, id) : {};
      tickets.push({ id, record: { ...row, ...detail } });
    } catch (error) {
      if (!isWrongWay(error)) throw error;
    }
  }
  return tickets;
}
