import type { Json, JsonObject } from '../desk.ts';
import { listReply, listedRecords, pageReply } from '../lists.ts';
import { json } from '../reply.ts';
import type { Call, Handler, Reply } from '../reply.ts';
import type { Route } from '../router.ts';
import { csv, plainRoutes, recordById } from './people.ts';

function get(path: string, handler: Handler): Route {
  return { method: 'GET', path, handler };
}

function isActive({ config }: JsonObject): boolean {
  const { state, is_archive } = config as JsonObject;
  return state === 'Active' && is_archive !== true;
}

/** The list has active articles only, each as `{kb_id, config}`, and pages by offset. */
function articleList(call: Call): Reply {
  const all = listedRecords(call.state, 'article', call.query);
  const rows = call.state.switches.kb_list_inactive ? all : all.filter(isActive);
  return pageReply(
    call,
    rows,
    ({ kb_id, config }) => ({ kb_id: kb_id ?? null, config: config ?? {} }),
    'offset',
  );
}

function categoryTree(rows: JsonObject[], parent: Json): Json[] {
  return rows
    .filter(({ parent_id }) => parent_id === parent)
    .map(({ category_id = null, name = '' }) => ({
      category_id,
      name,
      children: categoryTree(rows, category_id),
    }));
}

function articleCategories({ state }: Call): Reply {
  const rows = state.desk.article_categories;
  return json(
    { flat: rows as Json[], tree: categoryTree(rows, null), empty: [] }[state.switches.kb_categories],
  );
}

/** Knowledge base, service catalogue, workflows, tags, field configuration, business rules. */
export function knowledgeRoutes(): Route[] {
  const kb = '/ux/common/kb/kb/';
  const catalogue = '/ux/common/catalogue/servicecatalogue/';
  return [
    get(kb, articleList),
    get(`${kb}categories/`, articleCategories),
    ...['options', 'attachment', 'comments', 'ratings', 'views', 'history'].map((name) =>
      get(`${kb}${name}/`, () => json([])),
    ),
    get(`${kb}download_csv/`, csv('article', ['kb_id', 'display_id'])),
    get(`${kb}{id}/`, recordById('article')),
    ...['service-list', 'services', 'service_classes', 'classification', 'attachment', 'history'].map(
      (name) => get(`${catalogue}${name}/`, () => json([])),
    ),
    get(`${catalogue}options-config/`, () => json({})),
    ...plainRoutes(catalogue, 'catalogue', 'whole'),
    // Seen with a client, absent from the published schema: an object with `results` whatever the envelope.
    get('/ux/common/workflow/config/', ({ state }) => json({ results: state.desk.workflows })),
    get('/ux/common/tag/tag/options/', () => json({})),
    get('/ux/common/tag/tag/filter/', () => json({})),
    get('/ux/common/tag/tag/', (call) => listReply(call, 'tag', (row) => row)),
    get('/ux/common/tag/tag/{id}/', recordById('tag')),
  ];
}
