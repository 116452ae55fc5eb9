import { setTimeout as sleep } from 'node:timers/promises';
import type { DiscoveryDocument } from '../../pipeline/discovery/discovery-document.ts';
import type { MapSummary } from '../../pipeline/maps/map-document.ts';
import type { ObjectTypeDocument } from '../../pipeline/prepare/object-types.ts';
import type { PreflightCheck } from '../../pipeline/readiness/preflight-document.ts';
import type { RunDocument } from '../../pipeline/runs/run-document.ts';
import type { AdminClient } from './admin-client.ts';

/** The admin's way through the product, step by step, over the JSON API. */
export interface JourneyEvents {
  step(title: string, detail?: string): void;
  progress(run: RunDocument): void;
}

const POLL_MS = 500;

export interface SourceLogin {
  baseUrl: string;
  username: string;
  password: string;
  /** Corrections of the connection's profile. */
  profile?: Record<string, unknown>;
}

export async function connectInfraon(
  admin: AdminClient,
  source: SourceLogin,
  events: JourneyEvents,
): Promise<void> {
  events.step('Connecting Infraon');
  const document = await admin.put<{ capabilities: { id: string; ok: boolean; detail: string }[] }>(
    '/source',
    {
      base_url: source.baseUrl,
      auth: { strategy: 'password', username: source.username, password: source.password },
      ...(source.profile === undefined ? {} : { profile: source.profile }),
    },
  );
  const weak = document.capabilities.filter((capability) => !capability.ok);
  events.step(
    'Connected',
    `${document.capabilities.length - weak.length} of ${document.capabilities.length} capabilities proven`,
  );
}

export async function discover(admin: AdminClient, events: JourneyEvents): Promise<DiscoveryDocument> {
  events.step('Discovering what is there');
  await admin.post('/discovery');
  for (;;) {
    const discovery = await admin.get<DiscoveryDocument>('/discovery');
    if (discovery.state === 'failed')
      throw new Error(`discovery failed: ${discovery.error ?? 'no reason given'}`);
    if (discovery.state === 'done') {
      const counts = discovery.objects
        .map(({ object, count }) => `${count} ${object.replaceAll('_', ' ')}`)
        .join(', ');
      events.step('Discovered', counts);
      return discovery;
    }
    await sleep(POLL_MS);
  }
}

export async function approveMaps(admin: AdminClient, events: JourneyEvents): Promise<MapSummary[]> {
  const { items } = await admin.get<{ items: MapSummary[] }>('/maps');
  for (const map of items) {
    await admin.post(`/maps/${map.object}/approve`, { version: map.version });
    events.step(
      'Approved map',
      `${map.object.replaceAll('_', ' ')}: ${map.rules} rules, ${map.unmapped} fields without a home`,
    );
  }
  return items;
}

/** Custom object types are made by a person in Intercom's Settings, from the schema sheet: `declare` stands for that. */
export async function createObjectTypes(
  admin: AdminClient,
  declare: (types: ObjectTypeDocument[]) => Promise<void>,
  events: JourneyEvents,
): Promise<void> {
  const { types } = await admin.get<{ types: ObjectTypeDocument[] }>('/object-types');
  await declare(types);
  const probed = await admin.post<{ types: ObjectTypeDocument[] }>('/object-types/probe');
  for (const type of probed.types)
    events.step('Custom object type', `${type.identifier}: ${type.state}. ${type.detail}`);
}

export async function confirmReadiness(admin: AdminClient, events: JourneyEvents): Promise<void> {
  const { checks } = await admin.get<{ checks: PreflightCheck[] }>('/preflight');
  for (const check of checks.filter(({ state }) => state === 'needs_confirmation')) {
    await admin.post(`/preflight/${check.id}/confirm`, {
      note: 'Confirmed for the demo: this workspace is simulated.',
    });
  }
  const after = await admin.get<{ checks: PreflightCheck[] }>('/preflight');
  for (const check of after.checks.filter(({ state }) => state === 'fail')) {
    events.step(`Not ready (${check.severity})`, `${check.title}: ${check.detail} ${check.fix}`);
  }
  events.step(
    'Checked readiness',
    `${after.checks.filter(({ state }) => state === 'pass').length} of ${after.checks.length} checks pass`,
  );
}

const FINAL = ['completed', 'completed_with_findings', 'failed', 'cancelled'];

export async function runToEnd(
  admin: AdminClient,
  input: { kind: 'sample' | 'full' | 'delta' | 'verify'; limit?: number; objects?: string[] },
  events: JourneyEvents,
): Promise<RunDocument> {
  events.step(`Starting the ${input.kind} run`);
  const started = await admin.post<RunDocument>('/runs', input);
  return waitForRun(admin, started.id, events);
}

/** Waits until the run is final. A run that pauses by itself wants a person, and is an error here. */
export async function waitForRun(
  admin: AdminClient,
  runId: string,
  events: JourneyEvents,
): Promise<RunDocument> {
  for (;;) {
    const run = await admin.get<RunDocument>(`/runs/${runId}`);
    events.progress(run);
    if (FINAL.includes(run.state)) return run;
    if (run.state === 'paused')
      throw new Error(`the ${run.kind} run paused: ${run.state_reason ?? 'by a person'}`);
    await sleep(POLL_MS);
  }
}
