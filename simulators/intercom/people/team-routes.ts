import { api, ok, param, type ApiContext } from '../context.ts';
import { ApiFailure, notFound } from '../failure.ts';
import { fieldsOf, onlyKeys, stringField } from '../request-fields.ts';
import type { Admin, Team } from '../records.ts';
import type { Route } from '../router.ts';
import { PREVIEW } from '../versions.ts';

/** Teammates and teams: readable only, apart from Preview membership (Intercom API 2.16, Admins and Teams). */
export const teamRoutes: Route[] = [
  { method: 'GET', path: '/me', handler: api((context) => ok(me(context))) },
  {
    method: 'GET',
    path: '/admins',
    handler: api((context) =>
      ok({ type: 'admin.list', admins: [...context.workspace.admins.values()].map(adminView) }),
    ),
  },
  {
    method: 'GET',
    path: '/admins/{id}',
    handler: api((context) => {
      const admin = context.workspace.admins.get(param(context, 0));
      if (admin === undefined) throw notFound('Admin not found', 'admin_not_found');
      return ok({ ...adminView(admin), away_status_reason_id: null });
    }),
  },
  {
    method: 'GET',
    path: '/teams',
    handler: api((context) =>
      ok({ type: 'team.list', teams: [...context.workspace.teams.values()].map(teamView) }),
    ),
  },
  { method: 'GET', path: '/teams/{id}', handler: api((context) => ok(teamView(teamOf(context)))) },
  { method: 'PUT', path: '/teams/{id}', since: PREVIEW, handler: api(replaceMembers) },
  { method: 'POST', path: '/app_install/status', handler: api(reportHealth) },
];

function me({ admin, workspace, state }: ApiContext): Record<string, unknown> {
  return {
    type: 'admin',
    id: admin.id,
    email: admin.email,
    name: admin.name,
    email_verified: admin.emailVerified && state.switches.emailVerified,
    app: {
      type: 'app',
      id_code: workspace.id,
      name: workspace.name,
      created_at: workspace.createdAt,
      secure: false,
      identity_verification: false,
      timezone: workspace.timezone,
      region: workspace.region,
    },
    avatar: {
      type: 'avatar',
      image_url: 'https://static.intercomassets.com/assets/default-avatars/admins/128.png',
    },
    has_inbox_seat: admin.hasInboxSeat,
  };
}

function adminView(admin: Admin): Record<string, unknown> {
  return {
    type: 'admin',
    id: admin.id,
    name: admin.name,
    email: admin.email,
    away_mode_enabled: false,
    away_mode_reassign: false,
    has_inbox_seat: admin.hasInboxSeat,
    team_ids: admin.teamIds,
  };
}

function teamView(team: Team): Record<string, unknown> {
  return { type: 'team', id: team.id, name: team.name, admin_ids: team.adminIds };
}

function teamOf(context: ApiContext): Team {
  const team = context.workspace.teams.get(param(context, 0));
  if (team === undefined) throw notFound('Team not found', 'team_not_found');
  return team;
}

function replaceMembers(context: ApiContext): ReturnType<typeof ok> {
  if (!context.state.switches.previewEnabled) throw new ApiFailure(403, 'forbidden', 'Forbidden request');
  const team = teamOf(context);
  const ids = fieldsOf(context)['admin_ids'];
  if (!Array.isArray(ids) || ids.length > 1_000)
    throw new ApiFailure(400, 'parameter_invalid', 'admin_ids must be an array of at most 1000 ids');
  const numbers = ids.map(Number);
  if (numbers.some((id) => !context.workspace.admins.has(String(id))))
    throw notFound('Admin not found', 'admin_not_found');
  team.adminIds = numbers;
  for (const admin of context.workspace.admins.values()) {
    admin.teamIds = [...context.workspace.teams.values()]
      .filter((each) => each.adminIds.includes(Number(admin.id)))
      .map((each) => Number(each.id));
  }
  return ok(teamView(team));
}

/** Health pushed by the app (app platform, section 1.8); the published descriptions do not carry this path. */
function reportHealth(context: ApiContext): ReturnType<typeof ok> {
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['state', 'message', 'cta_type', 'cta_label', 'cta_url']);
  const state = stringField(fields, 'state');
  const message = stringField(fields, 'message') ?? null;
  if (state !== 'OK' && state !== 'UNHEALTHY' && state !== 'UNKNOWN') {
    throw new ApiFailure(400, 'parameter_invalid', 'state must be OK, UNHEALTHY or UNKNOWN', {
      field: 'state',
    });
  }
  if (state === 'UNHEALTHY' && (message === null || message === '')) {
    throw new ApiFailure(400, 'parameter_not_found', 'message is required when UNHEALTHY', {
      field: 'message',
    });
  }
  if ((message?.length ?? 0) > 2_084)
    throw new ApiFailure(400, 'parameter_invalid', 'message is too long', { field: 'message' });
  const cta = Object.fromEntries(Object.entries(fields).filter(([key]) => key.startsWith('cta_')));
  context.workspace.healthReports.push({ at: context.now, state, message, cta });
  return ok({});
}
