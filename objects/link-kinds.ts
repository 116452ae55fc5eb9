import { field, type FieldDefinition } from './define-object.ts';

/**
 * How rows of `reference[]` name the module of the record they link to. Module ids are on record for all but problem;
 * the rows themselves are not (Infraon reference, 5.3 and stored incident), so a row of an unknown kind is decided by
 * which object has its id.
 */
const KINDS: Record<string, string[]> = {
  incident: ['10', 'incident', 'inci', 'ticket'],
  request: ['42', 'request', 'req', 'service request'],
  problem: ['problem', 'prob'],
  change: ['47', 'change'],
  release: ['53', 'release'],
};

/**
 * Links to records of one kind: the record's own path to them, the rows of its list of links, and the links that only
 * the other record holds.
 */
export function linkField(
  key: string,
  label: string,
  object: 'incident' | 'problem' | 'change' | 'release',
  paths: string[],
  more: Pick<FieldDefinition, 'reverse' | 'indexed'> = {},
): FieldDefinition {
  const others = ['incident', 'problem', 'change', 'release'].filter((name) => name !== object);
  return field(key, label, 'references', paths, 'inferred', {
    ...more,
    object,
    orObjects: others,
    links: {
      rows: ['reference'],
      id: ['ref_id', `${object}_id`, 'id'],
      kind: ['module_id', 'ref_module_id', 'module', 'module_name', 'ref_module'],
      isNot: Object.entries(KINDS)
        .filter(([kind]) => kind !== object)
        .flatMap(([, words]) => words),
    },
  });
}

/** Affected items: a configuration item and an asset are one API object, so the id says which it is. */
export function impactedField(key: string, label: string): FieldDefinition {
  return field(
    key,
    label,
    'references',
    ['impacted_asset[].ci_id', 'impacted_asset[].asset_id'],
    'documented',
    {
      object: 'configuration_item',
      orObjects: ['asset'],
    },
  );
}
