import type { CustomObjectInstance } from '../../../connectors/intercom/schemas.ts';
import type { CustomObjectPayload } from '../../../objects/payloads.ts';
import { resolveAttributes } from '../../load/attributes.ts';
import type { UndoPlan } from '../undo-plan.ts';
import { foreignAttributes } from './contacts.ts';
import { changesBack, flat, valueOf } from './fields.ts';
import { ignoringAbsence, writeBack } from './steps.ts';
import { idOf, NOTHING_TO_RESTORE, type ThingKind } from './thing.ts';

export const customObjectInstances: ThingKind<CustomObjectInstance, CustomObjectPayload> = {
  async read(plan, context) {
    const raw = await context.intercom.getInstance(typeOf(plan), idOf(plan));
    return raw === null ? null : { raw, updatedAt: raw.updated_at };
  },
  traces: (raw, marks) => foreignAttributes(raw.custom_attributes, marks.attributes),
  remove(plan) {
    const [type, id] = [typeOf(plan), idOf(plan)];
    return {
      key: 'undo:delete',
      operation: 'DELETE /custom_object_instances/{type}/{id}',
      perform: ({ intercom }) => ignoringAbsence(intercom.deleteInstanceById(type, id)),
      isDone: async ({ intercom }) => (await intercom.getInstance(type, id)) === null,
    };
  },
  restoration(raw, { prior, payloads }, plan, context) {
    if (prior === null) return NOTHING_TO_RESTORE;
    const bodies = payloads.map(
      ({ resource: _resource, type: _type, external_id: _id, custom_attributes, ...fields }) =>
        flat({ ...fields, custom_attributes: resolveAttributes(custom_attributes, context) }),
    );
    const { body, expected, left } = changesBack(prior, bodies, raw);
    return {
      steps: writeBack('POST /custom_object_instances/{type}', body, ({ intercom }, values) =>
        intercom.upsertInstance(typeOf(plan), { external_id: raw.external_id, ...values }),
      ),
      expected,
      left,
    };
  },
  valuesOf: (raw, fields) => Object.fromEntries(fields.map((field) => [field, valueOf(raw, field) ?? null])),
};

function typeOf(plan: UndoPlan): string {
  const { type } = plan.facts;
  if (typeof type !== 'string') throw new Error('a custom object instance without a type');
  return type;
}
