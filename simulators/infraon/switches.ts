/**
 * Everything about a tenant that the documentation leaves open, as data. Each switch names a case that has been seen
 * with a client or is feared (reference, section 4.6). The defaults are the friendliest shape on record.
 */
const SELECTOR_PARAMS = ['ref_id', 'incident_id', 'id', 'incidentId'] as const;

/** Query parameters that may name the ticket on a thread path, with and without the module id. */
const SELECTOR_QUERIES = SELECTOR_PARAMS.flatMap((param) => [param, `${param}&module_id`] as const);

/**
 * How a ticket's thread is asked for: by path, by one of the query parameters on either path, embedded in a detail
 * reply, or not at all. Every other way ignores the parameter and answers the same for each ticket.
 */
export const THREAD_SELECTORS = [
  'conversation/{id}/',
  ...SELECTOR_QUERIES.map((query) => `conversation/?${query}` as const),
  ...SELECTOR_QUERIES.map((query) => `process-rich-text/?${query}` as const),
  'detail',
  'incident-data',
  'none',
] as const;

/** The same for attachments, linked CIs, feedback and history, which answer on their own paths. */
const CHILD_SELECTORS = [
  ...SELECTOR_QUERIES.map((query) => `?${query}` as const),
  'detail',
  'incident-data',
  'none',
] as const;

/** Allowed words of each switch that is a choice; the first is the default. */
export const CHOICES = {
  /** List envelope: `{count,next,previous,results,max_page_limit}`, `{count,results}`, or a bare array as OAS declares. */
  envelope: ['full', 'count_results', 'array'],
  /** Which parameter moves the cursor; `neither` answers page 1 for ever. Knowledge base pages by offset unless `neither`. */
  cursor: ['page_and_offset', 'page', 'offset', 'neither'],
  /** Form of `next` in the full envelope. `foreign_host` points to another origin and must not be followed. */
  next_link: ['absolute', 'relative', 'foreign_host', 'absent'],
  sort: ['honoured', 'ignored'],
  /** What asks for descending order: `reverse=true`, `reverse=-`, `reverse=1`, or `sort=-key`. */
  reverse: ['true', '-', '1', 'minus_prefix'],
  /** Whether the `token` of the login reply begins with `infraonDNS `. */
  token_form: ['infraonDNS', 'bare'],
  /** What the header must hold: the token as issued, always `infraonDNS ` + the opaque part, or `ApiKey ` + the token. */
  authorization: ['verbatim', 'infraonDNS', 'ApiKey'],
  /** How an API key is sent: `ApiKey KEY` (the guide's text) or bare (the guide's samples). */
  api_key_form: ['ApiKey', 'bare'],
  /** Incident detail: `{incident, options, ...}` as seen, or the bare record as OAS declares. */
  detail_root: ['wrapped', 'bare'],
  /** Problem, change and release detail; OAS declares bare, the wrapped form is by analogy with incident. */
  other_detail_root: ['bare', 'wrapped'],
  /** Personal data for this account; `masked_only` also leaves out the `unmasked_` fields. */
  personal_data: ['plain', 'masked', 'masked_only'],
  thread_selector: [
    'conversation/?ref_id',
    ...THREAD_SELECTORS.filter((word) => word !== 'conversation/?ref_id'),
  ],
  /** Key of an embedded thread when `thread_selector` is `detail` or `incident-data`. */
  thread_key: ['conversation', 'comments', 'notes', 'worklog'],
  /** `split`: `conversation/` has mails and replies only, `process-rich-text/` has notes and work logs. */
  thread_surface: ['together', 'split'],
  /** Where the rows of a thread, attachment or history reply are. */
  thread_envelope: ['results', 'data', 'array'],
  thread_order: ['ascending', 'descending'],
  /** `never`: no entry carries `is_private`. */
  privacy_flag: ['as_stored', 'never'],
  /** Whether private notes are answered to this account at all. */
  private_notes: ['returned', 'hidden'],
  child_selector: ['?ref_id', ...CHILD_SELECTORS.filter((word) => word !== '?ref_id')],
  /** Files under `/media/`: with the same header, without any, or gone. */
  media: ['same_header', 'no_auth', 'missing'],
  /** `/schema/?format=json`: open, with the header only, or not deployed. */
  schema: ['public', 'authenticated', 'absent'],
  /** Where a problem's workaround and root cause are. */
  problem_cause: ['root_cause_draft', 'problem_data', 'custom_field'],
  /** `kb/categories/`: flat rows with `parent_id`, nested `children`, or nothing. */
  kb_categories: ['flat', 'tree', 'empty'],
  /** How ticket `tag[]` refers to a tag; `mixed` keeps what is stored. */
  tag_form: ['mixed', 'id', 'name', 'object'],
} as const;

