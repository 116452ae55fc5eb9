import { createSecretBox } from '../../../db/secret.ts';
import { noFacts } from '../../../connectors/infraon/types.ts';
import { createLog } from '../../../log.ts';
import { loadRegistry, type Registry } from '../../../objects/registry.ts';
import type { Actor } from '../../../pipeline/actors.ts';
import { buildDeps } from '../../../pipeline/build-deps.ts';
import { systemClock, type Deps } from '../../../pipeline/deps.ts';
import { getSettingsFor } from '../../../pipeline/settings.ts';
import type { Desk } from '../../../simulators/infraon/desk.ts';
import {
  DEFAULT_CREDENTIALS,
  startInfraonSimulator,
  type InfraonSimulator,
} from '../../../simulators/infraon/server.ts';
import { startIntercomSimulator, type IntercomSimulator } from '../../../simulators/intercom/server.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import { testDatabase } from '../../support/database.ts';

const SECRET_KEY = Buffer.alloc(32, 7);
const TOKEN = 'dG9rZW4tb2YtdGhlLXBsYW5uaW5nLXRlc3Rz';

export const OWNER: Actor = { workspaceId: 'ws_demo01', adminId: '5017690', role: 'owner' };
export const OPERATOR: Actor = { ...OWNER, adminId: '5017691', role: 'operator' };
export const VIEWER: Actor = { ...OWNER, adminId: '5017692', role: 'viewer' };

/** Both simulators, a database of its own, and an installed workspace. */
export interface World {
  deps: Deps;
  infraon: InfraonSimulator;
  intercom: IntercomSimulator;
  desk: Desk;
  databaseUrl: string;
  /** Stores a connection as connecting does, with the thread selector that the simulated desk understands. */
  connect(): Promise<void>;
  close(): Promise<void>;
}

export async function planningWorld(
  options: { incidents?: number; desk?: Desk; registry?: Registry } = {},
): Promise<World> {
  const desk = options.desk ?? generateDesk({ seed: 11, incidents: options.incidents ?? 50 });
  const [database, infraon, intercom, registry] = await Promise.all([
    testDatabase(),
    startInfraonSimulator({ desk }),
    startIntercomSimulator(),
    options.registry ?? loadRegistry(),
  ]);
  const secrets = createSecretBox([SECRET_KEY]);
  const deps = buildDeps({
    db: database.db,
    log: createLog({ level: 'silent', process: 'test' }),
    registry,
    secretKey: SECRET_KEY,
    clock: systemClock,
    stopping: new AbortController().signal,
    options: {
      publicUrl: 'http://localhost:3000',
      intercomClientId: 'sim-client-id',
      intercomClientSecret: 'sim-client-secret',
      intercomApiUrl: intercom.url,
      intercomAppUrl: intercom.url,
      infraonAllowedHosts: [`127.0.0.1:${infraon.port}`],
      rateShare: 0.8,
      worker: 'test',
    },
  });
  const { workspaceId } = OWNER;
  intercom.state.tokens.set(TOKEN, { workspaceId, adminId: OWNER.adminId, clientId: 'sim-client-id' });
  const { sql } = database.db;
  await sql`
    insert into installations (workspace_id, name, region, timezone, admin_id, access_token)
    values (${workspaceId}, 'Northwind', 'US', 'Europe/London', ${OWNER.adminId},
      ${secrets.seal(TOKEN, workspaceId, 'intercom_token')})`;
  for (const [actor, name, seat] of [
    [OWNER, 'Olivia Marsh', true],
    [OPERATOR, 'Migration', true],
    [VIEWER, 'Peter Lund', false],
  ] as const) {
    const email = `${name.toLowerCase().replace(' ', '.')}@northwind.example`;
    await sql`
      insert into teammates (workspace_id, admin_id, name, email, has_inbox_seat, role)
      values (${workspaceId}, ${actor.adminId}, ${name}, ${email}, ${seat}, ${actor.role})`;
  }

  return {
    deps,
    infraon,
    intercom,
    desk,
    databaseUrl: database.url,
    async connect() {
      const credentials = secrets.seal(
        JSON.stringify({
          strategy: 'password',
          username: DEFAULT_CREDENTIALS.username,
          password: DEFAULT_CREDENTIALS.password,
        }),
        workspaceId,
        'infraon_credentials',
      );
      const pinned = {
        ...noFacts(),
        children: {
          'incident.notes': [
            { path: '/ux/sd/inci/conversation/', query: { ref_id: '{id}' }, rows: ['results', 'data', ''] },
          ],
        },
      };
      await sql`
        insert into source_connections (workspace_id, base_url, credentials, strategy, pinned, capabilities, connected_by)
        values (${workspaceId}, ${infraon.url}, ${credentials}, 'password', ${JSON.stringify(pinned)}::jsonb,
          '[]'::jsonb, ${OWNER.adminId})`;
    },
    async close() {
      await Promise.all([infraon.close(), intercom.close()]);
      await database.drop();
    },
  };
}

/** A request to a simulator's control plane. */
export async function control(
  simulator: { url: string },
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${simulator.url}/_sim/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A run of all records of these objects that was just started; its workspace needs no preparing. Answers its id. */
export async function runningRun(
  deps: Deps,
  kind: 'full' | 'delta',
  objects: readonly string[],
): Promise<string> {
  const settings = await getSettingsFor(deps, OWNER.workspaceId);
  const [run] = await deps.db.sql<{ id: string }[]>`
    insert into runs (workspace_id, kind, state, objects, map_versions, settings, prepared, created_by)
    values (${OWNER.workspaceId}, ${kind}, 'running', ${JSON.stringify(objects)}::jsonb, '{}',
      ${JSON.stringify(settings)}::jsonb, true, ${OWNER.adminId})
    returning id`;
  return run!.id;
}
