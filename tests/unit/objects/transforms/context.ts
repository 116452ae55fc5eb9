import type { ObjectDefinition } from '../../../../objects/define-object.ts';
import { TRANSFORMS } from '../../../../objects/transforms.ts';
import type { Outcome, RecordContext } from '../../../../objects/transforms/transform.ts';

const DEFINITION: ObjectDefinition = {
  name: 'ticket',
  label: 'Ticket',
  plural: 'Tickets',
  source: { kind: 'endpoint', object: 'ticket' },
  dependsOn: [],
  fields: [
    { key: 'id', label: 'Id', type: 'string', paths: ['id'], evidence: 'seen' },
    {
      key: 'requester',
      label: 'Requester',
      type: 'reference',
      object: 'person',
      paths: ['p'],
      evidence: 'seen',
    },
    {
      key: 'technician',
      label: 'Technician',
      type: 'reference',
      object: 'agent',
      paths: ['t'],
      evidence: 'seen',
    },
    { key: 'links', label: 'Links', type: 'references', object: 'thing', paths: ['l'], evidence: 'seen' },
  ],
  destination: { resource: 'conversations' },
  identity: { template: '{id}' },
  mapping: [],
  verify: {},
  rollback: { created: 'delete', updated: 'keep' },
};

/** The context of one rule, with what a test does not care about filled in. */
function recordContext(overrides: Partial<RecordContext> = {}): RecordContext {
  const source = overrides.source ?? 'field';
  return {
    timezone: 'Asia/Kolkata',
    now: new Date('2025-03-01T00:00:00Z'),
    companyRule: 'organization_name',
    raw: {},
    values: {},
    definition: DEFINITION,
    source,
    field: DEFINITION.fields.find((field) => field.key === source),
    required: false,
    allowedWithoutEmail: false,
    ...overrides,
  };
}

export function apply(
  name: string,
  value: unknown,
  options: Record<string, unknown> = {},
  overrides: Partial<RecordContext> = {},
): Outcome {
  return TRANSFORMS[name]!.apply(value, options, recordContext(overrides));
}

/** The outcome in short: the value, `!code` for an issue, or value and warning codes. */
export function brief(outcome: Outcome): unknown {
  if ('issue' in outcome) return `!${outcome.issue.code}`;
  const codes = (outcome.warnings ?? []).map((warning) => warning.code);
  return codes.length === 0 ? outcome.value : { value: outcome.value, warnings: codes };
}
