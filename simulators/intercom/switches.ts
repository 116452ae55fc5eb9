/**
 * Everything the public description of the platform leaves open, or that differs between workspaces, as a named switch.
 * A default is the less friendly of the plausible behaviours wherever that costs a correct client nothing.
 */
export interface Switches {
  /** API version of a request without `Intercom-Version` (Intercom API 2.16, versioning: the app's own setting applies). */
  defaultVersion: string;
  /** Do workflows answer API-made conversations? The evidence conflicts (reference section 13, simulator item 24). */
  triggers: 'none' | 'all';
  /** Workflow audiences exclude contacts whose attribute of this name is `true` (section 13, point 3). Empty: no exclusion. */
  triggersExcludeAttribute: string;
  /** A CSAT workflow is live, so every close sends a survey (section 15, item 23). */
  csatWorkflow: boolean;
  /** A conversation create or update leaves `conversation_attribute_updated_by_admin` parts (section 6.3). */
  attributeEventParts: boolean;
  /** Refuse a `created_at` in the future or before the conversation: 400 `parameter_invalid` (section 6.2, unmeasured). */
  strictCreatedAt: boolean;
  /** Replies to one conversation allowed per `replyThrottleWindowMs`; 0 turns the throttle off (section 1.5, item 19). */
  replyThrottlePerConversation: number;
  /** Replies of the whole workspace allowed per window; reported once and later loosened, so off by default (section 1.5). */
  replyThrottleOverall: number;
  /** Length of the reply throttle window (section 1.5). */
  replyThrottleWindowMs: number;
  /** `attachment_urls` and image URLs in articles are fetched (sections 6.2 and 9.2). Off: taken on trust. */
  fetchUrls: boolean;
  /** Status for an `attachment_urls` entry that is no reachable image: reported as 400 or 422 (section 6.2). */
  badAttachmentStatus: number;
  /** Largest file that `attachment_files` takes, in bytes (section 16, question 5: open). 0: no limit. */
  attachmentBytesLimit: number;
  /** Extensions, separated by commas, of files that `attachment_files` refuses (not described). */
  refusedAttachmentExtensions: string;
  /** What a signed address of a stored file gives while it lives; `refuse` stands for a network that forbids its host. */
  attachmentDownloads: 'serve' | 'refuse';
  /** `skip_notifications` on admin replies is honoured from 2.15; whether 2.14 does is open (section 13). */
  honourSkipNotificationsBefore215: boolean;
  /** A conversation of a contact younger than this answers 404 "User Not Found" (section 6.1, item 8). */
  contactReadyAfterMs: number;
  /** Two users may share an email when their external ids differ (section 2.1, item 7). */
  sameEmailDifferentExternalId: boolean;
  /** Workspace setting "phone validation" (section 2.1, item 9). */
  phoneValidation: boolean;
  /** A deleted contact keeps its external id locked for this many days (section 2.5, item 10). */
  externalIdLockDays: number;
  /** Time between `DELETE /companies/{id}` answering and the archival taking effect (section 4, item 12). */
  companyArchiveDelayMs: number;
  /** `POST /companies` without `company_id`: what is matched is open (section 4). */
  companyWithoutId: 'reject' | 'create';
  /** Longest string value of a contact or company attribute (section 5.1, third-party figure). 0: no limit. */
  stringValueLimit: number;
  /** A string value above `stringValueLimit` (section 5.1 states the limit, not the reaction). */
  longStringValue: 'reject' | 'truncate';
  /** A value outside a contact, company or conversation attribute's options (section 5.1, open). */
  valueOutsideOptions: 'reject' | 'clear' | 'accept';
  /** Unknown attribute of a custom object instance (section 8, item 26). */
  unknownInstanceAttribute: 'reject' | 'drop';
  /** Top-level keys a request body does not document; companies always answer 400 (section 4), the rest is open. */
  undocumentedKeys: 'reject' | 'ignore';
  /** A reply on behalf of a contact who is not a participant (not described). */
  replyByNonParticipant: 'reject' | 'add';
  /** Assigning to a teammate without an inbox seat (section 3, open). */
  assignWithoutSeat: 'reject' | 'accept';
  /** Plan without custom objects: 403 `api_plan_restricted` (section 8). */
  customObjectsOnPlan: boolean;
  /** The installing admin's `email_verified` in `GET /me` (app platform section 1.3). */
  emailVerified: boolean;
  /** A token used at a host of another region answers 401 (section 1.3); hosts are told apart by `regionOfHost`. */
  wrongRegionUnauthorized: boolean;
  /** Region this simulator's address stands for: `US` is the default host, which routes everywhere. */
  regionOfHost: string;
  /** How long an OAuth code lives (app platform section 1.2 says only that it is short). */
  oauthCodeLifeMs: number;
  /** Codes ending in `=`: the percent sign of URL handling mistakes (app platform section 1.2). */
  oauthCodeEquals: 'always' | 'sometimes' | 'never';
  /** What a declined consent sends back (app platform section 1.6, open). */
  oauthDeny: 'error' | 'no_code';
  /** Whose budget a rate window is: the app's over all workspaces, or one per installation (section 1.5). */
  rateScope: 'app' | 'installation';
  /** Status for a fourth level of collections (section 9.1, assumed). */
  deepCollectionStatus: number;
  /** What becomes of articles when their collection is deleted (section 9.1, open). */
  collectionDelete: 'orphan_articles' | 'delete_articles';
  /** How long a Preview bulk job stays `running` (section 10). */
  bulkJobMs: number;
  /** Every answer comes this long after the call was carried out; how fast the platform is stands nowhere. */
  answerAfterMs: number;
  /** Preview `PUT /teams/{id}` and the bulk calls are feature-gated (sections 1.1 and 3). */
  previewEnabled: boolean;
}

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  defaultVersion: '2.14',
  triggers: 'none',
  triggersExcludeAttribute: '',
  csatWorkflow: false,
  attributeEventParts: true,
  strictCreatedAt: true,
  replyThrottlePerConversation: 10,
  replyThrottleOverall: 0,
  replyThrottleWindowMs: 10_000,
  fetchUrls: true,
  badAttachmentStatus: 400,
  attachmentBytesLimit: 0,
  refusedAttachmentExtensions: '',
  attachmentDownloads: 'serve',
  honourSkipNotificationsBefore215: false,
  contactReadyAfterMs: 1_000,
  sameEmailDifferentExternalId: true,
  phoneValidation: false,
  externalIdLockDays: 7,
  companyArchiveDelayMs: 1_000,
  companyWithoutId: 'reject',
  stringValueLimit: 255,
  longStringValue: 'reject',
  valueOutsideOptions: 'reject',
  unknownInstanceAttribute: 'reject',
  undocumentedKeys: 'reject',
  replyByNonParticipant: 'reject',
  assignWithoutSeat: 'reject',
  customObjectsOnPlan: true,
  emailVerified: true,
  wrongRegionUnauthorized: false,
  regionOfHost: 'US',
  oauthCodeLifeMs: 600_000,
  oauthCodeEquals: 'sometimes',
  oauthDeny: 'error',
  rateScope: 'app',
  deepCollectionStatus: 400,
  collectionDelete: 'orphan_articles',
  bulkJobMs: 200,
  answerAfterMs: 0,
  previewEnabled: true,
};

/** Applies a patch of known switches; returns the names it does not know or whose type is wrong, and applies nothing then. */
export function patchSwitches(switches: Switches, patch: Record<string, unknown>): string[] {
  const current = switches as unknown as Record<string, unknown>;
  const refused = Object.keys(patch).filter(
    (name) => !(name in current) || typeof patch[name] !== typeof current[name],
  );
  if (refused.length === 0) Object.assign(switches, patch);
  return refused;
}
