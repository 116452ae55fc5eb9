import type { NextFunction, Request, Response } from 'express';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { messageOf } from '../errors.ts';
import type { Deps } from '../pipeline/deps.ts';

export interface Metrics {
  observeRequests: (request: Request, response: Response, next: NextFunction) => void;
  /** Prometheus text. Counts over all workspaces; nothing in it names one. */
  text(): Promise<{ contentType: string; body: string }>;
}

/** One registry per app, so that two apps in one process (tests) do not share counters. */
export function createMetrics(deps: Pick<Deps, 'db' | 'log'>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2, 4, 10],
    registers: [registry],
  });
  const runs = gauge(registry, 'migration_runs', 'Runs by kind and state', ['kind', 'state']);
  const records = gauge(registry, 'migration_records', 'Records of active runs by object and outcome', [
    'object',
    'outcome',
  ]);
  const jobs = gauge(registry, 'queue_jobs', 'Jobs by task and state', ['task', 'state']);

  async function readDatabase(): Promise<void> {
    const { sql } = deps.db;
    const [runRows, recordRows, jobRows] = await Promise.all([
      sql<{ kind: string; state: string; count: number }[]>`
        select kind, state, count(*)::int as count from runs group by kind, state`,
      sql<{ object: string; outcome: string; count: number }[]>`
        select r.object, r.outcome, count(*)::int as count from run_records r
        join runs on runs.id = r.run_id and runs.state in ('queued', 'running', 'paused', 'verifying')
        group by r.object, r.outcome`,
      sql<{ task: string; state: string; count: number }[]>`
        select task_identifier as task,
          case when locked_at is not null then 'running' when attempts >= max_attempts then 'failed'
            when run_at > now() then 'scheduled' else 'ready' end as state, count(*)::int as count
        from graphile_worker.jobs group by 1, 2`,
    ]);
    for (const metric of [runs, records, jobs]) metric.reset();
    for (const { kind, state, count } of runRows) runs.set({ kind, state }, count);
    for (const { object, outcome, count } of recordRows) records.set({ object, outcome }, count);
    for (const { task, state, count } of jobRows) jobs.set({ task, state }, count);
  }

  return {
    observeRequests(request, response, next) {
      const end = requests.startTimer();
      response.on('finish', () => {
        end({ method: request.method, route: routeOf(request), status: response.statusCode });
      });
      next();
    },
    async text() {
      // A database that is down must not hide the process's own figures.
      await readDatabase().catch((error: unknown) => {
        deps.log.warn({ reason: messageOf(error) }, 'metrics could not read the database');
      });
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

function gauge<T extends string>(registry: Registry, name: string, help: string, labelNames: T[]): Gauge<T> {
  return new Gauge({ name, help, labelNames, registers: [registry] });
}

/** The route's pattern, never the address: addresses hold ids and would make a label each. */
function routeOf(request: Request): string {
  const route: unknown = request.route;
  if (typeof route !== 'object' || route === null || !('path' in route)) return 'none';
  return `${request.baseUrl}${String(route.path)}`;
}
