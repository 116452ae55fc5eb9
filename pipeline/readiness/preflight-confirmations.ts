import type { PreflightCheck } from './preflight-document.ts';
import type { Confirmation } from './preflight-facts.ts';

interface ConfirmationDefinition {
  id: string;
  severity: PreflightCheck['severity'];
  title: string;
  detail: string;
  fix: string;
}

/** What no Intercom API tells, so that a person has to (Intercom reference, silent import). */
export const CONFIRMATIONS: readonly ConfirmationDefinition[] = [
  {
    id: 'workflows_paused',
    severity: 'error',
    title: 'Workflows, Fin and simple automations are paused',
    detail:
      'Loading opens, answers and closes conversations. Whether that starts workflows is not certain, so everything that could answer a customer or assign a conversation has to be off.',
    fix: 'Pause all workflows, Fin on every channel, simple automations, SLAs, Series and assignment rules, or exclude people whose attribute migration_import is true. Then confirm.',
  },
  {
    id: 'notifications_silent',
    severity: 'error',
    title: 'Nobody is notified, and CSAT is off',
    detail:
      'Intercom has no switch that silences contact replies and closing. CSAT surveys follow a close, and teammates are told about assignments.',
    fix: 'Turn CSAT off, ask teammates to mute inbox notifications, and keep Messenger and e-mail forwarding off until the load is verified. Then confirm.',
  },
  {
    id: 'webhooks_known',
    severity: 'error',
    title: 'Connected apps and webhooks know of the load',
    detail: 'Integrations that listen to this workspace see every imported contact and conversation.',
    fix: 'Pause or filter Slack, CRM and other integrations and webhooks for the time of the load. Then confirm.',
  },
  {
    id: 'phone_validation_off',
    severity: 'warning',
    title: 'Phone validation is off',
    detail:
      'With phone validation on, Intercom may refuse numbers that Infraon accepts. Refused numbers are kept as text.',
    fix: 'Switch phone validation off in Settings for the time of the load, or accept that numbers move to a text attribute. Then confirm.',
  },
];

/** What only a person can know, with the word of whoever gave it. */
export function confirmationChecks(confirmations: ReadonlyMap<string, Confirmation>): PreflightCheck[] {
  return CONFIRMATIONS.map((check): PreflightCheck => {
    const given = confirmations.get(check.id);
    if (given === undefined) return { ...check, state: 'needs_confirmation' };
    const words = `Confirmed by ${given.confirmedBy} on ${given.at.toISOString()}.`;
    const note = given.note.trim();
    return { ...check, state: 'pass', detail: note === '' ? words : `${words} Note: ${note}` };
  });
}
