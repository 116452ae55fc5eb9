import { z } from 'zod';
import { UserError } from '../errors.ts';
import { setShare } from '../db/rate-budget.ts';
import { requireRole, type Actor } from './actors.ts';
import { writeAudit } from './audit.ts';
import type { Deps } from './deps.ts';

/** Settings of a workspace, with defaults filled in. Inferred facts of the destination are here because they are data. */
export interface SettingsDocument {
  rate_share: number;
  thread_mode: 'thread' | 'transcript_note';
  company_rule: 'organization_name' | 'customer_id' | 'department' | 'catalogue_name' | 'none';
  /** Teammate who speaks for everybody without a seat; null: the installing admin. */
  fallback_admin_id: string | null;
  source_timezone: string;
  default_country: string;
  /** A larger file stays in Infraon and is named in its conversation. In millions of bytes. */
  attachment_max_mb: number;
  /** How long a new conversation may stay invisible to search; an unknown create is only repeated after it. */
  search_lag_seconds: number;
  /** Replies sent to one conversation within `reply_window_seconds`, and that window. */
  replies_per_window: number;
  reply_window_seconds: number;
  /** Most links that one attribute of a record is given; null: all of them. Intercom publishes no limit. */
  links_per_attribute: number | null;
  /** What collections are made of: Infraon has no folder level. */
  article_folder_rule: 'categories_tree' | 'department_service' | 'first_tag';
  /** Articles that only some people could read: a draft for editors, or an internal article for every teammate. */
  restricted_articles: 'draft' | 'internal';
  /** Help Center that receives the collections; null: Intercom's default one. */
  help_center_id: string | null;
  /** Address of a store of the customer's that keeps the desk's files under their old paths; null: files are named only. */
  article_files_url: string | null;
  /** New contacts are created by the hundred through a Preview endpoint of Intercom's. */
  preview_bulk: boolean;
  /** Days after sign-off until staged texts are erased; never before the daily checks of hypercare are over. */
  retention_days: number;
}

/** Making a formatter is dear, and zones are few. */
const KNOWN_ZONES = new Set<string>();

function isTimezone(value: string): boolean {
  if (KNOWN_ZONES.has(value)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
  } catch {
    return false;
  }
  KNOWN_ZONES.add(value);
  return true;
}

/** The zone of the desk: as chosen, else that of the workspace. */
export function timezoneOf(chosen: string | null, workspace: string): string {
  return [chosen, workspace].find((zone) => zone !== null && isTimezone(zone)) ?? 'UTC';
}

/** In words for people: zod's own name types and signs. */
function between(min: number, max: number, error = `Give a number from ${min} to ${max}.`): z.ZodNumber {
  return z.number(error).min(min, error).max(max, error);
}

function wholeBetween(min: number, max: number): z.ZodNumber {
  const error = `Give a whole number from ${min} to ${max}.`;
  return between(min, max, error).int(error);
}

/** Bounds of every setting; what is stored holds only what a person chose. */
const Settings = z.strictObject({
  rate_share: between(0.05, 1, 'Choose a share from 0.05 to 1 (5 to 100 per cent).'),
  thread_mode: z.enum(['thread', 'transcript_note']),
  company_rule: z.enum(['organization_name', 'customer_id', 'department', 'catalogue_name', 'none']),
  fallback_admin_id: z.string().min(1).nullable(),
  source_timezone: z.string().refine(isTimezone, 'Choose a time zone such as Europe/London.'),
  default_country: z
    .string()
    .regex(/^([A-Z]{2})?$/, 'Choose a country as two capital letters, or leave it empty.'),
  attachment_max_mb: between(0.001, 100),
  search_lag_seconds: wholeBetween(0, 3600),
  replies_per_window: wholeBetween(1, 100),
  reply_window_seconds: wholeBetween(1, 300),
  links_per_attribute: wholeBetween(1, 1_000_000).nullable(),
  article_folder_rule: z.enum(['categories_tree', 'department_service', 'first_tag']),
  restricted_articles: z.enum(['draft', 'internal']),
  help_center_id: z.string().regex(/^\d+$/, 'Give the number of a Help Center.').nullable(),
  preview_bulk: z.boolean(),
  article_files_url: z.url({ protocol: /^https$/, error: 'Give an https address.' }).nullable(),
  retention_days: wholeBetween(0, 3650),
});

