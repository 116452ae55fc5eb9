import { z } from 'zod';
import { Json, Timestamp } from './common-schemas.ts';

export const SourceInput = z
  .strictObject({
    base_url: z.string().min(1),
    auth: z.discriminatedUnion('strategy', [
      z.strictObject({
        strategy: z.literal('password'),
        username: z.string().min(1),
        password: z.string().min(1),
      }),
      z.strictObject({ strategy: z.literal('api_key'), api_key: z.string().min(1) }),
    ]),
    profile: Json.optional().meta({ description: 'Corrections to the shipped profile of the Infraon API.' }),
  })
  .meta({ id: 'SourceInput' });

export const Source = z
  .union([
    z.object({ state: z.literal('not_connected') }),
    z.object({
      state: z.literal('connected'),
      base_url: z.string(),
      auth: z.object({ strategy: z.enum(['password', 'api_key']) }),
      capabilities: z.array(z.object({ id: z.string(), ok: z.boolean(), detail: z.string() })),
      connected_by: z.string(),
      connected_at: Timestamp,
    }),
  ])
  .meta({ id: 'Source' });

export const Discovery = z
  .object({
    state: z.enum(['idle', 'running', 'done', 'failed']),
    objects: z.array(
      z.object({
        object: z.string(),
        count: z.number(),
        fields: z.array(
          z.object({
            key: z.string(),
            label: z.string(),
            type: z.string(),
            custom: z.boolean(),
            fill_rate: z.number(),
            options: z.array(z.string()),
            samples: z.array(z.unknown()),
          }),
        ),
        quality: z.array(
          z.object({
            code: z.string(),
            count: z.number(),
            examples: z.array(
              z.object({ source_id: z.string(), display_id: z.string().nullable(), value: z.unknown() }),
            ),
          }),
        ),
      }),
    ),
    estimate: z.object({ calls: z.number(), seconds: z.number() }).nullable(),
    error: z.string().nullable(),
    started_at: Timestamp.nullable(),
    finished_at: Timestamp.nullable(),
  })
  .meta({ id: 'Discovery' });

const MapState = z.enum(['proposed', 'approved']);
export const MapSummary = z
  .object({
    object: z.string(),
    version: z.int(),
    state: MapState,
    rules: z.int(),
    unmapped: z.int(),
    approved_by: z.string().nullable(),
    approved_at: Timestamp.nullable(),
  })
  .meta({ id: 'MapSummary' });

export const ObjectMap = z
  .object({
    object: z.string(),
    version: z.int(),
    state: MapState,
    rules: z.array(
      z.object({
        id: z.string(),
        source: z.string(),
        target: z.string(),
        transform: z.string(),
        options: Json,
        confidence: z.number(),
        reasons: z.array(z.string()),
        samples: z.array(z.object({ source: z.unknown(), result: z.unknown() })),
      }),
    ),
    unmapped: z.array(z.object({ source: z.string(), reason: z.string(), goes_to: z.string() })),
    approved_by: z.string().nullable(),
    approved_at: Timestamp.nullable(),
  })
  .meta({ id: 'ObjectMap' });

export const MapEdit = z
  .strictObject({
    version: z.int(),
    rules: z.array(
      z.object({
        id: z.string().optional(),
        source: z.string(),
        target: z.string(),
        transform: z.string().optional(),
        options: Json.optional(),
      }),
    ),
  })
  .meta({ id: 'MapEdit' });
export const MapApproval = z.strictObject({ version: z.int() });

export const ObjectTypes = z
  .object({
    types: z.array(
      z.object({
        identifier: z.string(),
        name: z.string(),
        attributes: z.array(
          z.object({
            name: z.string(),
            format: z.enum(['text', 'number', 'decimal', 'list', 'boolean', 'date', 'reference']),
            options: z.array(z.string()).optional(),
            references: z.object({ type: z.string(), cardinality: z.enum(['one', 'many']) }).optional(),
          }),
        ),
        state: z.enum(['unproven', 'missing', 'incomplete', 'proven']),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'ObjectTypes' });

export const Preflight = z
  .object({
    checks: z.array(
      z.object({
        id: z.string(),
        severity: z.enum(['error', 'warning', 'info']),
        state: z.enum(['pass', 'fail', 'needs_confirmation']),
        title: z.string(),
        detail: z.string(),
        fix: z.string(),
      }),
    ),
  })
  .meta({ id: 'Preflight' });
export const Confirmation = z.strictObject({ note: z.string().max(2000) });

export const Settings = z
  .object({
    rate_share: z.number(),
    thread_mode: z.enum(['thread', 'transcript_note']),
    company_rule: z.enum(['organization_name', 'customer_id', 'department', 'catalogue_name', 'none']),
    fallback_admin_id: z.string().nullable(),
    source_timezone: z.string(),
    default_country: z.string(),
    attachment_max_mb: z.number(),
    search_lag_seconds: z.number(),
    replies_per_window: z.number(),
    reply_window_seconds: z.number(),
    article_folder_rule: z.enum(['categories_tree', 'department_service', 'first_tag']),
    restricted_articles: z.enum(['draft', 'internal']),
    help_center_id: z.string().nullable(),
    article_files_url: z.string().nullable(),
    links_per_attribute: z.number().nullable(),
    preview_bulk: z.boolean(),
    retention_days: z.number(),
  })
  .meta({ id: 'Settings' });
/** Types and choices are checked here (400), bounds by the use case (422). */
export const SettingsChange = z.strictObject(Settings.partial().shape).meta({ id: 'SettingsChange' });
