import type { ObjectTypeDocument } from '../../pipeline/prepare/object-types.ts';
import type { RejectionDocument } from '../../pipeline/reconcile/rejection-document.ts';
import type { RunDocument, StartRunInput } from '../../pipeline/runs/run-document.ts';
import { ApiError, installApp, type AdminClient } from '../../simulators/demo/admin-client.ts';
import {
  approveMaps,
  confirmReadiness,
  connectInfraon,
  createObjectTypes,
  discover,
  type JourneyEvents,
} from '../../simulators/demo/journey.ts';
import { DEFAULT_CREDENTIALS } from '../../simulators/infraon/server.ts';
import type { FaultRule } from '../../simulators/intercom/faults.ts';
import type { RecordedRequest } from '../../simulators/intercom/recorder.ts';
import type { Workspace } from '../../simulators/intercom/workspace.ts';
import { FALLBACK_ID, OWNER_ID, type Stage } from './stage.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a customer needs of a stage: where the product and the two systems answer. */
export type Place = Pick<Stage, 'appUrl' | 'infraon' | 'intercom'>;

/** Nobody watches a test's progress. */
export const QUIET: JourneyEvents = { step: () => undefined, progress: () => undefined };

export interface Tenant {
  admin: AdminClient;
  workspaceId: string;
  /** What the simulated Intercom holds for this customer. */
  workspace: Workspace;
}

/** A customer who has installed the app. The settings make a small desk load without waiting for what is not there. */
export async function installed(stage: Place, workspaceId = 'ws_e2e_1'): Promise<Tenant> {
  const workspace = stage.intercom.state.workspaces.get(workspaceId);
  if (workspace === undefined) throw new Error(`no workspace ${workspaceId}`);
  const admin = await installApp(stage.appUrl, `${workspaceId}/${OWNER_ID}`);
  await admin.patch('/settings', {
    fallback_admin_id: FALLBACK_ID,
    default_country: 'IN',
    search_lag_seconds: 2,
    replies_per_window: 100,
    reply_window_seconds: 1,
  });
  return { admin, workspaceId, workspace };
}

/** Connected, discovered, mapped and ready: what comes before the first run. */
export async function planned(stage: Place, tenant: Tenant): Promise<void> {
  const { admin } = tenant;
  await connectInfraon(admin, { baseUrl: stage.infraon.url, ...DEFAULT_CREDENTIALS }, QUIET);
  await discover(admin, QUIET);
  await approveMaps(admin, QUIET);
  await createObjectTypes(admin, (types) => declareTypes(stage, tenant, types), QUIET);
  await confirmReadiness(admin, QUIET);
}

/** Everything up to the door of the full run: a sample of one record per object, approved. */
export async function sampled(stage: Place, tenant: Tenant, limit = 1): Promise<RunDocument> {
  await planned(stage, tenant);
  const sample = await finished(tenant, await start(tenant, { kind: 'sample', limit }));
  await tenant.admin.post(`/runs/${sample.id}/approve`);
  return sample;
}

/** A customer of their own at the door of the full run. */
export async function newTenant(stage: Stage): Promise<Tenant> {
  const tenant = await installed(stage, stage.addWorkspace());
  await sampled(stage, tenant);
  return tenant;
}

/** A person in Intercom's Settings makes the types of the schema sheet. */
export async function declareTypes(stage: Place, tenant: Tenant, types: ObjectTypeDocument[]): Promise<void> {
  const sheet = types.map(({ identifier, name, attributes }) => ({ identifier, name, attributes }));
  await control(stage, 'POST', 'object-types', { workspace_id: tenant.workspaceId, types: sheet });
}

export async function control<T>(
  stage: Place,
  method: string,
  path: string,
  body?: Record<string, unknown>,
): Promise<T> {
  const response = await fetch(`${stage.intercom.url}/_sim/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} _sim/${path}: ${text}`);
  return JSON.parse(text) as T;
}

/** Calls the API of the simulated Intercom as another app of the workspace does. */
export async function otherApp(
  stage: Place,
  tenant: Tenant,
): Promise<(method: string, path: string, body?: unknown) => Promise<Record<string, string>>> {
  const { token } = await control<{ token: string }>(stage, 'POST', 'tokens', {
    workspace_id: tenant.workspaceId,
  });
  return async (method, path, body) => {
    const response = await fetch(`${stage.intercom.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'intercom-version': '2.16',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, string>;
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
}

export function setFaults(stage: Place, rules: FaultRule[]): void {
  stage.intercom.state.faults.clear();
  stage.intercom.state.faults.add(rules);
}

export async function start(tenant: Tenant, input: StartRunInput): Promise<string> {
  return (await tenant.admin.post<RunDocument>('/runs', input)).id;
}

const FINAL = ['completed', 'completed_with_findings', 'failed', 'cancelled'];

/** Waits for the end of a run, or for its pause when `untilPaused`; a pause that nobody expects is an error. */
export async function finished(
  tenant: Tenant,
  runId: string,
  options: { timeoutMs?: number; untilPaused?: boolean; pollMs?: number } = {},
): Promise<RunDocument> {
  const deadline = Date.now() + (options.timeoutMs ?? 180_000);
  for (;;) {
    const run = await lookAt(tenant, runId);
    if (run === undefined) {
      if (Date.now() > deadline) throw new Error('the server did not come back in time');
      await sleep(options.pollMs ?? 200);
      continue;
    }
    if (options.untilPaused === true && run.state === 'paused') return run;
    if (FINAL.includes(run.state)) return run;
    if (run.state === 'paused') throw new Error(`the run paused: ${run.state_reason ?? 'by a person'}`);
    if (Date.now() > deadline) throw new Error(`the run did not end in time: ${JSON.stringify(run)}`);
    await sleep(options.pollMs ?? 200);
  }
}

/** Undefined while the database is away, which the API says; whoever watches a run looks again. */
async function lookAt(tenant: Tenant, runId: string): Promise<RunDocument | undefined> {
  try {
    return await tenant.admin.get<RunDocument>(`/runs/${runId}`);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'database_unavailable') return undefined;
    throw error;
  }
}

export async function fullRun(tenant: Tenant): Promise<RunDocument> {
  return finished(tenant, await start(tenant, { kind: 'full' }));
}

/** Every record that waits for a person. */
export async function rejections(tenant: Tenant): Promise<RejectionDocument[]> {
  const all: RejectionDocument[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: RejectionDocument[]; next_cursor: string | null } = await tenant.admin.get(
      `/rejections?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    all.push(...page.items);
    cursor = page.next_cursor;
  }
  return all;
}

export function requestsSince(stage: Place, seq: number): RecordedRequest[] {
  return stage.intercom.state.recorder.since(seq, 1_000_000);
}

/** Searches are POSTs that change nothing. */
export function isWrite(request: RecordedRequest): boolean {
  return request.method !== 'GET' && !request.call.endsWith('/search');
}