/**
 * Intercom documents neither the search lag of conversations nor the reply throttle (integrators report 10 replies in
 * 10 s to one conversation), so both are settings.
 */
const DEFAULTS = {
  thread_mode: 'thread',
  company_rule: 'organization_name',
  fallback_admin_id: null,
  default_country: '',
  attachment_max_mb: 14,
  search_lag_seconds: 60,
  replies_per_window: 10,
  reply_window_seconds: 10,
  links_per_attribute: null,
  article_folder_rule: 'categories_tree',
  restricted_articles: 'draft',
  help_center_id: null,
  article_files_url: null,
  preview_bulk: false,
  retention_days: 30,
} satisfies Partial<SettingsDocument>;

/** Stored values over the defaults; a stored value that no longer fits its bounds falls back to the default. */
export async function getSettingsFor(
  deps: Pick<Deps, 'db' | 'options'>,
  workspaceId: string,
): Promise<SettingsDocument> {
  const rows = await deps.db.sql<{ timezone: string | null; values: Record<string, unknown> | null }[]>`
    select i.timezone, s.values from (select ${workspaceId}::text as id) w
    left join installations i on i.workspace_id = w.id
    left join settings s on s.workspace_id = w.id`;
  const timezone = rows[0]?.timezone ?? 'UTC';
  const stored = Object.entries(rows[0]?.values ?? {}).filter(
    ([key, value]) => Settings.partial().safeParse({ [key]: value }).success,
  );
  return {
    ...DEFAULTS,
    rate_share: deps.options.rateShare,
    source_timezone: timezoneOf(null, timezone),
    ...(Object.fromEntries(stored) as Partial<SettingsDocument>),
  };
}

export function getSettings(deps: Deps, actor: Actor): Promise<SettingsDocument> {
  return getSettingsFor(deps, actor.workspaceId);
}

/** Changes what is named and nothing else; a running load feels a new rate share within one window. */
export async function updateSettings(
  deps: Deps,
  actor: Actor,
  changes: Partial<SettingsDocument>,
): Promise<SettingsDocument> {
  requireRole(actor, 'operator');
  const parsed = Settings.partial().safeParse(changes);
  if (!parsed.success) throw refused(parsed.error);
  const values = parsed.data;
  const { sql } = deps.db;
  if (typeof values.fallback_admin_id === 'string') {
    const known = await sql`
      select 1 from teammates where workspace_id = ${actor.workspaceId} and admin_id = ${values.fallback_admin_id}`;
    if (known.length === 0) {
      throw new UserError('No teammate of this workspace has that id.', {
        code: 'setting_invalid',
        field: 'fallback_admin_id',
        httpStatus: 422,
      });
    }
  }
  await sql.begin(async (tx) => {
    await tx`
      insert into settings (workspace_id, values) values (${actor.workspaceId}, ${tx.json(values)})
      on conflict (workspace_id) do update set values = settings.values || excluded.values, updated_at = now()`;
    if (values.rate_share !== undefined) await setShare(tx, actor.workspaceId, values.rate_share);
    await writeAudit(tx, actor, 'settings_changed', values);
  });
  return getSettingsFor(deps, actor.workspaceId);
}

function refused(error: z.ZodError): UserError {
  const issue = error.issues[0];
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.map(String).join('.');
  const message =
    issue?.code === 'unrecognized_keys' ? `There is no setting ${field ?? ''}.` : (issue?.message ?? '');
  return new UserError(message, { code: 'setting_invalid', field, httpStatus: 422 });
}
