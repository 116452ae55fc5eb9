import type { CmdbProfile, JsonObject } from '../infraon/desk.ts';
import { offsetTime } from '../infraon/timestamps.ts';
import { CMDB_CLASSES } from '../infraon/vocabulary.ts';
import { DAY_MS, inProportion } from './build.ts';
import type { Build } from './build.ts';
import { anyRequester } from './people.ts';

type FieldKind = 'text' | 'textarea' | 'dropdown' | 'datetime-local';
type CustomField = { key: string; label: string; kind: FieldKind; values: string[] };
type ItemType = { name: string; prefix: string; fields: CustomField[] };

function customField(serial: number, label: string, kind: FieldKind, values: string[]): CustomField {
  return { key: `col_${(1_650_000_000_000 + serial).toString()}`, label, kind, values };
}

const CI_TYPES: ItemType[] = [
  {
    name: 'Server',
    prefix: 'srv',
    fields: [
      customField(201, 'Operating System', 'dropdown', ['Debian 12', 'RHEL 9', 'Windows Server 2022']),
      customField(202, 'Patch Window', 'text', ['Sunday 02:00', 'Saturday 23:00']),
    ],
  },
  {
    name: 'Router',
    prefix: 'rtr',
    fields: [customField(211, 'Firmware', 'text', ['17.9.4', '17.12.1', '16.6.9'])],
  },
  { name: 'Switch', prefix: 'swi', fields: [customField(221, 'Ports', 'text', ['24', '48'])] },
  {
    name: 'Application',
    prefix: 'app',
    fields: [
      customField(231, 'Hosting', 'dropdown', ['On premises', 'Cloud']),
      customField(232, 'Runbook', 'textarea', [
        'Restart with care.\nCall the owner first.',
        'See the wiki page.',
      ]),
    ],
  },
];

const ASSET_TYPES: ItemType[] = [
  {
    name: 'Laptop',
    prefix: 'LT',
    fields: [
      customField(301, 'RAM', 'dropdown', ['16 GB', '32 GB', '64 GB']),
      customField(302, 'Keyboard Layout', 'dropdown', ['UK', 'DE', 'FR', 'ES', 'JP']),
      customField(303, 'Encrypted On', 'datetime-local', ['2025-03-01T09:00', '2025-11-17T14:30']),
    ],
  },
  { name: 'Monitor', prefix: 'MO', fields: [customField(311, 'Diagonal', 'text', ['24', '27', '34'])] },
  {
    name: 'Printer',
    prefix: 'PR',
    fields: [
      customField(321, 'Colour', 'dropdown', ['Yes', 'No']),
      customField(322, 'Toner', 'text', ['TN-423', 'TN-910']),
    ],
  },
  {
    name: 'Mobile Phone',
    prefix: 'MP',
    fields: [customField(331, 'IMEI', 'text', ['000000000000001', '000000000000002'])],
  },
];

const PLACES = ['bengaluru', 'koeln', 'lyon', 'valencia', 'leeds', 'osaka'];

/** Asset status words are not on record: these are neutral and synthetic. */
const ASSET_STATUSES = ['In Use', 'In Use', 'In Use', 'In Stock', 'Under Repair', 'Retired'];

const RELATIONS = [
  { upstream: 'Connected to', downstream: 'Connected by' },
  { upstream: 'Are part of', downstream: 'Consists of' },
  { upstream: 'Consumes', downstream: 'Consumed by' },
  { upstream: 'Backed up by', downstream: 'Backed up by' },
  { upstream: 'Cluster', downstream: 'Cluster of' },
];

function definition(field: CustomField): JsonObject {
  return {
    data_key: field.key,
    name: field.key,
    label: field.label,
    type: field.kind,
    section: 'general',
    is_customfield: true,
    is_keyvalue: false,
    // Empty on record also for dropdowns: the values have to be collected from the data.
    options: [],
    placeholder: '',
    regex: null,
    roles: [],
  };
}

function customData(build: Build, fields: CustomField[]): JsonObject {
  const entries = fields
    .filter(() => build.prng.chance(0.85))
    .map(({ key, values }) => [key, build.prng.pick(values)] as const);
  return Object.fromEntries(entries);
}

function person(build: Build): JsonObject {
  const { requester_id, full_name, email } = anyRequester(build);
  return { requester_id, full_name, email };
}

function addTypes(build: Build, types: ItemType[], cmdbClass: number): string[] {
  const at = build.now - 880 * DAY_MS;
  return types.map(({ name }) => {
    const id = build.id(at);
    build.desk.item_classifications.push({
      template_id: id,
      template_name: name,
      cmdb_class: cmdbClass,
      customer_id: null,
      customer_entity_id: null,
      is_preconfigured: true,
      creation_time: offsetTime(at),
      last_update_time: offsetTime(at),
      is_deleted: false,
    });
    return id;
  });
}

type Placement = { type: ItemType; templateId: string; index: number; asset: boolean };