type Choices = { [Name in keyof typeof CHOICES]: (typeof CHOICES)[Name][number] };

/** Switches that are on or off. */
const FLAGS = {
  /** A login that answers 200 without `token`. */
  login_without_token: false,
  /** Off: SSO or 2FA blocks password login with 401. */
  password_login: true,
  /** Unquoted 21-digit ids, which a plain `JSON.parse` corrupts. */
  ids_as_numbers: false,
  /** Whether soft-deleted rows are listed. */
  list_deleted: false,
  list_archived: true,
  list_merged: true,
  list_demo: true,
  /** Each page of a ticket list touches a record, so that rows shift under an order by `last_update_time`. */
  rows_shift: false,
  /** Whether a new note moves the ticket's `last_update_time`. */
  bump_update_on_note: true,
  /** Archived and expired articles in the list; the documentation says that it has active ones only. */
  kb_list_inactive: false,
  /** Requesters and departments listed as CIs of their own classes, as CI rules can make them. */
  people_as_cis: false,
} as const;

type Flags = { -readonly [Name in keyof typeof FLAGS]: boolean };

type Numbers = {
  /** Largest page; also announced as `max_page_limit` in the full envelope. */
  max_page_limit: number;
  /** A token answers this many calls and then 401; 0 = never. */
  token_expires_after_calls: number;
  clock_skew_ms: number;
  latency_ms: number;
  /** Share of rows that the account may see: a weak role makes counts silently short. */
  visible_percent: number;
  /** So many tickets are deleted for good while lists are read, each after a page that had it: the rows behind move up. */
  rows_vanish: number;
};

type Texts = {
  /** Role of the account that logs in. */
  account_role: string;
  /** Path prefixes that answer 403 to this account. */
  denied_paths: string[];
};

export type Switches = Choices & Flags & Numbers & Texts;

function firstChoices(): Choices {
  const pairs = Object.entries(CHOICES).map(([name, words]) => [name, words[0]]);
  return Object.fromEntries(pairs) as Choices;
}

/** A fresh set of defaults. */
export function defaultSwitches(): Switches {
  return {
    ...firstChoices(),
    ...FLAGS,
    max_page_limit: 100,
    token_expires_after_calls: 0,
    clock_skew_ms: 0,
    latency_ms: 0,
    visible_percent: 100,
    rows_vanish: 0,
    account_role: 'Infraon Admin',
    denied_paths: [],
  };
}

/**
 * The switches with `patch` applied.
 * @throws Error naming the switch when a name or a value is unknown, so that a test cannot silently test nothing.
 */
export function patchSwitches(current: Switches, patch: Record<string, unknown>): Switches {
  const choices: Record<string, readonly string[]> = CHOICES;
  const known: Record<string, unknown> = current;
  for (const [name, value] of Object.entries(patch)) {
    if (!(name in known)) throw new Error(`unknown switch ${name}`);
    const words = choices[name];
    if (words && !words.includes(String(value))) throw new Error(`switch ${name} takes ${words.join(', ')}`);
    const sameKind =
      typeof value === typeof known[name] && Array.isArray(value) === Array.isArray(known[name]);
    if (!sameKind) throw new Error(`switch ${name} takes a ${typeof known[name]}`);
  }
  return { ...current, ...patch };
}
