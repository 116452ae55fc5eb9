import type { Express } from 'express';

/** Who may call a route: everybody, Intercom by its signature, or teammates from this role on. */
export type Access = 'public' | 'intercom' | 'viewer' | 'operator' | 'owner';

export interface RouteRow {
  access: Access;
  /** A body that passes the schema; `{run}`, `{rejection}`, `{finding}` and `{workspace}` are filled in. */
  body?: Record<string, unknown>;
  /** For roles that may, where the body above would do what the next row of the table cannot live with. */
  allowedBody?: Record<string, unknown>;
}

const CONFIRM = { note: 'Seen.' };

/** Every route of the server. A new one fails the test until it stands here. */
export const ROUTES: Record<string, RouteRow> = {
  'GET /healthz': { access: 'public' },
  'GET /readyz': { access: 'public' },
  'GET /metrics': { access: 'public' },
  'GET /install': { access: 'public' },
  'GET /oauth/callback': { access: 'public' },
  'GET /media/:token{/:name}': { access: 'public' },
  'GET /console/style.css': { access: 'public' },
  'GET /console/console.js': { access: 'public' },
  'GET /': { access: 'public' },
  'POST /sign-out': { access: 'public' },
  'GET /api/v1/openapi.json': { access: 'public' },
  'POST /intercom/health': { access: 'intercom' },
  'POST /canvas-kit/initialize': { access: 'intercom' },
  'POST /canvas-kit/submit': { access: 'intercom' },
  'HEAD /intercom/webhooks': { access: 'public' },
  'POST /intercom/webhooks': { access: 'intercom' },
  // May come unsigned: it is checked with Intercom itself (tests/contract/http/intercom-posts.test.ts).
  'POST /intercom/uninstall': { access: 'public' },

  'GET /api/v1/session': { access: 'viewer' },
  'GET /api/v1/teammates': { access: 'viewer' },
  'PATCH /api/v1/teammates/:id': { access: 'owner', body: { role: 'viewer' } },
  'DELETE /api/v1/installation': {
    access: 'owner',
    body: { workspace_id: '{workspace}' },
    allowedBody: { workspace_id: 'not this one' },
  },
  'PUT /api/v1/source': {
    access: 'owner',
    body: { base_url: 'https://10.0.0.1', auth: { strategy: 'api_key', api_key: 'key' } },
  },
  'GET /api/v1/source': { access: 'viewer' },
  'POST /api/v1/discovery': { access: 'operator' },
  'GET /api/v1/discovery': { access: 'viewer' },
  'GET /api/v1/scope': { access: 'viewer' },
  'GET /api/v1/maps': { access: 'viewer' },
  'GET /api/v1/maps/:object': { access: 'viewer' },
  'PATCH /api/v1/maps/:object': { access: 'operator', body: { version: 9, rules: [] } },
  'POST /api/v1/maps/:object/approve': { access: 'owner', body: { version: 9 } },
  'GET /api/v1/object-types': { access: 'viewer' },
  'POST /api/v1/object-types/probe': { access: 'operator' },
  'GET /api/v1/preflight': { access: 'viewer' },
  'POST /api/v1/preflight/:id/confirm': { access: 'operator', body: CONFIRM },
  'GET /api/v1/settings': { access: 'viewer' },
  'PATCH /api/v1/settings': { access: 'operator', body: { rate_share: 0.5 } },
  'POST /api/v1/runs': { access: 'operator', body: { kind: 'sample' } },
  'GET /api/v1/runs': { access: 'viewer' },
  'GET /api/v1/runs/:id': { access: 'viewer' },
  'GET /api/v1/runs/:id/events': { access: 'viewer' },
  'GET /api/v1/runs/:id/rollback': { access: 'viewer' },
  'POST /api/v1/runs/:id/pause': { access: 'operator' },
  'POST /api/v1/runs/:id/resume': { access: 'operator' },
  'POST /api/v1/runs/:id/cancel': { access: 'operator' },
  'POST /api/v1/runs/:id/approve': { access: 'owner' },
  'GET /api/v1/records/:object/:source_id': { access: 'viewer' },
  'GET /api/v1/resolve': { access: 'viewer' },
  'GET /api/v1/rejections': { access: 'viewer' },
  'POST /api/v1/rejections/resolve': { access: 'operator', body: { code: 'missing_email', action: 'retry' } },
  'POST /api/v1/rejections/:id/resolve': { access: 'operator', body: { action: 'retry' } },
  'GET /api/v1/findings': { access: 'viewer' },
  'POST /api/v1/findings/repair': { access: 'operator', body: { class: 'mismatch' } },
  'POST /api/v1/findings/:id/repair': { access: 'operator' },
  'GET /api/v1/audit': { access: 'viewer' },
  'GET /api/v1/handoff.zip': { access: 'operator' },
  'GET /api/v1/cutover': { access: 'viewer' },
  'POST /api/v1/cutover/freeze-check': { access: 'operator' },
  'POST /api/v1/cutover/:id/confirm': { access: 'operator', body: CONFIRM },
  'POST /api/v1/sign-off': { access: 'owner', body: CONFIRM },
  'POST /api/v1/sign-off/revoke': { access: 'owner', body: CONFIRM },

  'GET /welcome': { access: 'viewer' },
  'GET /console': { access: 'viewer' },
  'POST /console/discovery': { access: 'operator' },
  'GET /console/readiness': { access: 'viewer' },
  'POST /console/readiness': { access: 'operator' },
  'POST /console/readiness/confirm': {
    access: 'operator',
    body: { check: 'workflows_paused', ...CONFIRM },
  },
  'GET /console/starting': { access: 'viewer' },
  'GET /console/connect': { access: 'viewer' },
  'POST /console/connect': { access: 'owner', body: { base_url: 'https://10.0.0.1', api_key: 'key' } },
  'GET /console/teammates': { access: 'viewer' },
  'POST /console/teammates': { access: 'owner', body: { teammate: '5017692', role: 'viewer' } },
  'GET /console/downloads': { access: 'viewer' },
  'GET /console/maps': { access: 'viewer' },
  'GET /console/maps/:object': { access: 'viewer' },
  'POST /console/maps/:object/approve': { access: 'owner', body: { version: 9 } },
  'GET /console/maps/:object/rule': { access: 'operator' },
  'POST /console/maps/:object/rule': { access: 'operator', body: { version: 9, source: 'a', target: 'b' } },
  'GET /console/object-types': { access: 'viewer' },
  'POST /console/object-types': { access: 'operator' },
  'GET /console/rejections': { access: 'viewer' },
  'POST /console/rejections': { access: 'operator', body: { id: '{rejection}', do: 'retry' } },
  'GET /console/findings': { access: 'viewer' },
  'POST /console/findings': { access: 'operator', body: { run: '{run}', class: 'mismatch' } },
  'GET /console/settings': { access: 'viewer' },
  'POST /console/settings': { access: 'operator', body: { rate_share: '50' } },
  'GET /console/audit': { access: 'viewer' },
  'GET /console/cut-over': { access: 'viewer' },
  'POST /console/cut-over/confirm': { access: 'operator', body: { item: 'infraon_read_only', ...CONFIRM } },
  'POST /console/cut-over/freeze-check': { access: 'operator' },
  'POST /console/cut-over/sign-off': { access: 'owner', body: CONFIRM },
  'POST /console/cut-over/revoke': { access: 'owner', body: CONFIRM },
  'GET /console/runs': { access: 'viewer' },
  'POST /console/runs': { access: 'operator', body: { kind: 'full' }, allowedBody: { kind: 'verify' } },
  'GET /console/runs/:id': { access: 'viewer' },
  'POST /console/runs/:id/undo': { access: 'owner', body: { word: 'UNDO' } },
  'POST /console/runs/:id/pause': { access: 'operator' },
  'POST /console/runs/:id/resume': { access: 'operator' },
  'POST /console/runs/:id/cancel': { access: 'operator' },
  'POST /console/runs/:id/approve': { access: 'owner' },
};

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
  match(path: string): boolean;
}

/** `GET /api/v1/runs/:id` for every route that the app has, read from the app itself. */
export function routesOf(app: Express): string[] {
  const walk = (layers: Layer[], prefix: string): string[] =>
    layers.flatMap((layer) => {
      const { route, handle } = layer;
      if (route !== undefined)
        return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${prefix}${route.path}`);
      // A mounted router does not say where; it answers for its own addresses only.
      const mounted = layer.match('/api/v1') && !layer.match('/elsewhere');
      return handle.stack === undefined ? [] : walk(handle.stack, prefix + (mounted ? '/api/v1' : ''));
    });
  return walk((app as unknown as { router: { stack: Layer[] } }).router.stack, '');
}
