import { z } from 'zod';
import { UserError } from '../../errors.ts';
import defaultProfileData from './profiles/infraon-infinity-ux.json' with { type: 'json' };

/**
 * Everything about an Infraon installation that could be wrong, as data: a shipped default, overridable per connection.
 * The code knows verbs (sign in, list, detail, children, download); a wrong path or name is an edit, not a release.
 */
const Evidence = z.enum(['documented', 'seen', 'inferred', 'probed']);
export type Evidence = z.infer<typeof Evidence>;

/** Every path of this API begins and ends with a slash; without the last one the server redirects or refuses. */
const PathTemplate = z
  .string()
  .regex(
    /^\/(?:[A-Za-z0-9_.-]+\/|\{id\}\/)+$/,
    'a path that begins and ends with a slash, such as /ux/sd/inci/incident/{id}/',
  )
  .refine((path) => !path.split('/').some((part) => part === '.' || part === '..'), 'a path without . or ..');
const Query = z.record(z.string(), z.string());
const Paths = z.array(z.string()).min(1);

const FieldSpec = z.strictObject({
  paths: Paths,
  /** Left out by a connection that only corrects the paths of a field of an object module. */
  as: z
    .enum(['string', 'html', 'int', 'bool', 'datetime', 'enum', 'ref', 'list', 'phone', 'email'])
    .optional(),
  enum: z.string().optional(),
  ref: z.string().optional(),
  evidence: Evidence.optional(),
  required: z.boolean().optional(),
});

const ChildCandidate = z.strictObject({
  /** Absent: the rows are inside the record itself. */
  path: PathTemplate.optional(),
  query: Query.optional(),
  /** Where the rows are, when it differs from the child's own `rows`. */
  rows: z.array(z.string()).optional(),
  evidence: Evidence,
});

const ChildSpec = z.strictObject({
  /** In order of likelihood; probing finds out which one the tenant understands. */
  candidates: z.array(ChildCandidate).min(1),
  /** Paths of the row array in the reply, first match wins; `""` is the reply itself. */
  rows: Paths,
  /** A reply that is one object rather than a list counts as one row. */
  single: z.boolean().optional(),
  id: z.array(z.string()).optional(),
  /** Paths in a row that name the record it belongs to. */
  parent: z.array(z.string()).optional(),
  fields: z.record(z.string(), FieldSpec).optional(),
  onUnknownPrivacy: z.literal('internal').optional(),
});
export type ChildSpec = z.infer<typeof ChildSpec>;

const JoinSpec = z.strictObject({
  as: z.string().min(1),
  object: z.string(),
  /** Paths in the row whose values are looked up. */
  on: z.union([z.string(), Paths]),
  /** Path in the looked-up record that must hold one of the values… */
  key: z.string().optional(),
  /** …or several paths, any of which may hold it. Always gives a list. */
  membership: Paths.optional(),
  /** A list of all matches instead of the first or null. */
  many: z.boolean().optional(),
  /** Keys of the looked-up record to keep; all when absent. */
  pick: Paths.optional(),
});
export type JoinSpec = z.infer<typeof JoinSpec>;

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const FilterSpec = z.strictObject({
  path: z.string(),
  in: z.array(Scalar).optional(),
  notIn: z.array(Scalar).optional(),
});

const ObjectSpec = z.strictObject({
  enabled: z.boolean(),
  /** Plural, for sentences. */
  label: z.string(),
  list: z.strictObject({
    path: PathTemplate,
    paging: z.string(),
    query: Query.optional(),
    /** Rows may hold rows: the key of the inner list, and the key that then names the parent. */
    nested: z.strictObject({ children: z.string(), parent: z.string() }).optional(),
    evidence: Evidence,
  }),
  detail: z
    .strictObject({
      path: PathTemplate,
      /** Where the record is in the reply, first match wins; `""` is the reply itself. */
      root: z.array(z.string()).optional(),
      strip: z.array(z.string()).optional(),
      evidence: Evidence,
    })
    .optional(),
  id: Paths,
  displayId: Paths.optional(),
  updatedAt: Paths.optional(),
  createdAt: Paths.optional(),
  deleted: Paths.optional(),
  /** Rows that are not the customer's data; the pipeline counts them as excluded. */
  exclude: z.array(z.strictObject({ path: z.string(), equals: z.unknown() })).optional(),
  /** Every installation has some, the account that reads being one of them; an empty list shows a weak account. */
  neverEmpty: z.boolean().optional(),
  /** Which rows of a shared list are this object: list filters are not documented, so it is applied after reading. */
  filter: FilterSpec.optional(),
  /**
   * Path → the only keys that stay there, `""` being the record itself. User profiles carry national id, birth date and
   * home address under names that are not on record, so people are read by an allow-list.
   */
  keep: z.record(z.string(), z.array(z.string())).optional(),
  delta: z.strictObject({
    mode: z.enum(['sorted', 'scan', 'hash']),
    overlapMinutes: z.number().nonnegative(),
  }),
  /** Only what probing needs: references and personal data. The mapped fields are those of the object modules. */
  fields: z.record(z.string(), FieldSpec).optional(),
  joins: z.array(JoinSpec).optional(),
  children: z.record(z.string(), ChildSpec).optional(),
  custom: z
    .strictObject({
      values: z.string(),
      definitions: z.string().optional(),
      keyPattern: z.string().optional(),
    })
    .optional(),
});
export type ObjectSpec = z.infer<typeof ObjectSpec>;

