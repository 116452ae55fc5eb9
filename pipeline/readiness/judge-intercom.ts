import { fail, listed, pass, type Judgement } from './judgement.ts';
import { attributeConflicts, attributeCount, MAX_DATA_ATTRIBUTES } from './preflight-attributes.ts';
import type { PreflightFacts } from './preflight-facts.ts';

export function judgeTypes({ types }: PreflightFacts): Judgement {
  const unproven = types.filter(({ type }) => type.state !== 'proven');
  if (types.length === 0) return pass('The maps need no custom object type.');
  return unproven.length === 0
    ? pass(`Proven by a canary instance: ${listed(types.map(({ type }) => type.name))}.`)
    : fail(unproven.map(({ type }) => `${type.name} is ${type.state}: ${type.detail}`).join(' '));
}

export function judgeFallback({ intercom, settings }: PreflightFacts): Judgement {
  if (!intercom.ok) return fail('Intercom could not be asked about its teammates.');
  const id = settings.fallback_admin_id ?? intercom.installation.adminId;
  const admin = intercom.admins.find((candidate) => candidate.id === id);
  if (admin === undefined) return fail('The fallback teammate is not a teammate of this workspace.');
  return admin.has_inbox_seat
    ? pass(`${admin.name} speaks for everybody who has no seat of their own.`)
    : fail(`${admin.name} has no inbox seat.`);
}

export function judgeAttributeLimit(facts: PreflightFacts): Judgement {
  if (!facts.intercom.ok) return fail('Intercom could not be asked about its attributes.');
  const { existing, missing } = attributeCount(facts.intercom, facts.attributes);
  const text = `${existing} contact and company attributes exist and ${missing} will be added; the limit is ${MAX_DATA_ATTRIBUTES}.`;
  return existing + missing > MAX_DATA_ATTRIBUTES ? fail(text) : pass(text);
}

export function judgeAttributeConflicts(facts: PreflightFacts): Judgement {
  if (!facts.intercom.ok) return fail('Intercom could not be asked about its attributes.');
  const conflicts = attributeConflicts(facts.intercom, facts.attributes);
  return conflicts.length === 0
    ? pass('No attribute that the maps need exists with another type.')
    : fail(conflicts.join(' '));
}

/** Whether there is a Help Center for the articles, and what of them readers will not see. */
export function judgeHelpCenter({ intercom, objects, settings, discovery }: PreflightFacts): Judgement {
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

export function judgeTeammates({ teammates }: PreflightFacts): Judgement {
  if (teammates === null) return fail('The technicians could not be compared with the teammates just now.');
  const { people, unmatched } = teammates;
  return unmatched.length === 0
    ? pass(`All ${people} technicians have a teammate with their address.`)
    : fail(`${unmatched.length} of ${people} technicians have no teammate: ${listed(unmatched)}.`);
}