function profile(build: Build, { type, templateId, index, asset }: Placement): CmdbProfile {
  const { prng, desk } = build;
  const created = build.now - 700 * DAY_MS + index * 60_000;
  const serial = (index + 1).toString().padStart(4, '0');
  const name = asset ? `${type.prefix}-${serial}` : `${type.prefix}-${prng.pick(PLACES)}-${serial}`;
  const owner = prng.pick(desk.users);
  const status = asset ? prng.pick(ASSET_STATUSES) : 'In Use';
  return {
    ci_id: build.id(created),
    ci_name: name,
    ci_display_name: name,
    ci_descr: `${type.name} ${serial}`,
    asset_id: asset ? `AST${serial}` : null,
    template_id: templateId,
    template_name: type.name,
    cmdb_class: asset ? CMDB_CLASSES.asset : CMDB_CLASSES.configuration_item,
    status,
    criticality: prng.pick(['High', 'Medium', 'Low']),
    service_status: 'In Service',
    operational_status: status === 'Retired' ? 'Down' : 'Up',
    business_function: prng.pick(['Production', 'Test', 'Office']),
    description: `<p>${type.name} bought for the ${prng.pick(desk.departments).dept_name} department.</p>`,
    installation_date: offsetTime(created),
    usage_type: asset ? 'Personal' : 'Shared',
    // The source separates the state change and its reason by a comma.
    state_change_reason: status === 'Retired' ? 'Retired, Replaced by newer model' : null,
    vendor: prng.pick(desk.vendors).vendor_name ?? null,
    warranty_expiry: asset ? offsetTime(created + 1095 * DAY_MS).slice(0, 10) : null,
    requester: {},
    owner: { profile_id: owner.profile_id, full_name: owner.full_name },
    managed_by: { profile_id: owner.profile_id, full_name: owner.full_name },
    used_by: asset && status === 'In Use' ? person(build) : {},
    location: { location_name: prng.pick(desk.locations).location_name },
    tags: [],
    custom_field: type.fields.map(definition),
    custom_field_data: customData(build, type.fields),
    is_deleted: false,
    creation_time: offsetTime(created),
  };
}

function addRelation(build: Build, parent: string, child: string, kind: number): void {
  const { upstream, downstream } = RELATIONS[kind % RELATIONS.length] ?? {
    upstream: 'Connects',
    downstream: 'Connected by',
  };
  build.desk.relations.push({
    relation_id: build.id(build.now - 690 * DAY_MS),
    parent_ci_id: parent,
    child_ci_id: child,
    upstream_name: upstream,
    downstream_name: downstream,
  });
}

/** A chain, a cycle of three, one item related to itself, and each asset tied to a CI. */
function addRelations(build: Build): void {
  const items = build.desk.cmdb_profiles;
  const cis = items.filter(({ cmdb_class }) => cmdb_class === CMDB_CLASSES.configuration_item);
  for (const [index, ci] of cis.entries()) {
    const next = cis[index + 1];
    // The first three form the cycle below.
    if (index < 2) continue;
    if (next && build.prng.chance(0.7)) addRelation(build, ci.ci_id, next.ci_id, index);
  }
  const [first, second, third] = cis;
  if (first && second && third) {
    addRelation(build, first.ci_id, second.ci_id, 0);
    addRelation(build, second.ci_id, third.ci_id, 0);
    addRelation(build, third.ci_id, first.ci_id, 0);
    addRelation(build, first.ci_id, first.ci_id, 4);
    build.desk.hard_cases.push(
      { name: 'ci_cycle', object: 'cmdb_profile', ids: [first.ci_id, second.ci_id, third.ci_id] },
      { name: 'ci_self_link', object: 'cmdb_profile', ids: [first.ci_id] },
    );
  }
  for (const asset of items.filter(({ cmdb_class }) => cmdb_class === CMDB_CLASSES.asset)) {
    if (!build.prng.chance(0.6)) continue;
    const ci = build.prng.pick(cis);
    asset.parent_ci = { ci_id: ci.ci_id, ci_name: ci.ci_name };
    addRelation(build, ci.ci_id, asset.ci_id, 1);
  }
}

/** CI types and CIs, asset types and assets, and what ties them together. */
export function addCmdb(build: Build): void {
  const { desk, incidents } = build;
  const ciTemplates = addTypes(build, CI_TYPES, CMDB_CLASSES.configuration_item);
  const assetTemplates = addTypes(build, ASSET_TYPES, CMDB_CLASSES.asset);

  function add(types: ItemType[], templates: string[], count: number, asset: boolean): void {
    for (let index = 0; index < count; index += 1) {
      const type = types[index % types.length];
      const templateId = templates[index % types.length];
      if (type && templateId) desk.cmdb_profiles.push(profile(build, { type, templateId, index, asset }));
    }
  }

  add(CI_TYPES, ciTemplates, inProportion(incidents, 40, 1, 8), false);
  add(ASSET_TYPES, assetTemplates, inProportion(incidents, 50, 1, 8), true);
  addRelations(build);
}
