import * as schemas from './schemas.ts';
import type { Sdk } from './sdk.ts';
import type { IntercomTransport } from './transport.ts';
import { checked, orNull, typedCalls } from './typed-call.ts';

/** Custom object instances. */
export function createInstanceCalls(transport: IntercomTransport, sdk: Sdk) {
  const call = typedCalls(transport);
  const instances = (type: string) => `/custom_object_instances/${encodeURIComponent(type)}`;

  return {
    async upsertInstance(type: string, body: Record<string, unknown>) {
      return checked(
        schemas.CustomObjectInstance,
        'POST /custom_object_instances/{type}',
        await sdk.customObjectInstances.createCustomObjectInstances({
          ...body,
          custom_object_type_identifier: type,
        }),
      );
    },
    /** Throws NotFoundError; its message tells a missing type from a missing instance. */
    findInstance: (type: string, externalId: string) =>
      call(schemas.CustomObjectInstance, {
        method: 'GET',
        path: instances(type),
        operation: 'GET /custom_object_instances/{type}',
        query: { external_id: externalId },
      }),
    getInstance: (type: string, id: string) =>
      orNull(
        call(schemas.CustomObjectInstance, {
          method: 'GET',
          path: `${instances(type)}/${id}`,
          operation: 'GET /custom_object_instances/{type}/{id}',
        }),
      ),
    async deleteInstance(type: string, externalId: string) {
      await transport.send({
        method: 'DELETE',
        path: instances(type),
        operation: 'DELETE /custom_object_instances/{type}',
        query: { external_id: externalId },
      });
    },
  };
}
