type ProblemText = { title: string; body: string; cause: string; workaround: string };
type ChangeText = { title: string; body: string; plan: string; rollback: string };

export const PROBLEMS: [ProblemText, ...ProblemText[]] = [
  {
    title: 'VPN gateway drops idle sessions',
    body: '<p>Many users lose their VPN session after a few idle minutes.</p>',
    cause: '<p>Idle timer of the gateway cluster differs between the two nodes.</p>',
    workaround: '<p>Keep a ping running: <code>ping -t gateway</code>.</p>',
  },
  {
    title: 'Print queues stop after spooler update',
    body: '<p>Queues stop at random on all print servers since the update.</p>',
    cause: '<p>Driver package and spooler version do not fit.</p>',
    workaround: '<p>Restart the spooler every night.</p>',
  },
  {
    title: 'Wiederkehrende Sperrung von Dienstkonten',
    body: '<p>Dienstkonten werden nach Kennwortwechsel gesperrt.</p>',
    cause: '<p>Alte Kennwörter in geplanten Aufgaben.</p>',
    workaround: '<p>Konto entsperren und Aufgabe neu anlegen.</p>',
  },
  {
    title: 'Sauvegardes incomplètes sur le site de Lyon',
    body: '<p>Les sauvegardes du site de Lyon se terminent avant la fin.</p>',
    cause: '',
    workaround: '',
  },
  {
    title: 'CRM slow while the nightly index is rebuilt',
    body: '<p>The index job runs into office hours.</p>',
    cause: '<p>Index job starts too late &amp; runs too long.</p>',
    workaround: '<p>Use the “recent” list instead of search.</p>',
  },
];

export const CHANGES: [ChangeText, ...ChangeText[]] = [
  {
    title: 'Replace core switch in Leeds',
    body: '<p>The switch is out of support.</p>',
    plan: 'Move uplinks one by one.',
    rollback: 'Move the uplinks back to the old switch.',
  },
  {
    title: 'Upgrade database to version 17',
    body: '<p>Minor versions end in November.</p>',
    plan: 'Replica first, then switch over.',
    rollback: 'Switch back to the old primary.',
  },
  {
    title: 'Renew certificate of the supplier portal',
    body: '<p>Expires in three weeks.</p>',
    plan: 'Install and reload.',
    rollback: 'Restore the previous certificate.',
  },
  {
    title: 'Firewall-Regeln für die neue Kasse',
    body: '<p>Neue Kassen brauchen Zugriff auf den Zahlungsdienst.</p>',
    plan: 'Regeln auf beiden Knoten anlegen.',
    rollback: 'Regeln deaktivieren.',
  },
  {
    title: 'Migration de la messagerie partagée',
    body: '<p>Passage au nouveau format de boîte.</p>',
    plan: 'Par lots de vingt boîtes.',
    rollback: "Revenir à l'ancien format.",
  },
  {
    title: 'Patch hypervisors',
    body: '<p>Security fixes of this month.</p>',
    plan: 'Evacuate, patch, reboot, next host.',
    rollback: 'Boot the previous image.',
  },
];

export const RELEASES: [string, ...string[]] = [
  'Network refresh Q1',
  'Payroll 5.2',
  'Client baseline spring',
  'CRM performance pack',
];
