import { AppError } from '../../../errors.ts';
import { firstText, firstValue } from '../paths.ts';
import type { ChildSpec, ObjectSpec } from '../profile.ts';
import type { Capability, PinnedCandidate, RawRecord } from '../types.ts';
import {
  findChildren,
  openTickets,
  parametersOf,
  shapeOf,
  type ChildFinding,
  type Ticket,
} from './children.ts';
import { amount, capability, reasonOf, type ListSample, type ProbeContext } from './context.ts';

/** Capability that speaks about the first thread of the profile. */
const THREAD = 'thread_selector';

/** Tickets whose threads are read to find the selector. */
const SAMPLE_TICKETS = 12;

function describeWay(candidate: PinnedCandidate): string {
  if (candidate.path === undefined) return 'inside the full record';
  const query = Object.entries(candidate.query ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  return query === '' ? candidate.path : `${candidate.path}?${query}`;
}

function describeFinding(at: ChildPlace, finding: ChildFinding, tickets: number): Capability {
  const { id, child, owner } = at;
  const ways = finding.pinned.map(describeWay).join(' and ');
  if (finding.pinned.length > 0)
    return capability(id, true, `The way to the ${child} of ${owner.label}: ${ways}.`);
  if (tickets < 2)
    return capability(id, false, `There are too few ${owner.label} to find the way to their ${child}.`);
  const why =
    finding.silent.length > 0
      ? `none of the ${tickets} ${owner.label} looked at shows any`
      : 'every way answers the same for different records or is refused';
  return capability(id, false, `The way to the ${child} of ${owner.label} was not found: ${why}.`);
}

function describePrivacy(spec: ChildSpec, rows: readonly RawRecord[]): Capability {
  const paths = spec.fields?.['private']?.paths ?? [];
  const flags = rows.map((row) => firstValue(row, paths));
  const told = flags.filter((flag) => typeof flag === 'boolean').length;
  const secret = flags.filter((flag) => flag === true).length;
  if (told === 0) {
    return capability(
      'privacy_flag',
      false,
      'No entry says whether it is private, so all of them become internal notes.',
    );
  }
  const untold = flags.length - told;
  const sentences = [
    `${amount(told)} of ${amount(flags.length)} entries say whether they are private.`,
    ...(untold === 0 ? [] : ['Entries that do not say become internal notes.']),
    ...(secret > 0
      ? []
      : ['No private note is among them: there may be none, or this account is not given them.']),
  ];
  return capability('privacy_flag', true, sentences.join(' '));
}

/** An entry younger than its ticket's stamp of change: a delta by that stamp would miss it. */
function describeUpdates(
  object: ObjectSpec,
  spec: ChildSpec,
  tickets: readonly Ticket[],
  finding: ChildFinding,
): Capability | null {
  const at = spec.fields?.['at']?.paths;
  if (at === undefined || object.updatedAt === undefined) return null;
  let compared = 0;
  let missed = 0;
  for (const { id, record } of tickets) {
    const changed = Date.parse(firstText(record, object.updatedAt) ?? '');
    const latest = Math.max(
      ...(finding.answers.get(id) ?? []).map((row) => Date.parse(firstText(row, at) ?? '')),
    );
    if (!Number.isFinite(changed) || !Number.isFinite(latest)) continue;
    compared += 1;
    if (latest > changed + 1000) missed += 1;
  }
  if (compared === 0) return null;
  const text =
    missed === 0
      ? `On ${amount(compared)} ${object.label} no entry is younger than the last change of its record, so changes may show new entries.`
      : `On ${amount(missed)} of ${amount(compared)} ${object.label} an entry is younger than the last change of its record: a delta has to read the threads again.`;
  return capability('thread_updates', missed === 0, text);
}

async function probeMedia(
  context: ProbeContext,
  spec: ChildSpec,
  rows: readonly RawRecord[],
): Promise<Capability> {
  const paths = spec.fields?.['url']?.paths ?? [];
  const addresses = rows.map((row) => firstText(row, paths)).filter((url) => url !== null);
  if (rows.length === 0)
    return capability('media', false, 'Not tested: no file was found on the records looked at.');
  if (addresses.length === 0) {
    return capability(
      'media',
      false,
      `Files are listed, but no address is under ${paths.join(' or ')}, so they cannot be downloaded.`,
    );
  }
  let refusal = 'no file could be downloaded';
  for (const address of addresses.slice(0, 3)) {
    try {
      const file = await context.client.download(address);
      file.stream?.destroy();
      if (file.stream !== null)
        return capability('media', true, 'Files can be downloaded with the same sign-in.');
      refusal = `Infraon answers ${file.status} for a file`;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refusal = reasonOf(error);
    }
  }
  return capability('media', false, `Files cannot be downloaded: ${refusal}.`);
}

/** One child list of one object, and the capability that speaks about it. */
interface ChildPlace {
  id: string;
  object: string;
  child: string;
  owner: ObjectSpec;
  spec: ChildSpec;
}

interface ChildOutcome {
  at: ChildPlace;
  tickets: readonly Ticket[];
  /** Null when the source failed meanwhile; the capability then says how. */
  finding: ChildFinding | null;
  capability: Capability;
}

/** Child lists that can be asked for in several ways. The first thread of the profile gives `thread_selector`. */
function placesOf(samples: readonly ListSample[]): ChildPlace[] {
  const places = samples.flatMap(({ object, spec: owner }) =>
    Object.entries(owner.children ?? {})
      .filter(([, spec]) => spec.candidates.length > 1)
      .map(([child, spec]) => ({ id: `children:${object}.${child}`, object, child, owner, spec })),
  );
  const thread = places.find(({ spec }) => spec.onUnknownPrivacy !== undefined);
  return places.map((place) => (place === thread ? { ...place, id: THREAD } : place));
}

async function look(
  context: ProbeContext,
  at: ChildPlace,
  tickets: readonly Ticket[],
  hints: ReadonlySet<string>,
): Promise<ChildOutcome> {
  try {
    const finding = await findChildren(context, at, tickets, hints);
    context.pinned.children[`${at.object}.${at.child}`] = finding.pinned;
    return { at, tickets, finding, capability: describeFinding(at, finding, tickets.length) };
  } catch (error) {
    const text = `The ${at.child} of ${at.owner.label} could not be read: ${reasonOf(error)}.`;
    return { at, tickets, finding: null, capability: capability(at.id, false, text) };
  }
}

interface Hints {
  /** Child name → shapes that work for other objects. */
  shapes: ReadonlyMap<string, ReadonlySet<string>>;
  /** Parameters that work for any child. */
  parameters: ReadonlySet<string>;
}

/**
 * Where no record of the sample has such children, the likeliest way that answers at all is taken: one that works for
 * other objects, or with parameters that work elsewhere. Reading then insists that each row names its record. The
 * thread itself is never assumed.
 */
function assume(context: ProbeContext, outcome: ChildOutcome, hints: Hints): ChildOutcome {
  const { at, finding } = outcome;
  if (finding === null || finding.pinned.length > 0 || at.id === THREAD || at.spec.parent === undefined)
    return outcome;
  const silent = finding.silent.filter(({ path, query }) => path !== undefined && query !== undefined);
  const proven = silent.find((item) => hints.shapes.get(at.child)?.has(shapeOf(item, at.object)));
  const way =
    proven ?? silent.find((item) => hints.parameters.has(parametersOf(item, at.object))) ?? silent[0];
  if (way === undefined) return outcome;
  context.pinned.children[`${at.object}.${at.child}`] = [{ ...way, assumed: true }];
  const none = `None of the ${at.owner.label} looked at shows any ${at.child}.`;
  const text =
    proven === undefined
      ? `${none} It is not proven that they would be seen: compare with a record that has some in Infraon. Asked for by ${describeWay(way)}.`
      : `${none} They are asked for as elsewhere, by ${describeWay(way)}.`;
  return { ...outcome, capability: capability(at.id, proven !== undefined, text) };
}

function threadFacts({ at, tickets, finding }: ChildOutcome): (Capability | null)[] {
  const rows = [...(finding?.answers.values() ?? [])].flat();
  if (finding === null || at.id !== THREAD || rows.length === 0) return [];
  return [describePrivacy(at.spec, rows), describeUpdates(at.owner, at.spec, tickets, finding)];
}

function hintsOf(outcomes: readonly ChildOutcome[]): Hints {
  const shapes = new Map<string, Set<string>>();
  const parameters = new Set<string>();
  for (const { at, finding } of outcomes) {
    for (const candidate of finding?.pinned ?? []) {
      shapes.set(at.child, (shapes.get(at.child) ?? new Set()).add(shapeOf(candidate, at.object)));
      if (candidate.query !== undefined) parameters.add(parametersOf(candidate, at.object));
    }
  }
  return { shapes, parameters };
}

function rowsOf(outcome: ChildOutcome): RawRecord[] {
  return [...(outcome.finding?.answers.values() ?? [])].flat();
}

/** Finds the ways to ask for threads, files and histories, and what the threads tell. */
export async function probeThreads(
  context: ProbeContext,
  samples: readonly ListSample[],
): Promise<Capability[]> {
  const opened = new Map<string, Ticket[]>();
  const outcomes: ChildOutcome[] = [];
  for (const at of placesOf(samples)) {
    const rows = samples.find(({ object }) => object === at.object)?.own ?? [];
    const tickets = opened.get(at.object) ?? (await openTickets(context, at.object, rows, SAMPLE_TICKETS));
    opened.set(at.object, tickets);
    outcomes.push(await look(context, at, tickets, hintsOf(outcomes).shapes.get(at.child) ?? new Set()));
  }
  const hints = hintsOf(outcomes);
  const settled = outcomes.map((outcome) => assume(context, outcome, hints));
  const files = settled.filter(({ at }) => at.spec.fields?.['url'] !== undefined);
  const file = files.find((outcome) => rowsOf(outcome).length > 0) ?? files[0];
  const found = settled.flatMap((outcome) => [outcome.capability, ...threadFacts(outcome)]);
  const media = file === undefined ? null : await probeMedia(context, file.at.spec, rowsOf(file));
  return [...found, media].filter((item) => item !== null);
}
