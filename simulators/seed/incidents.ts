import type { Incident, Json, JsonObject, Requester, Team, User } from '../infraon/desk.ts';
import { isObject, textOf } from '../infraon/json-values.ts';
import { incidentRecord } from '../infraon/records.ts';
import { MODULES } from '../infraon/vocabulary.ts';
import type { ImpactName, PriorityName, SourceName, StatusName, UrgencyName } from '../infraon/vocabulary.ts';
import { DAY_MS, HOUR_MS, escapeHtml, later } from './build.ts';
import type { Build } from './build.ts';
import { attachSomething, inlineImage } from './files.ts';
import { workflowOf } from './foundations.ts';
import { anyRequester } from './people.ts';
import type { People } from './people.ts';
import { ENGLISH } from './texts/english.ts';
import type { Corpus } from './texts/corpus.ts';
import { addEntry, addThread } from './threads.ts';

/** The custom fields of the ticket workflow, one of each type on record. */
const INCIDENT_FIELDS: JsonObject[] = [
  { data_key: 'col_1650000000101', label: 'Affected Version', type: 'text', section: 'general' },
  { data_key: 'col_1650000000102', label: 'Business Impact', type: 'textarea', section: 'general' },
  { data_key: 'col_1650000000103', label: 'Site', type: 'dropdown', section: 'general' },
  { data_key: 'col_1650000000104', label: 'Promised Until', type: 'datetime-local', section: 'assignment' },
  {
    data_key: 'col_1650000000105',
    label: 'Root Cause Group',
    type: 'dropdown',
    section: 'resolution',
    is_keyvalue: true,
  },
].map((field) => ({
  name: field.data_key,
  placeholder: '',
  is_customfield: true,
  is_keyvalue: false,
  options: [],
  regex: null,
  roles: [],
  is_add_ui: true,
  is_customer_ui: false,
  ...field,
}));

/** Values of the dropdown `Site`. */
export const SITES = ['North', 'South', 'Harbour', 'Airport', 'Köln-Süd', '大阪'];
const CAUSES = ['Human Error', 'Hardware', 'Software', 'Supplier', 'Unknown'];

function customData(build: Build, created: number): JsonObject {
  const { prng } = build;
  const data: JsonObject = {};
  if (prng.chance(0.5))
    data.col_1650000000101 = `${prng.between(1, 9)}.${prng.between(0, 20)}.${prng.between(0, 9)}`;
  if (prng.chance(0.3))
    data.col_1650000000102 = `${prng.between(2, 80)} people cannot work.\nNo workaround yet.`;
  if (prng.chance(0.7)) data.col_1650000000103 = prng.pick(SITES);
  if (prng.chance(0.2)) data.col_1650000000104 = new Date(created + 2 * DAY_MS).toISOString().slice(0, 16);
  if (prng.chance(0.6)) data.col_1650000000105 = prng.pick(CAUSES);
  return data;
}

const OPEN_STATUSES: StatusName[] = ['New', 'Responded', 'Analysis', 'Analysis', 'Escalated', 'On Hold'];
const PRIORITY_WEIGHTS: PriorityName[] = [
  'Critical',
  'High',
  'High',
  'Medium',
  'Medium',
  'Medium',
  'Medium',
  'Low',
  'Low',
  'Very Low',
];
const URGENCY_WEIGHTS: UrgencyName[] = ['High', 'Medium', 'Medium', 'Low'];
const IMPACT_WEIGHTS: ImpactName[] = ['Business', 'Location', 'Department', 'Group', 'User', 'User', 'User'];
const SOURCE_WEIGHTS: SourceName[] = ['Web', 'Web', 'Email', 'Email', 'Email', 'Phone', 'Mobile App'];

function pickStatus(build: Build, age: number): StatusName {
  const { prng } = build;
  const settled = age > 60 * DAY_MS ? 0.76 : 0.5;
  if (prng.chance(settled)) return prng.chance(0.97) ? 'Closed' : 'Closed By Origin Ticket';
  return prng.chance(0.25) ? 'Waiting For Closure' : prng.pick(OPEN_STATUSES);
}

/** Ticket tags as id, name or object: their content is not documented, so the desk has all three. */
function pickTags(build: Build): Json[] {
  const { prng, desk } = build;
  if (!prng.chance(0.4)) return [];
  const { tag_id, name } = prng.pick(desk.tags);
  const form = prng.between(0, 2);
  return [form === 0 ? tag_id : form === 1 ? name : { tag_id, name }];
}

function filled(build: Build, text: string, host: string): string {
  return text.replaceAll('{host}', host).replaceAll('{n}', build.prng.between(2, 40).toString());
}

type Story = {
  requester: Requester;
  corpus: Corpus;
  topic: Corpus['topics'][number];
  summary: string;
  description: string;
  host: string;
};

