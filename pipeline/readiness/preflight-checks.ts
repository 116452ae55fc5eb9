import { attributeConflicts, attributeCount, MAX_DATA_ATTRIBUTES } from './preflight-attributes.ts';
import { CONFIRMATIONS } from './preflight-confirmations.ts';
import type { PreflightCheck } from './preflight-document.ts';
import type { PreflightFacts } from './preflight-facts.ts';

/** The check that says which maps are not approved; starting a run refuses with a code of its own for it. */
export const MAPS_CHECK = 'maps_approved';

type Judgement = { pass: boolean; detail: string };

interface CheckDefinition {
  id: string;
  severity: PreflightCheck['severity'];
  title: string;
  /** What to do when it fails. */
  fix: string;
  judge: (facts: PreflightFacts) => Judgement;
}

const pass = (detail: string): Judgement => ({ pass: true, detail });
const fail = (detail: string): Judgement => ({ pass: false, detail });

function listed(names: readonly string[], most = 20): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Capabilities without which an object's records cannot be read as its map needs them. */
function neededCapabilities(facts: PreflightFacts): Set<string> {
  const needed = new Set(['reachable', 'login', 'header', 'ids_lossless']);
  for (const definition of facts.objects) {
    if (definition.source.kind !== 'endpoint' || !facts.maps.has(definition.name)) continue;
    const { object } = definition.source;
    for (const kind of ['list', 'paging', 'detail']) needed.add(`${kind}:${object}`);
    const rules = facts.maps.get(definition.name)?.rules ?? [];
    // Probing cannot find the way to the thread of records that do not exist.
    const found = facts.discovery.objects.find((entry) => entry.object === definition.name);
    // Other lists of a record (its files) may be empty all over a desk, which proves nothing either way: a warning.
    if (found?.count !== 0 && rules.some((rule) => rule.transform === 'thread'))
      needed.add('thread_selector');
  }
  return needed;
}

function judgeCapabilities(facts: PreflightFacts): Judgement {
  const { connection } = facts;
  if (connection === undefined) return fail('Infraon is not connected, so nothing is known about it.');
  const needed = neededCapabilities(facts);
  const lacking = connection.capabilities.filter(({ id, ok }) => !ok && needed.has(id));
  const disabled = facts.objects.flatMap((definition) => {
    if (definition.source.kind !== 'endpoint' || !facts.maps.has(definition.name)) return [];
    const reason = connection.pinned.disabled[definition.source.object];
    return reason === undefined ? [] : [`${definition.plural}: ${reason}`];
  });
  const reasons = [...lacking.map(({ detail }) => detail), ...disabled];
  return reasons.length === 0
    ? pass('Everything the maps read was found when the connection was probed.')
    : fail(reasons.join(' '));
}

function judgeAccount(facts: PreflightFacts): Judgement {
  const needed = neededCapabilities(facts);
  const weak = (facts.connection?.capabilities ?? []).filter(({ id, ok }) => !ok && !needed.has(id));
  return weak.length === 0
    ? pass('Probing found no weakness of the account or the installation.')
    : fail(weak.map(({ detail }) => detail).join(' '));
}

function judgeDiscovery({ discovery, objects }: PreflightFacts): Judgement {
  if (discovery.state === 'idle') return fail('Nothing has been discovered yet.');
  if (discovery.state === 'running') return fail('The discovery is still running.');
  if (discovery.state === 'failed') return fail(discovery.error ?? 'The discovery failed.');
  const unread = objects.filter((definition) => {
    const found = discovery.objects.find(({ object }) => object === definition.name);
    return found === undefined || (found.fields.length === 0 && found.quality.some(unreadable));
  });
  return unread.length === 0
    ? pass(`Discovered on ${discovery.finished_at ?? ''}.`)
    : fail(`Not read: ${listed(unread.map(({ plural }) => plural))}. ${discovery.error ?? ''}`.trim());
}

function unreadable(finding: { code: string }): boolean {
  return finding.code === 'source_unreadable';
}

function judgeMaps({ objects, maps }: PreflightFacts): Judgement {
  const open = objects.filter((definition) => maps.get(definition.name)?.state !== 'approved');
  return open.length === 0
    ? pass(`The maps of ${listed(objects.map(({ plural }) => plural.toLowerCase()))} are approved.`)
    : fail(`Not approved in its newest version: ${listed(open.map(({ plural }) => plural))}.`);
}