const PagingSpec = z.strictObject({
  /** Absent: the list is not paged and no parameter is sent. */
  size: z
    .strictObject({ param: z.string(), initial: z.number().int().min(1), max: z.number().int().min(1) })
    .optional(),
  cursor: z.array(z.strictObject({ param: z.string(), kind: z.enum(['page1', 'offset']) })),
  rows: Paths,
  count: z.array(z.string()),
  next: z.string().optional(),
  serverMax: z.string().optional(),
});
export type PagingSpec = z.infer<typeof PagingSpec>;

const LoginSpec = z.strictObject({
  name: z.string(),
  path: PathTemplate,
  /** Values may hold `{username}`, `{password}`, `{password|base64}`. */
  body: z.record(z.string(), z.string()),
  tokenPaths: Paths,
  evidence: Evidence,
});
export type LoginSpec = z.infer<typeof LoginSpec>;

const EnumSpec = z.strictObject({
  /** Id → name. */
  values: z.record(z.string(), z.string()),
  /** Other spellings, such as i18n keys, → name. */
  aliases: z.record(z.string(), z.string()).optional(),
  evidence: Evidence,
});

export const InfraonProfile = z.strictObject({
  id: z.string().min(1),
  version: z.number().int().positive(),
  auth: z.strictObject({
    /** Two at most: a failed login may count towards a lock-out. */
    logins: z.array(LoginSpec).min(1).max(2),
    header: z.strictObject({ name: z.string(), formats: z.array(z.string().includes('{token}')).min(1) }),
    reloginOn: z.array(z.number().int()),
    reloginWindowMs: z.number().int().nonnegative(),
    /** A cheap read that tells whether a header is accepted. */
    check: z.strictObject({ path: PathTemplate, query: Query }),
  }),
  http: z.strictObject({
    maxAttempts: z.number().int().min(1).max(6),
    retryBaseMs: z.number().int().positive(),
    retryCapMs: z.number().int().positive().max(60_000),
    success: z.strictObject({ statusField: z.string(), failureValues: z.array(z.string()) }),
    errorTextPaths: Paths,
    limits: z.strictObject({
      startConcurrency: z.number().int().min(1),
      maxConcurrency: z.number().int().min(1),
      maxRps: z.number().positive(),
      breakerThreshold: z.number().int().min(1),
      breakerOpenMs: z.number().int().positive(),
    }),
  }),
  /** The server's own OpenAPI document. */
  schema: z.strictObject({ path: PathTemplate, query: Query, gainWords: z.array(z.string()) }),
  media: z.strictObject({
    prefixes: z.array(z.string().startsWith('/')).min(1),
    maxBytes: z.number().int().positive(),
  }),
  paging: z.record(z.string(), PagingSpec),
  /** Ways to ask for an order, `{field}` standing for the sort key. */
  sorting: z.array(z.strictObject({ desc: Query, asc: Query })),
  objects: z.record(z.string(), ObjectSpec),
  enums: z.record(z.string(), EnumSpec),
  /** Beginnings of paths that are never called: GETs of this API that act on devices. */
  denyPaths: z.array(z.string().startsWith('/')),
});
export type InfraonProfile = z.infer<typeof InfraonProfile>;

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects merge key by key, null removes a key, everything else replaces. */
function mergeData(base: unknown, override: unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(override)) return override;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(override)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merged.has(key) ? mergeData(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}

function checkReferences(profile: InfraonProfile): string | null {
  for (const [name, object] of Object.entries(profile.objects)) {
    if (!Object.hasOwn(profile.paging, object.list.paging)) {
      return `objects.${name}.list.paging: no paging is named ${object.list.paging}`;
    }
    for (const join of object.joins ?? []) {
      if (!Object.hasOwn(profile.objects, join.object)) {
        return `objects.${name}.joins: no object is named ${join.object}`;
      }
      if (join.key === undefined && join.membership === undefined) {
        return `objects.${name}.joins.${join.as}: needs key or membership`;
      }
    }
  }
  return null;
}

/** Validates profile data. Throws `UserError` `profile_invalid` that names the offending key. */
export function parseProfile(data: unknown): InfraonProfile {
  const parsed = InfraonProfile.safeParse(data);
  const issue = parsed.error?.issues[0];
  const problem = parsed.success
    ? checkReferences(parsed.data)
    : `${issue?.path.map(String).join('.') || 'profile'}: ${issue?.message ?? 'invalid'}`;
  if (parsed.success && problem === null) return parsed.data;
  const field = problem?.split(':')[0];
  throw new UserError(`The Infraon profile is not valid: ${problem ?? 'unreadable'}.`, {
    code: 'profile_invalid',
    httpStatus: 422,
    field,
  });
}

/**
 * The profile with a connection's own data laid over it, validated again. Denied paths can be added, never removed.
 * Throws `UserError` `profile_invalid`.
 */
export function mergeProfile(base: InfraonProfile, override: unknown): InfraonProfile {
  const merged = parseProfile(mergeData(base, override));
  return { ...merged, denyPaths: [...new Set([...base.denyPaths, ...merged.denyPaths])] };
}

/** The shipped profile of Infraon's `/ux/` API. */
export function defaultProfile(): InfraonProfile {
  return parseProfile(defaultProfileData);
}
