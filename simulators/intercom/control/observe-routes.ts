import { ok, open, type OpenContext, type Reply } from '../context.ts';
import type { RecordedRequest } from '../recorder.ts';
import type { Route } from '../router.ts';
import { refuse, workspaceOf } from './reply.ts';
import { snapshotOf } from './snapshot.ts';

/** What a test looks at afterwards. */
export const observeRoutes: Route[] = [
  { method: 'GET', path: '/_sim/mails', handler: open(({ state }) => ok({ mails: state.mails.all() })) },
  { method: 'DELETE', path: '/_sim/mails', handler: open(clearMails) },
  { method: 'GET', path: '/_sim/requests', handler: open(requests) },
  { method: 'GET', path: '/_sim/calls', handler: open(({ state }) => ok(state.recorder.calls())) },
  { method: 'GET', path: '/_sim/snapshot', handler: open(snapshot) },
  { method: 'GET', path: '/_sim/health-reports', handler: open(healthReports) },
];

const DEFAULT_REQUESTS = 1_000;

function requests(context: OpenContext): Reply {
  const { state, query } = context;
  const since = Number(query.get('since') ?? 0);
  const limit = Number(query.get('limit') ?? DEFAULT_REQUESTS);
  const call = query.get('call');
  const found = state.recorder.since(since, Number.isNaN(limit) ? DEFAULT_REQUESTS : limit);
  return ok({
    last_seq: state.recorder.lastSeq(),
    requests: found.filter((entry) => call === null || entry.call === call).map(requestView),
  });
}

function requestView(entry: RecordedRequest): Record<string, unknown> {
  return {
    seq: entry.seq,
    at: entry.at,
    method: entry.method,
    path: entry.path,
    query: entry.query,
    version: entry.version,
    workspace_id: entry.workspaceId,
    call: entry.call,
    request_body: parsed(entry.requestBody),
    status: entry.status,
    response_body: parsed(entry.responseBody),
    ms: Math.round(entry.ms * 100) / 100,
    fault: entry.fault,
  };
}

/** JSON where it is whole, the text otherwise. */
function parsed(text: string | null): unknown {
  if (text === null || (!text.startsWith('{') && !text.startsWith('['))) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function clearMails(context: OpenContext): Reply {
  context.state.mails.clear();
  return ok({ mails: [] });
}

function snapshot(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  if (workspace === null) return refuse('no such workspace', 404);
  return ok(
    snapshotOf(workspace, {
      visibleOnly: context.query.get('visible') === 'true',
      withTimes: context.query.get('times') !== 'false',
      nowMs: context.nowMs,
    }),
  );
}

function healthReports(context: OpenContext): Reply {
  const workspace = workspaceOf(context);
  return workspace === null ? refuse('no such workspace', 404) : ok({ reports: workspace.healthReports });
}