function judgeTypes({ types }: PreflightFacts): Judgement {
  const unproven = types.filter(({ type }) => type.state !== 'proven');
  if (types.length === 0) return pass('The maps need no custom object type.');
  return unproven.length === 0
    ? pass(`Proven by a canary instance: ${listed(types.map(({ type }) => type.name))}.`)
    : fail(unproven.map(({ type }) => `${type.name} is ${type.state}: ${type.detail}`).join(' '));
}

function judgeFallback({ intercom, settings }: PreflightFacts): Judgement {
  if (!intercom.ok) return fail('Intercom could not be asked about its teammates.');
  const id = settings.fallback_admin_id ?? intercom.installation.adminId;
  const admin = intercom.admins.find((candidate) => candidate.id === id);
  if (admin === undefined) return fail('The fallback teammate is not a teammate of this workspace.');
  return admin.has_inbox_seat
    ? pass(`${admin.name} speaks for everybody who has no seat of their own.`)
    : fail(`${admin.name} has no inbox seat.`);
}

function judgeAttributeLimit(facts: PreflightFacts): Judgement {
  if (!facts.intercom.ok) return fail('Intercom could not be asked about its attributes.');
  const { existing, missing } = attributeCount(facts.intercom, facts.attributes);
  const text = `${existing} contact and company attributes exist and ${missing} will be added; the limit is ${MAX_DATA_ATTRIBUTES}.`;
  return existing + missing > MAX_DATA_ATTRIBUTES ? fail(text) : pass(text);
}

function judgeAttributeConflicts(facts: PreflightFacts): Judgement {
  if (!facts.intercom.ok) return fail('Intercom could not be asked about its attributes.');
  const conflicts = attributeConflicts(facts.intercom, facts.attributes);
  return conflicts.length === 0
    ? pass('No attribute that the maps need exists with another type.')
    : fail(conflicts.join(' '));
}

/** Findings of the discovery that name records a load will set aside, in words. */
const SET_ASIDE: Record<string, string> = {
  missing_email: 'without an e-mail address',
  masked_email: 'with a masked address',
  invalid_email: 'with an unreadable address',
  duplicate_email: 'with an address that another record has',
  parent_missing: 'without a record that they need',
  required_value_missing: 'without a required value',
  source_unreadable: 'that could not be read',
};

function judgeExpectations({ discovery, objects }: PreflightFacts): Judgement {
  const expected = objects.flatMap((definition) => {
    const found = discovery.objects.find(({ object }) => object === definition.name);
    return (found?.quality ?? []).flatMap(({ code, count }) => {
      const words = SET_ASIDE[code];
      return words === undefined ? [] : [`${definition.plural} ${words}: ${count}.`];
    });
  });
  return expected.length === 0
    ? pass('The discovery found no record that will have to be set aside.')
    : pass(`These will wait for a decision after the load. ${expected.join(' ')}`);
}

/** Whether there is a Help Center for the articles, and what of them readers will not see. */
function judgeHelpCenter({ intercom, objects, settings, discovery }: PreflightFacts): Judgement {
  const moved = objects.filter(({ destination }) => destination.resource === 'articles');
  if (moved.length === 0) return pass('No articles are moved.');
  if (!intercom.ok) return fail('Intercom could not be asked about its Help Centers.');
  const { helpCenters } = intercom;
  if (helpCenters === null) return fail('The app may not read the Help Centers of this workspace.');
  const chosen = settings.help_center_id;
  const center = helpCenters.find(({ id }) => chosen === null || id === chosen);
  if (center === undefined) {
    return fail(
      chosen === null
        ? 'The workspace has no Help Center.'
        : `The workspace has no Help Center ${chosen}, which the settings name.`,
    );
  }
  const counted = moved.flatMap(({ name, plural }) => {
    const quality = discovery.objects.find(({ object }) => object === name)?.quality ?? [];
    const count = (code: string) => quality.find((finding) => finding.code === code)?.count ?? 0;
    return [
      `${plural} that only some people can read, so that they are not published: ${count('article_restricted')}.`,
      `${plural} without a folder: ${count('article_without_folder')}.`,
    ];
  });
  return pass(`${center.display_name ?? center.id} receives the articles. ${counted.join(' ')}`);
}

function judgeTeammates({ teammates }: PreflightFacts): Judgement {
  if (teammates === null) return fail('The technicians could not be compared with the teammates just now.');
  const { people, unmatched } = teammates;
  return unmatched.length === 0
    ? pass(`All ${people} technicians have a teammate with their address.`)
    : fail(`${unmatched.length} of ${people} technicians have no teammate: ${listed(unmatched)}.`);
}

