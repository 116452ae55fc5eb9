import type { FindingDocument } from '../../pipeline/reconcile/findings.ts';
import type { RecordDocument } from '../../pipeline/records.ts';
import type { Desk } from '../../simulators/infraon/desk.ts';
import type { ContentDifference } from './contents.ts';
import { markerOf } from './fidelity.ts';
import { rejections, type Tenant } from './tenant.ts';

/** Why a workspace that followed the source may differ from one that was loaded afresh. */
export type Reason =
  | 'deleted at the source, kept here'
  | 'refused by a fresh load, for its person is gone'
  | 'links to what a fresh load has not'
  | 'changed on both sides, left to a person'
  | 'changed by people'
  | 'sent before it was edited at the source'
  | 'sent before it was deleted at the source'
  | 'sent when its time lay in the future'
  | 'assigned while it was open again';

interface Listed {
  deleted: Set<string>;
  refusedAfresh: Set<string>;
  conflicts: Set<string>;
  /** `conversation INFRAONINCI1003 title` */
  byPeople: Set<string>;
  edited: Set<string>;
  deletedEntries: Set<string>;
}

const INSTANCES: Record<string, string> = {
  configuration_item: 'InfraonConfigurationItem',
  asset: 'InfraonAsset',
  problem: 'InfraonProblem',
  change: 'InfraonChange',
  release: 'InfraonRelease',
};

/** What the product itself lists: findings, rejected records, and the warnings of records. */
async function listedBy(tenant: Tenant, fresh: Tenant, desk: Desk): Promise<Listed> {
  const nameOf = (object: string, id: string): string => {
    if (object === 'incident') {
      const incident = desk.incidents.find(({ incident_id }) => incident_id === id);
      return `conversation ${incident === undefined ? id : markerOf(incident)}`;
    }
    if (object === 'article')
      return `article ${desk.articles.find(({ kb_id }) => kb_id === id)?.config['title'] as string}`;
    if (object === 'company') return `company infraon:org:${id}`;
    return `${INSTANCES[object] ?? 'contact'} ${id}`;
  };
  const findings: FindingDocument[] = [];
  for (const name of ['changed_at_source', 'changed_in_intercom'])
    findings.push(
      ...(await tenant.admin.get<{ items: FindingDocument[] }>(`/findings?class=${name}&limit=200`)).items,
    );
  const warnings = await Promise.all(
    desk.incidents.map(async ({ incident_id }) => {
      const path = `/records/incident/${incident_id}`;
      const record = await tenant.admin.get<RecordDocument>(path).catch(() => undefined);
      return (record?.warnings ?? []).map(({ code }) => `${code} ${nameOf('incident', incident_id)}`);
    }),
  );
  const said = (code: string) =>
    new Set(
      warnings.flat().flatMap((line) => (line.startsWith(`${code} `) ? [line.slice(code.length + 1)] : [])),
    );
  const named = async (which: Tenant) =>
    (await rejections(which)).map((each) => [each.code, nameOf(each.object, each.source_id)] as const);
  return {
    deleted: new Set(
      findings
        .filter((each) => each.class === 'changed_at_source')
        .map((each) => nameOf(each.object, each.source_id)),
    ),
    refusedAfresh: new Set((await named(fresh)).map(([, name]) => name)),
    conflicts: new Set(
      (await named(tenant)).flatMap(([code, name]) => (code === 'edited_in_intercom' ? [name] : [])),
    ),
    byPeople: new Set(
      findings
        .filter((each) => each.class === 'changed_in_intercom')
        .map((each) => `${nameOf(each.object, each.source_id)} ${fieldOf(each.field)}`),
    ),
    edited: said('edited_at_source'),
    deletedEntries: said('deleted_at_source'),
  };
}

/** The reason of each difference; null for one that nothing explains. */
export async function reasonsOf(
  differences: ContentDifference[],
  { tenant, fresh, desk }: { tenant: Tenant; fresh: Tenant; desk: Desk },
): Promise<(Reason | null)[]> {
  const listed = await listedBy(tenant, fresh, desk);
  return differences.map((difference) => reasonOf(difference, listed));
}

/** A finding's field as contents call it. */
function fieldOf(field: string): string {
  const [first = '', ...rest] = field.split('.');
  return first === 'custom_attributes' ? `attribute ${rest.join('.')}` : first;
}

function reasonOf({ record, field, one, other }: ContentDifference, listed: Listed): Reason | null {
  if (field === null) {
    if (other !== null) return null;
    if (listed.deleted.has(record)) return 'deleted at the source, kept here';
    return listed.refusedAfresh.has(record) ? 'refused by a fresh load, for its person is gone' : null;
  }
  if (listed.conflicts.has(record)) return 'changed on both sides, left to a person';
  const isPart = field.startsWith('part ');
  if (listed.byPeople.has(`${record} ${isPart ? 'parts' : field}`)) return 'changed by people';
  if (isLeftLink(one, other, listed)) return 'links to what a fresh load has not';
  if (listed.edited.has(record) && (isPart || field === 'body' || field === 'contacts'))
    return 'sent before it was edited at the source';
  if (listed.deletedEntries.has(record) && isPart) return 'sent before it was deleted at the source';
  if (isPart && withoutTime(one) === withoutTime(other)) return 'sent when its time lay in the future';
  return field === 'assignee' && other === '0' ? 'assigned while it was open again' : null;
}

function isLeftLink(one: string | null, other: string | null, { deleted, refusedAfresh }: Listed): boolean {
  const names = (text: string | null): string[] =>
    text?.startsWith('["') === true ? (JSON.parse(text) as string[]) : [];
  const left = names(one).filter((name) => !deleted.has(name) && !refusedAfresh.has(name));
  return names(one).length > left.length && JSON.stringify(left) === JSON.stringify(names(other));
}

function withoutTime(part: string | null): string {
  return JSON.stringify((JSON.parse(part ?? '[]') as unknown[]).toSpliced(2, 1));
}
