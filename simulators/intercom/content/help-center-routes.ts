import { api, ok, param, type ApiContext, type Reply } from '../context.ts';
import { ApiFailure, invalid, missing, notFound } from '../failure.ts';
import { numberedPage } from '../paging.ts';
import { fieldsOf, idField, onlyKeys, pageNumber, pageSize, stringField } from '../request-fields.ts';
import type { Route } from '../router.ts';
import { V216 } from '../versions.ts';
import type { HelpCenter, Redirect } from './store.ts';

/** Help Centers are read only; redirects for old addresses are new in 2.16 (Intercom API 2.16, Help Center). */
export const helpCenterRoutes: Route[] = [
  { method: 'GET', path: '/help_center/help_centers', handler: api(list) },
  {
    method: 'GET',
    path: '/help_center/help_centers/{id}',
    handler: api((context) => ok(helpCenterView(context, helpCenterOf(context)))),
  },
  {
    method: 'GET',
    path: '/help_center/help_centers/{id}/redirects',
    since: V216,
    handler: api(listRedirects),
  },
  {
    method: 'POST',
    path: '/help_center/help_centers/{id}/redirects',
    since: V216,
    handler: api(createRedirect),
  },
  {
    method: 'GET',
    path: '/help_center/help_centers/{id}/redirects/{redirect_id}',
    since: V216,
    handler: api((context) => ok(redirectView(redirectOf(context)))),
  },
  {
    method: 'DELETE',
    path: '/help_center/help_centers/{id}/redirects/{redirect_id}',
    since: V216,
    handler: api((context) => {
      const redirect = redirectOf(context);
      context.workspace.content.redirects.delete(redirect.id);
      return ok({ id: redirect.id, object: 'help_center_redirect', deleted: true });
    }),
  },
];

function list(context: ApiContext): Reply {
  const all = [...context.workspace.content.helpCenters.values()];
  return ok({ type: 'list', data: all.map((helpCenter) => helpCenterView(context, helpCenter)) });
}

function helpCenterOf(context: ApiContext): HelpCenter {
  const helpCenter = context.workspace.content.helpCenters.get(param(context, 0));
  if (helpCenter === undefined) throw notFound();
  return helpCenter;
}

function helpCenterView(context: ApiContext, helpCenter: HelpCenter): Record<string, unknown> {
  return {
    id: helpCenter.id,
    workspace_id: context.workspace.id,
    created_at: helpCenter.createdAt,
    updated_at: helpCenter.updatedAt,
    identifier: helpCenter.identifier,
    website_turned_on: true,
    display_name: helpCenter.displayName,
    url: helpCenter.url,
    custom_domain: new URL(helpCenter.url).host,
  };
}

function redirectView(redirect: Redirect): Record<string, unknown> {
  return {
    id: redirect.id,
    type: 'help_center_redirect',
    from_url: redirect.fromUrl,
    locale: redirect.locale,
    help_center_id: redirect.helpCenterId,
    target_type: redirect.targetType,
    target_id: redirect.targetId,
    created_at: redirect.createdAt,
    updated_at: redirect.updatedAt,
  };
}

function redirectOf(context: ApiContext): Redirect {
  const helpCenter = helpCenterOf(context);
  const redirect = context.workspace.content.redirects.get(param(context, 1));
  if (redirect?.helpCenterId !== helpCenter.id) throw notFound('Resource not found');
  return redirect;
}

function listRedirects(context: ApiContext): Reply {
  const helpCenter = helpCenterOf(context);
  const found = [...context.workspace.content.redirects.values()].filter(
    (each) => each.helpCenterId === helpCenter.id,
  );
  const address = `${context.state.url}/help_center/help_centers/${helpCenter.id}/redirects`;
  const page = numberedPage(
    found.reverse(),
    pageNumber(context.query),
    pageSize(context.query, 50, 150),
    address,
  );
  return ok({ type: 'list', data: page.items.map(redirectView), total_count: page.total, pages: page.pages });
}

function createRedirect(context: ApiContext): Reply {
  const helpCenter = helpCenterOf(context);
  const { content } = context.workspace;
  const fields = fieldsOf(context);
  onlyKeys(context, fields, ['from_url', 'locale', 'target_type', 'target_id']);
  const fromUrl = stringField(fields, 'from_url');
  if (fromUrl === undefined || fromUrl === null || fromUrl === '')
    throw missing('from_url is required', 'from_url');
  const targetType = fields['target_type'];
  if (targetType !== 'article' && targetType !== 'collection') {
    throw invalid("target_type must be 'article' or 'collection'", 'target_type');
  }
  const targetId = idField(fields, 'target_id') ?? '';
  const targets = targetType === 'article' ? content.articles : content.collections;
  if (!targets.has(targetId)) throw notFound('Resource not found');
  if (!URL.canParse(fromUrl) || new URL(fromUrl).host !== new URL(helpCenter.url).host) {
    throw new ApiFailure(
      422,
      'data_invalid',
      "from_url must be an absolute URL within this help center's URL space",
    );
  }
  if ([...content.redirects.values()].some((each) => each.fromUrl === fromUrl)) {
    throw new ApiFailure(409, 'resource_conflict', 'A redirect with that URL already exists');
  }
  const redirect: Redirect = {
    id: context.workspace.ids.next('redirect'),
    helpCenterId: helpCenter.id,
    fromUrl,
    targetType,
    targetId,
    locale: stringField(fields, 'locale') ?? 'en',
    createdAt: context.now,
    updatedAt: context.now,
  };
  content.redirects.set(redirect.id, redirect);
  return ok(redirectView(redirect));
}
