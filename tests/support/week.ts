import type { Desk, Incident, Json } from '../../simulators/infraon/desk.ts';
import { status, STATES, type StateName, type StatusName } from '../../simulators/infraon/vocabulary.ts';
import type { Conversation } from '../../simulators/intercom/records.ts';
import type { Tenant } from './tenant.ts';

type Edit = Record<string, unknown>;

export interface Day {
  name: string;
  /** How far the desk's clock is off on that day. */
  clockSkewMs: number;
  edits: Edit[];
  /** What no edit of the simulator says. */
  atOnce?: () => void;
  /** What people do in Intercom meanwhile. */
  people?: Edit[];
  /** What goes wrong while the day's delta is written. */
  trouble?: 'answers are lost' | 'the worker is killed';
}

const TEN_MINUTES = 600_000;

/** Some days of a support desk after its first load, with everything that can happen to a record. */
export function weekOf(tenant: Tenant, desk: Desk, conversations: Map<string, Conversation[]>): Day[] {
  const loaded = desk.incidents.filter(({ incident_id }) => conversations.has(incident_id));
  const isClosed = (incident: Incident) => (incident.basic_info['state'] as { id?: number }).id === 5;
  const closed = loaded.filter(isClosed);
  const open = loaded.filter((incident) => !isClosed(incident));
  const at = <T>(list: T[], index: number): T => {
    const found = list[index];
    if (found === undefined) throw new Error(`the desk is too small for ${index}`);
    return found;
  };
  const incidents = {
    renamed: at(closed, 0),
    noted: at(closed, 1),
    answered: at(open, 0),
    deleted: at(closed, 2),
    reopened: at(closed, 3),
    merged: at(open, 1),
    mergedInto: at(open, 2),
    both: at(closed, 4),
    theirs: at(closed, 5),
    moved: at(closed, 6),
    closedAgain: at(open, 3),
    described: at(closed, 7),
    unlinked: at(
      closed.filter((incident) => (incident['impacted_asset'] as Json[]).length > 0),
      4,
    ),
  };
  const asked = new Set(loaded.map(({ requester_id }) => requester_id));
  const people = {
    renamed: at(desk.requesters, 3),
    moved: at(desk.requesters, 4),
    gone: at(
      desk.requesters.filter(({ requester_id }) => !asked.has(requester_id)),
      0,
    ),
    goneWithIncidents: at(
      desk.requesters.filter(({ requester_id }) => requester_id === incidents.closedAgain.requester_id),
      0,
    ),
    both: at(desk.requesters, 7),
  };
  const to = (name: StatusName, state: StateName) => ({
    'basic_info.status': status(name, ''),
    'basic_info.state': { ...STATES[state] },
  });
  const incident = (which: Incident, data: Edit, op = 'update'): Edit => ({
    object: 'incident',
    id: which.incident_id,
    op,
    data,
  });
  const note = (which: Incident, description: string, isPrivate: boolean, more: Edit = {}): Edit =>
    incident(which, { description: `<p>${description}</p>`, is_private: isPrivate, ...more }, 'add_note');
  const conversationOf = (which: Incident) => conversations.get(which.incident_id)?.[0]?.id ?? '';
  const contactOf = (id: string) =>
    [...tenant.workspace.contacts.values()].find(({ externalId }) => externalId?.includes(id) === true)?.id;

  const days: Day[] = [
    {
      name: 'Monday: edits of every object, by a clock that is slow',
      clockSkewMs: -TEN_MINUTES,
      trouble: 'answers are lost',
      edits: [
        incident(incidents.renamed, { 'basic_info.summary': 'Another summary' }),
        note(incidents.noted, 'A late note on an old incident', true),
        note(incidents.answered, 'A public answer', false),
        incident(incidents.deleted, { hard: true }, 'delete'),
        {
          object: 'requester',
          id: people.renamed.requester_id,
          op: 'update',
          data: { full_name: 'Renamed Person', unmasked_full_name: 'Renamed Person' },
        },
        {
          object: 'requester',
          id: people.moved.requester_id,
          op: 'update',
          data: { organization_name: 'Another Company Ltd', designation: 'Head of Things' },
        },
        {
          object: 'user',
          id: at(desk.users, 3).profile_id,
          op: 'update',
          data: { designation: 'Team Lead' },
        },
        {
          object: 'cmdb_profile',
          id: at(desk.cmdb_profiles, 1).ci_id,
          op: 'update',
          data: { ci_name: 'rtr-renamed-0002', criticality: 'High' },
        },
        {
          object: 'problem',
          id: at(desk.problems, 0).problem_id,
          op: 'update',
          data: { 'basic_info.summary': 'The problem has another name' },
        },
        {
          object: 'change',
          id: at(desk.changes, 0).change_id,
          op: 'update',
          data: { 'basic_info.summary': 'The change has another name' },
        },
        {
          object: 'release',
          id: at(desk.releases, 0).release_id,
          op: 'update',
          data: { 'basic_info.summary': 'The release has another name' },
        },
        {
          object: 'article',
          id: at(desk.articles, 1).kb_id,
          op: 'update',
          data: { 'config.title': 'VPN errors', 'config.content.info': '<p>Call us about VPN errors.</p>' },
        },
        {
          object: 'requester',
          id: '',
          op: 'create',
          data: {
            requester_id: '190000000000000000001',
            full_name: 'New Person',
            unmasked_full_name: 'New Person',
            email: 'new.person@another.example',
            unmasked_email: 'new.person@another.example',
            contact: 'new.person@another.example',
            organization_name: 'New Company Ltd',
          },
        },
        {
          object: 'incident',
          id: '190000000000000000002',
          op: 'create',
          data: { requester_id: '190000000000000000001', display_id: 'INCI9001' },
        },
      ],
    },
    {
      name: 'Tuesday: re-opened, merged, moved and deleted, and edits on both sides, by a clock that is fast',
      clockSkewMs: TEN_MINUTES,
      trouble: 'the worker is killed',
      edits: [
        incident(incidents.reopened, to('New', 'open')),
        note(incidents.reopened, 'It happens again', false, { created_by: incidents.reopened.requester_id }),
        incident(incidents.merged, { into: incidents.mergedInto.incident_id }, 'merge'),
        incident(incidents.both, { 'basic_info.summary': 'Infraon says' }),
        note(incidents.theirs, 'One more', true),
        incident(incidents.closedAgain, to('Closed', 'closed')),
        { object: 'requester', id: people.gone.requester_id, op: 'delete', data: { hard: true } },
        {
          object: 'requester',
          id: people.both.requester_id,
          op: 'update',
          data: { full_name: 'Infraon Says', unmasked_full_name: 'Infraon Says' },
        },
        { object: 'problem', id: at(desk.problems, 1).problem_id, op: 'delete', data: {} },
        { object: 'cmdb_profile', id: at(desk.cmdb_profiles, 5).ci_id, op: 'delete', data: { hard: true } },
        { object: 'article', id: at(desk.articles, 2).kb_id, op: 'delete', data: { hard: true } },
        {
          object: 'relation',
          id: at(desk.relations, 0).relation_id,
          op: 'delete',
          data: { hard: true },
        },
      ],
      people: [
        { resource: 'conversation', id: conversationOf(incidents.both), set: { title: 'Intercom says' } },
        { resource: 'conversation', id: conversationOf(incidents.theirs), set: { title: 'Ours now' } },
        { resource: 'conversation', id: conversationOf(incidents.noted), note: 'A teammate wrote this.' },
        { resource: 'contact', id: contactOf(people.both.requester_id), set: { name: 'Intercom Says' } },
      ],
    },
    {
      name: 'Wednesday: what was changed is changed again, by a clock that is right',
      clockSkewMs: 0,
      edits: [
        incident(incidents.renamed, {
          'basic_info.summary': 'A third summary',
          tag: [at(desk.tags, 1).tag_id],
        }),
        note(incidents.noted, 'Another late note', true),
        note(incidents.answered, 'The answer before this one is deleted', true),
        incident(incidents.reopened, to('Closed', 'closed')),
        incident(incidents.moved, {
          requester_id: people.renamed.requester_id,
          requester: {
            requester_id: people.renamed.requester_id,
            full_name: 'Renamed Person',
            email: people.renamed.email,
            unmasked_email: people.renamed.email,
          },
        }),
        incident(incidents.described, { 'basic_info.description': '<p>Described anew</p>' }),
        incident(incidents.unlinked, { impacted_asset: [], tag: [] }),
        {
          object: 'requester',
          id: people.moved.requester_id,
          op: 'update',
          data: { organization_name: null, designation: null, phone_number: {}, contact_number: null },
        },
        {
          object: 'requester',
          id: people.goneWithIncidents.requester_id,
          op: 'delete',
          data: { hard: true },
        },
        {
          object: 'problem',
          id: at(desk.problems, 0).problem_id,
          op: 'update',
          data: { 'basic_info.description': '<p>Known by now.</p>' },
        },
        {
          object: 'relation',
          id: '190000000000000000003',
          op: 'create',
          data: {
            parent_ci_id: at(desk.cmdb_profiles, 2).ci_id,
            child_ci_id: at(desk.cmdb_profiles, 1).ci_id,
          },
        },
        {
          object: 'catalogue',
          id: at(desk.catalogue, 1).catalogue_id,
          op: 'update',
          data: { name: 'Mail Support' },
        },
      ],
      atOnce: () => {
        const entry = desk.threads.find(
          (each) =>
            each.ref_id === incidents.answered.incident_id &&
            each['description'] === '<p>A public answer</p>',
        );
        if (entry !== undefined) entry['is_deleted'] = true;
      },
    },
  ];
  return days;
}
