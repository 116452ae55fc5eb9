import type { CmdbProfile, Desk, Incident, Requester, ThreadEntry } from '../../simulators/infraon/desk.ts';
import { forgetIndexes } from '../../simulators/infraon/state.ts';
import type { Stage } from './stage.ts';

export interface Grown {
  requesters: Requester[];
  incidents: Incident[];
  items: CmdbProfile[];
}

let serial = 0;

/** An id such as Infraon gives, that no seeded record has. */
function freshId(): string {
  serial += 1;
  return `19${String(serial).padStart(19, '0')}`;
}

/**
 * New records on the desk: `count` people, each of a company of their own, with a configuration item and an incident
 * that has a thread. A run after this has something to write of every kind, and everything else to leave alone.
 */
export function grow(stage: Stage, count: number): Grown {
  const { desk } = stage;
  const grown: Grown = { requesters: [], incidents: [], items: [] };
  const models = desk.incidents.filter((incident) => incident.requester_id !== null).slice(0, count);
  for (const model of models) {
    const requester = newRequester(desk, model);
    const item = newItem(desk);
    const incident = newIncident(desk, model, requester, item);
    grown.requesters.push(requester);
    grown.items.push(item);
    grown.incidents.push(incident);
  }
  forgetIndexes(stage.infraon.state);
  return grown;
}

function newRequester(desk: Desk, model: Incident): Requester {
  const like = desk.requesters.find((each) => each.requester_id === model.requester_id);
  if (like === undefined) throw new Error(`${model.display_id} has no requester`);
  const id = freshId();
  const email = `person.${serial}@grown.example`;
  const requester: Requester = {
    ...structuredClone(like),
    requester_id: id,
    full_name: `Person ${serial}`,
    unmasked_full_name: `Person ${serial}`,
    email,
    unmasked_email: email,
    contact: email,
    organization_name: `Grown Company ${serial}`,
  };
  desk.requesters.push(requester);
  return requester;
}

function newItem(desk: Desk): CmdbProfile {
  const [like] = desk.cmdb_profiles;
  if (like === undefined) throw new Error('the desk has no configuration item');
  const id = freshId();
  const item: CmdbProfile = { ...structuredClone(like), ci_id: id, ci_name: `srv-grown-${serial}` };
  desk.cmdb_profiles.push(item);
  return item;
}

function newIncident(desk: Desk, model: Incident, requester: Requester, item: CmdbProfile): Incident {
  const id = freshId();
  const incident: Incident = {
    ...structuredClone(model),
    incident_id: id,
    display_id: `INCI${90_000 + serial}`,
    requester_id: requester.requester_id,
    requester: {
      requester_id: requester.requester_id,
      full_name: requester.full_name,
      email: requester.email,
      unmasked_email: requester.email,
      organization_name: requester.organization_name,
    },
    impacted_asset: [{ ci_id: item.ci_id, ci_name: item.ci_name, asset_id: null }],
  };
  desk.incidents.push(incident);
  const entries = desk.threads.filter((entry) => entry.ref_id === model.incident_id);
  desk.threads.push(
    ...entries.map((entry): ThreadEntry => ({
      ...structuredClone(entry),
      communication_id: freshId(),
      ref_id: id,
      ref_display_id: incident.display_id,
      created_by: entry.created_by === model.requester_id ? requester.requester_id : entry.created_by,
      attachment_ids: [],
    })),
  );
  return incident;
}
