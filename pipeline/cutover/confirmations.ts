interface ConfirmationDefinition {
  id: string;
  title: string;
  detail: string;
  fix: string;
}

/** The source must stand still before the last delta; its moment is that of the confirmation. */
export const READ_ONLY = 'infraon_read_only';

/**
 * What only a person can know, in the order of the cut-over. The steps about mail follow Intercom's help (articles
 * 9744849, connecting the e-mail channel, and 6522819, forwarding); those about automations undo what readiness asked
 * for (Intercom API notes, section 13).
 */
export const CUTOVER_CONFIRMATIONS: readonly ConfirmationDefinition[] = [
  {
    id: READ_ONLY,
    title: 'Infraon is read-only',
    detail:
      'From now on nobody adds or changes anything in Infraon. The last delta has to begin after this moment.',
    fix: '1. Tell agents and requesters when the desk closes. 2. Take the right to create and edit from every role, and switch off the portal, mail pick-up and integrations that write. 3. Confirm, then run the last delta.',
  },
  {
    id: 'support_mail_switched',
    title: 'Support mail goes to Intercom',
    detail: 'Every address that made incidents in Infraon now makes conversations in Intercom.',
    fix: '1. In Intercom open Settings > Channels > Email, add each support address and copy the forwarding address that is shown. 2. At your mail provider stop the forwarding (or mailbox pick-up) to Infraon and forward the address to Intercom instead; a mailing list does not do, because it changes the sender. 3. Authenticate the domain in the same settings, so that answers leave under your name. 4. Send a mail from outside and see it arrive once in the Inbox, and not in Infraon. 5. Do the same for every other address, then confirm.',
  },
  {
    id: 'automations_on',
    title: 'Workflows, Fin, assignment and SLAs are on again',
    detail:
      'They were paused for the load. Left off, new conversations reach nobody; switched on before the last delta, they answer history.',
    fix: 'After the last delta: switch on workflows, Fin on every channel, simple automations, assignment rules, SLAs, Series and CSAT; keep imported people excluded where an audience would catch them. Write to your own support address and watch what happens, then confirm.',
  },
  {
    id: 'integrations_on',
    title: 'Integrations and webhooks are on again',
    detail:
      'Slack, CRM and other integrations were paused or filtered for the load, teammates were asked to mute.',
    fix: 'Switch them on, tell teammates to unmute their inbox, look at one notification of each kind, then confirm.',
  },
  {
    id: 'agents_informed',
    title: 'Agents know how to work in Intercom',
    detail:
      'They know where old incidents are, how to find an Infraon number, and how to say that something is missing.',
    fix: 'Show every agent a migrated conversation with the panel beside it, Find an Infraon record, and Report something missing; see that the panel is pinned for them, then confirm.',
  },
];
