import { z } from 'zod';
import { Timestamp } from './common-schemas.ts';

export const Note = z.strictObject({ note: z.string().max(2000) }).meta({ id: 'Note' });

const Freeze = z
  .object({
    state: z.enum(['not_checked', 'one_look', 'changing', 'behind', 'too_old', 'unknown', 'frozen']),
    detail: z.string(),
    first_look_at: Timestamp.nullable(),
    last_look_at: Timestamp.nullable(),
    next_look_at: Timestamp.nullable(),
    objects: z.array(
      z.object({
        object: z.string(),
        state: z.enum(['quiet', 'behind', 'changing', 'unknown']),
        detail: z.string(),
        newest_change: Timestamp.nullable().meta({ description: "By the source's clock" }),
        newest_read: Timestamp.nullable(),
        count: z.number().nullable(),
        count_read: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Freeze' });

const Item = z
  .object({
    id: z.string(),
    title: z.string(),
    state: z.enum(['go', 'no_go', 'needs_confirmation', 'confirmed']),
    detail: z.string(),
    fix: z.string(),
    confirmed_by: z.string().nullable().meta({ description: 'Name of the teammate' }),
    confirmed_at: Timestamp.nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'CutoverItem' });

const Hypercare = z
  .object({
    started_at: Timestamp,
    ends_at: Timestamp,
    days: z.array(
      z.object({
        day: z.number(),
        due_at: Timestamp,
        state: z.enum(['due', 'running', 'clean', 'attention']),
        detail: z.string(),
        checked_at: Timestamp.nullable(),
        run_id: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Hypercare' });

const SignedOff = z
  .object({
    by: z.string(),
    at: Timestamp,
    note: z.string(),
    package: z.object({ name: z.string(), size: z.number(), sha256: z.string() }),
    erase_at: Timestamp,
    erased_at: Timestamp.nullable(),
    revocable_until: Timestamp,
  })
  .meta({ id: 'SignedOff' });

export const Cutover = z
  .object({
    freeze: Freeze,
    forecast: z
      .object({ seconds: z.number(), calls: z.number(), based_on: z.string() })
      .nullable()
      .meta({ description: 'How long one more delta would take, from the last one' }),
    items: z.array(Item),
    verdict: z.enum(['go', 'no_go']),
    last_delta: z
      .object({
        id: z.string(),
        state: z.string(),
        started_at: Timestamp.nullable(),
        finished_at: Timestamp.nullable(),
        seconds: z.number().nullable(),
        written: z.number(),
        unchanged: z.number(),
      })
      .nullable(),
    hypercare: Hypercare.nullable(),
    signed_off: SignedOff.nullable(),
  })
  .meta({ id: 'Cutover' });
