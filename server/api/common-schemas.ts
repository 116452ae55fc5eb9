import { z } from 'zod';

/** Documents of the JSON API as schemas: the OpenAPI document is made from them, and handlers are typed by them. */
const Role = z.enum(['owner', 'operator', 'viewer']);
export const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC' });
export const Json = z.record(z.string(), z.unknown());

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().meta({ description: 'Pass it as `cursor` for the next page.' }),
    total: z.int(),
  });
}

export const PageQuery = z.object({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).optional().meta({ description: 'At most 200 are given.' }),
});

export const Session = z
  .object({
    workspace: z.object({ id: z.string(), name: z.string(), region: z.string() }),
    admin: z.object({ id: z.string(), name: z.string(), email: z.string(), role: Role }),
  })
  .meta({ id: 'Session' });

export const Teammate = z
  .object({ id: z.string(), name: z.string(), email: z.string(), has_inbox_seat: z.boolean(), role: Role })
  .meta({ id: 'Teammate' });
export const RoleChange = z.strictObject({ role: Role });

/** Rows erased, by table. */
export const Erasure = z.object({ erased: z.record(z.string(), z.number()) });

export const ApiError = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      field: z.string().optional(),
      request_id: z.string(),
    }),
  })
  .meta({ id: 'Error' });
