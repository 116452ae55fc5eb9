import { setTimeout as sleep } from 'node:timers/promises';
import { startWorker } from '../../../jobs/worker.ts';
import type { ObjectDefinition } from '../../../objects/define-object.ts';
import { buildRegistry, loadRegistry } from '../../../objects/registry.ts';
import { createUseCases } from '../../../pipeline/create-use-cases.ts';
import type { RunDocument } from '../../../pipeline/runs/run-document.ts';
import type { UseCases } from '../../../pipeline/use-cases.ts';
import type { Desk } from '../../../simulators/infraon/desk.ts';
import { DEFAULT_CREDENTIALS } from '../../../simulators/infraon/server.ts';
import type { Workspace } from '../../../simulators/intercom/workspace.ts';
import { OWNER, control, planningWorld, type World } from '../planning/world.ts';

/** A desk on its whole way through the product, in this process, with modules beside those of the product. */
export interface Migration {
  world: World;
  useCases: UseCases;
  workspace: Workspace;
  run(kind: 'sample' | 'full', objects?: string[]): Promise<RunDocument>;
  /** Differences that nobody announced, as lines. */
  differences(run: RunDocument): Promise<string[]>;
  close(): Promise<void>;
}

export async function migration(options: { desk: Desk; modules?: ObjectDefinition[] }): Promise<Migration> {
  const registry = buildRegistry([...(await loadRegistry()).all(), ...(options.modules ?? [])]);
  const world = await planningWorld({ desk: options.desk, registry });
  const worker = await startWorker(world.deps, { databaseUrl: world.databaseUrl, concurrency: 4 });
  const useCases = createUseCases(world.deps);
  const workspace = world.intercom.state.workspaces.get(OWNER.workspaceId);
  if (workspace === undefined) throw new Error('the simulator has no such workspace');
  await useCases.updateSettings(OWNER, {
    default_country: 'IN',
    search_lag_seconds: 2,
    replies_per_window: 100,
    reply_window_seconds: 1,
  });
  await useCases.connectSource(OWNER, {
    base_url: world.infraon.url,
    auth: { strategy: 'password', ...DEFAULT_CREDENTIALS },
  });
  await useCases.startDiscovery(OWNER);
  await until(async () => (await useCases.getDiscovery(OWNER)).state !== 'running');
  for (const definition of registry.all()) {
    const { version } = await useCases.getMap(OWNER, definition.name);
    await useCases.approveMap(OWNER, definition.name, version);
  }
  const { types } = await useCases.getObjectTypes(OWNER);
  await control(world.intercom, 'POST', 'object-types', {
    types: types.map(({ identifier, name, attributes }) => ({ identifier, name, attributes })),
  });
  await useCases.probeObjectTypes(OWNER);
  const { checks } = await useCases.getPreflight(OWNER);
  for (const { id, state } of checks) {
    if (state === 'needs_confirmation') await useCases.confirmPreflight(OWNER, id, 'A simulated workspace.');
  }
  return {
    world,
    useCases,
    workspace,
    async run(kind, objects) {
      const { id } = await useCases.startRun(OWNER, {
        kind,
        ...(kind === 'sample' ? { limit: 1 } : {}),
        ...(objects === undefined ? {} : { objects }),
      });
      let run = await useCases.getRun(OWNER, id);
      await until(async () => {
        run = await useCases.getRun(OWNER, id);
        if (run.state === 'paused') throw new Error(`the run paused: ${run.state_reason ?? 'by a person'}`);
        return run.finished_at !== null;
      });
      if (kind === 'sample') await useCases.approveRun(OWNER, id);
      return run;
    },
    async differences(run) {
      const lines: string[] = [];
      for (const kind of ['mismatch', 'missing', 'extra'] as const) {
        const { items } = await useCases.listFindings(OWNER, { run: run.id, class: kind });
        for (const { object, source_id, field, expected, actual } of items)
          lines.push(
            `${kind} ${object} ${source_id} ${field}: ${JSON.stringify(expected)} ${JSON.stringify(actual)}`,
          );
      }
      return lines;
    },
    async close() {
      await worker.stop();
      await world.close();
    },
  };
}

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await sleep(100);
}
