import { createChildReader } from './children.ts';
import { clientOver } from './client.ts';
import { judgeIds, judgeMasking, judgePermissions } from './probe/account.ts';
import { checkAddress, connect } from './probe/connect.ts';
import { capability, type ListSample, type ProbeContext } from './probe/context.ts';
import { probeList, type ListFindings } from './probe/lists.ts';
import { probeSchema } from './probe/schema.ts';
import { probeThreads } from './probe/threads.ts';
import { createTransport } from './transport.ts';
import { noFacts, type Capability, type ClientDeps, type ProbeResult } from './types.ts';

/** Everything a client needs, save the facts that probing finds; and the `host:port` pairs that may be private. */
export type ProbeDeps = Omit<ClientDeps, 'pinned'> & { allowedHosts: readonly string[] };

function describeClock(skewMs: number | null): Capability[] {
  if (skewMs === null) return [];
  const seconds = Math.round(skewMs / 1000);
  const ok = Math.abs(seconds) <= 300;
  const text =
    Math.abs(seconds) < 5
      ? 'The clock of Infraon agrees with ours.'
      : `The clock of Infraon is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} ours.`;
  return [capability('clock', ok, text)];
}

/** The transport's gate keeps the pace; the order of the findings is that of the profile. */
function probeLists(context: ProbeContext): Promise<ListFindings[]> {
  const { profile } = context.deps;
  const tasks: Promise<ListFindings>[] = [];
  for (const [object, spec] of Object.entries(profile.objects)) {
    const paging = profile.paging[spec.list.paging];
    if (spec.enabled && paging !== undefined) tasks.push(probeList(context, object, spec, paging));
  }
  return Promise.all(tasks);
}

/**
 * Tries a connection and finds out, without changing anything, what the profile cannot know about this tenant: header
 * spelling, envelopes, cursors, orders, thread selector, masking, rights. Store `pinned` with the connection. Throws
 * `UserError` 422 (`source_unreachable`, `source_unauthorized`, `source_forbidden_address`, `source_not_infraon`) when
 * it does not get in; a weak account is no error but a capability that is not ok.
 */
export async function probeConnection(deps: ProbeDeps): Promise<ProbeResult> {
  checkAddress(deps.baseUrl, deps.allowedHosts);
  const pinned = noFacts();
  const clientDeps: ClientDeps = { ...deps, pinned };
  const transport = createTransport(clientDeps);
  const context: ProbeContext = {
    deps: clientDeps,
    transport,
    client: clientOver(transport, clientDeps),
    children: createChildReader(transport, deps.profile, pinned),
    pinned,
  };
  const connected = await connect(context);
  const schema = await probeSchema(context);
  const lists = await probeLists(context);
  const samples: ListSample[] = lists.map(({ sample }) => sample).filter((sample) => sample !== null);
  const threads = await probeThreads(context, samples);
  const capabilities = [
    ...connected,
    schema,
    ...describeClock(pinned.clockSkewMs),
    ...lists.flatMap((list) => list.capabilities),
    ...threads,
    judgeMasking(samples),
    judgePermissions(context, samples),
    judgeIds(samples),
  ];
  deps.log.info(
    { calls: transport.calls(), refused: capabilities.filter(({ ok }) => !ok).map(({ id }) => id) },
    'infraon probed',
  );
  return { capabilities, pinned };
}
