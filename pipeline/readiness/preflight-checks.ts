import { inSentence } from '../../objects/define-object.ts';
import {
  judgeAttributeConflicts,
  judgeAttributeLimit,
  judgeFallback,
  judgeHelpCenter,
  judgeTeammates,
  judgeTypes,
} from './judge-intercom.ts';
import { judgeAccount, judgeCapabilities, judgeDiscovery, judgeExpectations } from './judge-source.ts';
import { fail, listed, pass, type Judgement } from './judgement.ts';
import { confirmationChecks } from './preflight-confirmations.ts';
import type { PreflightCheck } from './preflight-document.ts';
import type { PreflightFacts } from './preflight-facts.ts';

/** The check that says which maps are not approved; starting a run refuses with a code of its own for it. */
const MAPS_CHECK = 'maps_approved';

interface CheckDefinition {
  id: string;
  severity: PreflightCheck['severity'];
  title: string;
  /** What to do when it fails. */
  fix: string;
  judge: (facts: PreflightFacts) => Judgement;
}

function judgeMaps({ objects, maps }: PreflightFacts): Judgement {
  const open = objects.filter((definition) => maps.get(definition.name)?.state !== 'approved');
  return open.length === 0
    ? pass(`The maps of ${listed(objects.map(({ plural }) => inSentence(plural)))} are approved.`)
    : fail(`Not approved in its newest version: ${listed(open.map(({ plural }) => plural))}.`);
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