function story(build: Build, people: People): Story {
  const { prng, desk } = build;
  const requester = anyRequester(build);
  const corpus = people.languages.get(requester.requester_id)?.corpus ?? ENGLISH;
  const topic = prng.pick(corpus.topics);
  const host = prng.pick(desk.cmdb_profiles).ci_name;
  return {
    requester,
    corpus,
    topic,
    host,
    summary: filled(build, topic.summary, host),
    description: `<p>${escapeHtml(filled(build, topic.body, host))}</p>`,
  };
}

/** 1 to 25, mostly few. */
function threadLength(build: Build): number {
  return 1 + Math.floor(build.prng.next() ** 2.6 * 25);
}

/** Who works on a ticket: a team, its members, and perhaps an assignee among them. */
function crew(build: Build): { team: Team; members: User[]; assignee: User | null } {
  const { prng, desk } = build;
  const team = prng.pick(desk.teams.filter(({ module_id }) => module_id === 10));
  const ids = new Set(team.staffs.map((member) => (isObject(member) ? textOf(member.profile_id) : '')));
  const members = desk.users.filter(({ profile_id }) => ids.has(profile_id));
  return { team, members, assignee: prng.chance(0.9) ? prng.pick(members) : null };
}

type Life = {
  status: StatusName;
  respondedAt: number | null;
  resolvedAt: number | null;
  closedAt: number | null;
  updatedAt: number;
};

function life(build: Build, created: number): Life {
  const status = pickStatus(build, build.now - created);
  const respondedAt = status === 'New' ? null : later(build, created, 8 * HOUR_MS);
  const settled = status.startsWith('Closed') || status === 'Waiting For Closure';
  const resolvedAt = settled ? later(build, respondedAt ?? created, 12 * DAY_MS) : null;
  const closedAt =
    status.startsWith('Closed') && resolvedAt !== null ? later(build, resolvedAt, 5 * DAY_MS) : null;
  const updatedAt = closedAt ?? resolvedAt ?? later(build, respondedAt ?? created, 10 * DAY_MS);
  return { status, respondedAt, resolvedAt, closedAt, updatedAt };
}

function addIncident(build: Build, people: People, index: number, created: number): Incident {
  const { prng, desk } = build;
  const told = story(build, people);
  const { team, members, assignee } = crew(build);
  const lived = life(build, created);
  const id = build.id(created);
  const displayId = `${MODULES.incident.prefix}${(1001 + index).toString()}`;
  const source = prng.pick(SOURCE_WEIGHTS);
  const spot = { module: 'incident', refId: id, at: created, author: told.requester.requester_id } as const;
  const description = `${told.description}${prng.chance(0.08) ? inlineImage(build, spot) : ''}`;
  const incident = incidentRecord({
    id,
    displayId,
    organization: desk.organization,
    workflowId: workflowOf(build, 'incident'),
    summary: told.summary,
    description,
    requester: told.requester,
    priority: prng.pick(PRIORITY_WEIGHTS),
    urgency: prng.pick(URGENCY_WEIGHTS),
    impact: prng.pick(IMPACT_WEIGHTS),
    source,
    service: { catalogue: 'IT Services', category: told.topic.category, service: told.topic.service },
    assignee,
    team,
    createdAt: created,
    closureNote: lived.resolvedAt === null ? null : `<p>${escapeHtml(prng.pick(told.corpus.closings))}</p>`,
    tags: pickTags(build),
    slaIds: prng.chance(0.8) ? [textOf(prng.pick(desk.sla_policies).sla_id)] : [],
    customFields: INCIDENT_FIELDS,
    customData: customData(build, created),
    createdBy: members[0] ?? null,
    ...lived,
  });
  if (prng.chance(0.35)) {
    const ci = prng.pick(desk.cmdb_profiles);
    incident.impacted_asset = [{ ci_id: ci.ci_id, ci_name: ci.ci_name, asset_id: ci.asset_id ?? null }];
  }
  if (prng.chance(0.1)) attachSomething(build, spot);
  const place = {
    module: 'incident',
    refId: id,
    displayId,
    requester: told.requester,
    technicians: members,
    corpus: told.corpus,
    from: created + 60_000,
    to: lived.updatedAt,
  } as const;
  // A mail becomes the description and stays in the message store, marked as such.
  if (source === 'Email') {
    addEntry(build, place, {
      body: description,
      at: created,
      author: told.requester.requester_id,
      asMail: true,
      isDescription: true,
    });
  }
  addThread(build, place, threadLength(build));
  return incident;
}

/** `build.incidents` incidents of the past two years, oldest first. */
export function addIncidents(build: Build, people: People): void {
  const { prng, desk, now, incidents } = build;
  const span = 730 * DAY_MS - HOUR_MS;
  for (let index = 0; index < incidents; index += 1) {
    const created = Math.floor(now - 730 * DAY_MS + ((index + prng.next() * 0.9) / incidents) * span);
    desk.incidents.push(addIncident(build, people, index, created));
  }
}