/** Checks that look at facts, in the order in which a person meets them. */
export const CHECKS: readonly CheckDefinition[] = [
  {
    id: 'source_connected',
    severity: 'error',
    title: 'Infraon is connected',
    fix: 'Connect Infraon with its address and an account that has the full-access role.',
    judge: ({ connection }) =>
      connection === undefined
        ? fail('There is no connection to Infraon.')
        : pass(`Connected to ${new URL(connection.baseUrl).host}.`),
  },
  {
    id: 'source_capabilities',
    severity: 'error',
    title: 'Infraon gives what the maps need',
    fix: 'Correct the account or the connection, connect Infraon again, then discover again.',
    judge: judgeCapabilities,
  },
  {
    id: 'source_account',
    severity: 'warning',
    title: 'The Infraon account sees everything',
    fix: 'Use an account with the built-in full-access role, or accept what is named here.',
    judge: judgeAccount,
  },
  {
    id: 'discovery_done',
    severity: 'error',
    title: 'The source has been discovered',
    fix: 'Start the discovery and wait for it to finish.',
    judge: judgeDiscovery,
  },
  {
    id: 'intercom_token',
    severity: 'error',
    title: 'Intercom accepts our access',
    fix: 'Install the app again from the App Store.',
    judge: ({ intercom }) =>
      intercom.ok ? pass(`Connected to ${intercom.installation.name}.`) : fail(intercom.reason),
  },
  {
    id: MAPS_CHECK,
    severity: 'error',
    title: 'The map of every object is approved',
    fix: 'Look through each map, correct what is wrong, and approve it.',
    judge: judgeMaps,
  },
  {
    id: 'object_types',
    severity: 'error',
    title: 'The custom object types exist and keep every attribute',
    fix: 'Create or complete the types in Settings > Data > Custom objects after the schema sheet, then probe them.',
    judge: judgeTypes,
  },
  {
    id: 'fallback_teammate',
    severity: 'error',
    title: 'The fallback teammate has an inbox seat',
    fix: 'Choose a teammate with an inbox seat in the settings, best one made for this (for example "Migration").',
    judge: judgeFallback,
  },
  {
    id: 'attribute_limit',
    severity: 'error',
    title: 'The attributes fit into the workspace',
    fix: 'Archive attributes that nobody needs, or take rules out of the contact and company maps.',
    judge: judgeAttributeLimit,
  },
  {
    id: 'attribute_types',
    severity: 'error',
    title: 'No attribute is taken with another type',
    fix: 'The type of an attribute cannot be changed: give the rule another attribute name, or archive the attribute.',
    judge: judgeAttributeConflicts,
  },
  {
    id: 'help_center',
    severity: 'error',
    title: 'A Help Center can take the articles',
    fix: 'Set up a Help Center in Intercom and let the app read and write articles, or leave the articles out of the run.',
    judge: judgeHelpCenter,
  },
  {
    id: 'teammates_matched',
    severity: 'warning',
    title: 'Technicians have a teammate',
    fix: 'Invite them in Settings > Teammates with the same address; without one the fallback teammate writes in their name.',
    judge: judgeTeammates,
  },
  {
    id: 'expected_rejections',
    severity: 'info',
    title: 'Records that will be set aside',
    fix: 'Correct them in Infraon before the load, or decide about each of them afterwards.',
    judge: judgeExpectations,
  },
];

/** All checks over the facts: what fails first, then what a person has to confirm. */
export function judgeAll(facts: PreflightFacts): PreflightCheck[] {
  const judged = CHECKS.map(({ judge, ...check }): PreflightCheck => {
    const result = judge(facts);
    return { ...check, state: result.pass ? 'pass' : 'fail', detail: result.detail };
  });
  return [...judged, ...confirmationChecks(facts.confirmations)];
}

/** What only a person can know, with the word of whoever gave it. */
export function confirmationChecks(confirmations: PreflightFacts['confirmations']): PreflightCheck[] {
  return CONFIRMATIONS.map((check): PreflightCheck => {
    const given = confirmations.get(check.id);
    if (given === undefined) return { ...check, state: 'needs_confirmation' };
    const words = `Confirmed by ${given.confirmedBy} on ${given.at.toISOString()}.`;
    const note = given.note.trim();
    return { ...check, state: 'pass', detail: note === '' ? words : `${words} Note: ${note}` };
  });
}
