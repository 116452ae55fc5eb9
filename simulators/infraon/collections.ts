import type { Desk, JsonObject } from './desk.ts';

/** One kind of record: where it lies in the desk and which keys identify and stamp it. */
export type Collection = {
  name: string;
  records: (desk: Desk) => JsonObject[];
  idKey: string;
  /** `null`: the object has no update stamp (requester, catalogue, location). */
  updatedKey: string | null;
  createdKey: string | null;
};

function collection<Key extends keyof Desk>(
  name: string,
  key: Key,
  idKey: string,
  updatedKey: string | null = 'last_update_time',
  createdKey: string | null = 'creation_time',
): Collection {
  return { name, records: (desk) => desk[key] as JsonObject[], idKey, updatedKey, createdKey };
}

export const COLLECTIONS = {
  incident: collection('incident', 'incidents', 'incident_id'),
  problem: collection('problem', 'problems', 'problem_id'),
  change: collection('change', 'changes', 'change_id'),
  release: collection('release', 'releases', 'release_id'),
  requester: collection('requester', 'requesters', 'requester_id', null),
  user: collection('user', 'users', 'profile_id', null),
  role: collection('role', 'roles', 'group_id', 'last_update_time', null),
  team: collection('team', 'teams', 'team_id'),
  department: collection('department', 'departments', 'dept_id'),
  location: collection('location', 'locations', 'location_id', null, null),
  vendor: collection('vendor', 'vendors', 'vendor_id', null, null),
  tag: collection('tag', 'tags', 'tag_id'),
  item_classification: collection('item_classification', 'item_classifications', 'template_id'),
  cmdb_profile: collection('cmdb_profile', 'cmdb_profiles', 'ci_id', null),
  relation: collection('relation', 'relations', 'relation_id', null, null),
  task: collection('task', 'tasks', 'task_id'),
  article: collection('article', 'articles', 'kb_id'),
  article_category: collection('article_category', 'article_categories', 'category_id', null, null),
  catalogue: collection('catalogue', 'catalogue', 'catalogue_id', null, null),
  workflow: collection('workflow', 'workflows', 'workflow_id', null, null),
} as const satisfies Record<string, Collection>;

export type CollectionName = keyof typeof COLLECTIONS;

export function isCollectionName(name: string): name is CollectionName {
  return Object.hasOwn(COLLECTIONS, name);
}
