export type ArticleText = {
  title: string;
  category: string;
  /** `null`: directly in the category. */
  folder: string | null;
  keywords: string[];
  html: string;
};

export const ARTICLES: [ArticleText, ...ArticleText[]] = [
  {
    title: 'Connect to the VPN',
    category: 'Working from Home',
    folder: 'VPN',
    keywords: ['vpn', 'remote'],
    html: '<h2>Before you start</h2><ul><li>Company laptop</li><li>Authenticator app</li></ul><ol><li>Open the client</li><li>Choose <b>Office</b></li><li>Approve the request</li></ol>',
  },
  {
    title: 'VPN error codes',
    category: 'Working from Home',
    folder: 'VPN',
    keywords: ['vpn', 'error'],
    html: '<table><tr><th>Code</th><th>Meaning</th></tr><tr><td>619</td><td>Port closed</td></tr><tr><td>809</td><td>Firewall</td></tr></table>',
  },
  {
    title: 'Set up a second monitor',
    category: 'Working from Home',
    folder: 'Devices',
    keywords: ['monitor'],
    html: '<p>Connect the dock first, then the monitors.</p>',
  },
  {
    title: 'Add a shared mailbox',
    category: 'E-Mail & Calendar',
    folder: 'Shared Mailboxes',
    keywords: ['mailbox'],
    html: '<p>File &gt; Account settings &gt; <i>Add</i>.</p><blockquote>Restart Outlook afterwards.</blockquote>',
  },
  {
    title: 'Outlook fragt ständig nach dem Kennwort',
    category: 'E-Mail & Calendar',
    folder: 'Outlook',
    keywords: ['outlook', 'kennwort'],
    html: '<p>Anmeldeinformationen löschen und Outlook neu starten.</p><pre>control keymgr.dll</pre>',
  },
  {
    title: 'Unlock your account',
    category: 'Accounts',
    folder: null,
    keywords: ['account', 'password'],
    html: '<p>Use the self-service portal. You need your phone.</p>',
  },
  {
    title: 'Réinitialiser son mot de passe',
    category: 'Accounts',
    folder: null,
    keywords: ['mot de passe'],
    html: '<p>Rendez-vous sur le portail et choisissez « Mot de passe oublié ».</p>',
  },
  {
    title: 'Drucker im Lager einrichten',
    category: 'Werk & Lager',
    folder: 'Drucker',
    keywords: ['drucker'],
    html: '<p>Etikettendrucker: Modell wählen, Testseite drucken.</p>',
  },
  {
    title: 'パスワードの変更',
    category: 'Accounts',
    folder: null,
    keywords: ['パスワード'],
    html: '<p>ポータルから変更できます。</p>',
  },
  {
    title: 'Restablecer la VPN',
    category: 'Working from Home',
    folder: 'VPN',
    keywords: ['vpn'],
    html: '<p>Cierre la sesión, espere dos minutos y vuelva a entrar.</p>',
  },
];
