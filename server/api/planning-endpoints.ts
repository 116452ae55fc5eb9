import { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { Actor } from '../../pipeline/actors.ts';
import { removeInstallation } from '../../pipeline/install/uninstall.ts';
import { listTeammates, setRole } from '../../pipeline/install/teammates.ts';
import { pageOf } from '../../pipeline/paging.ts';
import { Erasure, PageQuery, RoleChange, Session, Teammate, listOf } from './common-schemas.ts';
import { endpoint, mediaEndpoint, present, type Endpoint } from './endpoint.ts';
import * as schemas from './planning-schemas.ts';

const ObjectParam = z.object({ object: z.string().meta({ description: 'Object key, e.g. `incident`' }) });

function requireOwnWorkspace(named: string, actor: Actor): void {
  if (named === actor.workspaceId) return;
  throw new UserError('Name the workspace that is to be erased.', {
    code: 'workspace_not_named',
    field: 'workspace_id',
    httpStatus: 422,
  });
}

/** From signing in to the checks before a run. */
export const planningEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/session',
    summary: 'Who is signed in, and where',
    reply: Session,
    handle: ({ session }) => Promise.resolve(session.document),
  }),
  endpoint({
    method: 'get',
    path: '/teammates',
    summary: 'Teammates of the workspace and their roles',
    query: PageQuery,
    reply: listOf(Teammate),
    handle: async ({ deps, actor }, { query }) =>
      pageOf(await listTeammates(deps, actor), query, ({ id }) => id),
  }),
  endpoint({
    method: 'patch',
    path: '/teammates/{id}',
    summary: "Change a teammate's role (owners only)",
    params: z.object({ id: z.string() }),
    body: RoleChange,
    reply: Teammate,
    handle: ({ deps, actor }, { params, body }) => setRole(deps, actor, params.id, body.role),
  }),
  endpoint({
    method: 'delete',
    path: '/installation',
    summary: 'Give up the access to Intercom and erase everything kept of this workspace (owners only)',
    body: z.strictObject({ workspace_id: z.string() }),
    reply: Erasure,
    async handle({ deps, actor }, { body }) {
      requireOwnWorkspace(body.workspace_id, actor);
      return { erased: await removeInstallation(deps, actor) };
    },
  }),
  endpoint({
    method: 'put',
    path: '/source',
    summary: 'Connect Infraon: the connection is probed and stored',
    body: schemas.SourceInput,
    reply: schemas.Source,
    handle: ({ useCases, actor }, { body }) => useCases.connectSource(actor, body),
  }),
  endpoint({
    method: 'get',
    path: '/source',
    summary: 'The Infraon connection, without secrets',
    reply: schemas.Source,
    handle: ({ useCases, actor }) => useCases.getSource(actor),
  }),
  endpoint({
    method: 'post',
    path: '/discovery',
    summary: 'Start discovery',
    status: 202,
    reply: schemas.Discovery,
    handle: ({ useCases, actor }) => useCases.startDiscovery(actor),
  }),
  endpoint({
    method: 'get',
    path: '/discovery',
    summary: 'What discovery found',
    reply: schemas.Discovery,
    handle: ({ useCases, actor }) => useCases.getDiscovery(actor),
  }),
  mediaEndpoint({
    method: 'get',
    path: '/scope',
    summary: 'The written migration scope',
    query: z.object({ format: z.enum(['html', 'md', 'json']).default('html') }),
    media: ['text/html', 'text/markdown', 'application/json'],
    async respond({ useCases, actor }, { query }, response) {
      const { contentType, body } = await useCases.getScope(actor, query.format);
      // A document of its own: it may carry a style sheet, and nothing in it may run.
      response.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
      response.type(contentType).send(body);
    },
  }),
  endpoint({
    method: 'get',
    path: '/maps',
    summary: 'The newest map of every object, in counts',
    query: PageQuery,
    reply: listOf(schemas.MapSummary),
    handle: async ({ useCases, actor }, { query }) =>
      pageOf(await useCases.listMaps(actor), query, ({ object }) => object),
  }),
  endpoint({
    method: 'get',
    path: '/maps/{object}',
    summary: 'The newest map of one object',
    params: ObjectParam,
    reply: schemas.ObjectMap,
    handle: ({ useCases, actor }, { params }) => useCases.getMap(actor, params.object),
  }),
  endpoint({
    method: 'patch',
    path: '/maps/{object}',
    summary: 'Edit the newest map: makes a new version, to be approved',
    params: ObjectParam,
    body: schemas.MapEdit,
    reply: schemas.ObjectMap,
    handle: ({ useCases, actor }, { params, body }) => useCases.editMap(actor, params.object, body),
  }),
  endpoint({
    method: 'post',
    path: '/maps/{object}/approve',
    summary: 'Approve the newest map',
    params: ObjectParam,
    body: schemas.MapApproval,
    reply: schemas.ObjectMap,
    handle: ({ useCases, actor }, { params, body }) =>
      useCases.approveMap(actor, params.object, body.version),
  }),
  endpoint({
    method: 'get',
    path: '/object-types',
    summary: "The custom object types to create in Intercom's Settings",
    reply: schemas.ObjectTypes,
    handle: ({ useCases, actor }) => useCases.getObjectTypes(actor),
  }),
  endpoint({
    method: 'post',
    path: '/object-types/probe',
    summary: 'Prove the custom object types with a canary instance each',
    reply: schemas.ObjectTypes,
    handle: ({ useCases, actor }) => useCases.probeObjectTypes(actor),
  }),
  endpoint({
    method: 'get',
    path: '/preflight',
    summary: 'What must be right before a run',
    reply: schemas.Preflight,
    handle: ({ useCases, actor }) => useCases.getPreflight(actor),
  }),
  endpoint({
    method: 'post',
    path: '/preflight/{id}/confirm',
    summary: 'Confirm what no API can tell',
    params: z.object({ id: z.string() }),
    body: schemas.Confirmation,
    reply: schemas.Preflight,
    handle: ({ useCases, actor }, { params, body }) => useCases.confirmPreflight(actor, params.id, body.note),
  }),
  endpoint({
    method: 'get',
    path: '/settings',
    summary: 'Settings of the workspace, defaults filled in',
    reply: schemas.Settings,
    handle: ({ useCases, actor }) => useCases.getSettings(actor),
  }),
  endpoint({
    method: 'patch',
    path: '/settings',
    summary: 'Change the settings that are named',
    body: schemas.SettingsChange,
    reply: schemas.Settings,
    handle: ({ useCases, actor }, { body }) => useCases.updateSettings(actor, present(body)),
  }),
];
