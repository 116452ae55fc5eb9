import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { InventoryField } from '../../objects/mapping.ts';
import type { Raw } from '../../objects/paths.ts';
import { canonicalJson } from '../../objects/payload-hash.ts';
import { proposeMap } from '../../objects/propose.ts';
import type { Deps } from '../deps.ts';
import { requireStillInstalled } from '../install/still-installed.ts';
import type { SettingsDocument } from '../settings.ts';
import { askForSameMeaning } from './ask-model.ts';
import { PROPOSED_BY, insertMap, newestMaps } from './map-store.ts';

/**
 * Proposes a map from what was discovered, unless a person has edited or approved this object's map. An unchanged
 * proposal makes no new version.
 */
export async function storeProposal(
  deps: Deps,
  workspaceId: string,
  definition: ObjectDefinition,
  inventory: readonly InventoryField[],
  samples: Raw[],
  settings: SettingsDocument,
): Promise<void> {
  const proposal = proposeMap(definition, inventory, {
    timezone: settings.source_timezone,
    samples,
    now: deps.clock.now(),
    companyRule: settings.company_rule,
    sameMeaning: await askForSameMeaning(deps, definition, inventory),
    ...(settings.default_country === '' ? {} : { defaultCountry: settings.default_country }),
  });
  await deps.db.sql.begin(async (tx) => {
    await requireStillInstalled(tx, workspaceId);
    const touched = await tx`
      select 1 from object_maps
      where workspace_id = ${workspaceId} and object = ${definition.name}
        and (state = 'approved' or created_by <> ${PROPOSED_BY})
      limit 1`;
    if (touched.length > 0) return;
    const newest = (await newestMaps(tx, workspaceId)).get(definition.name);
    const unchanged =
      newest !== undefined &&
      canonicalJson({ rules: newest.rules, unmapped: newest.unmapped }) === canonicalJson(proposal);
    if (unchanged) return;
    await insertMap(tx, workspaceId, {
      object: definition.name,
      version: (newest?.version ?? 0) + 1,
      ...proposal,
      createdBy: PROPOSED_BY,
    });
  });
}
