import type { IntercomClient } from '../../connectors/intercom/client.ts';
import type { CustomObjectInstance } from '../../connectors/intercom/schemas.ts';
import { AuthError, ConflictError, NotFoundError, RejectedError, messageOf } from '../../errors.ts';
import type { SchemaType } from '../../objects/attributes.ts';

export const CANARY_ID = 'infraon-canary';
const PROBE_ID = '__probe__';

export type CanaryVerdict = { state: 'missing' | 'incomplete' | 'proven' | 'unproven'; detail: string };

/**
 * Tells a missing type from a missing instance. Both are 404 `not_found`, so this is the one place that reads the text
 * of an answer (Intercom API 2.16, GET /custom_object_instances/{type}: "Custom object type `X` not found", "Custom
 * object instance not found").
 */
export function missingThing(error: NotFoundError): 'type' | 'instance' {
  return /\binstance\b/i.test(error.message) ? 'instance' : 'type';
}

export function isRefusal(error: unknown): error is RejectedError | ConflictError {
  return error instanceof RejectedError || error instanceof ConflictError;
}

/** Null when the type is there. */
export async function probeType(client: IntercomClient, type: SchemaType): Promise<CanaryVerdict | null> {
  try {
    await client.findInstance(type.identifier, PROBE_ID);
    return null;
  } catch (error) {
    if (error instanceof NotFoundError) {
      if (missingThing(error) === 'instance') return null;
      return {
        state: 'missing',
        detail: `Intercom has no custom object type with the identifier ${type.identifier}. Create it in Settings > Data > Custom objects.`,
      };
    }
    if (error instanceof AuthError && error.status === 403) {
      return {
        state: 'unproven',
        detail: `Intercom does not let the app use custom objects (${messageOf(error)}). Switch the permission on in the Developer Hub, or check the plan.`,
      };
    }
    throw error;
  }
}

export function upsertCanary(
  client: IntercomClient,
  type: SchemaType,
  attributes: Record<string, unknown>,
): Promise<CustomObjectInstance> {
  return client.upsertInstance(type.identifier, { external_id: CANARY_ID, custom_attributes: attributes });
}

export async function removeCanary(client: IntercomClient, type: SchemaType): Promise<void> {
  try {
    await client.deleteInstance(type.identifier, CANARY_ID);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}

/** Tries every type even when one fails; gives the reason for each canary that is still there. */
export async function removeAll(
  client: IntercomClient,
  types: readonly SchemaType[],
): Promise<Map<string, string>> {
  const left = new Map<string, string>();
  for (const type of types) {
    try {
      await removeCanary(client, type);
    } catch (error) {
      left.set(type.identifier, messageOf(error));
    }
  }
  return left;
}
