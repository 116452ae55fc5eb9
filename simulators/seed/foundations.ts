import type { JsonObject } from '../infraon/desk.ts';
import { textOf } from '../infraon/json-values.ts';
import { roleRecords } from '../infraon/person-records.ts';
import { offsetTime, zuluTime } from '../infraon/timestamps.ts';
import { STATUSES, status } from '../infraon/vocabulary.ts';
import type { StatusName } from '../infraon/vocabulary.ts';
import { DAY_MS } from './build.ts';
import type { Build } from './build.ts';

const LOCATIONS = [
  { name: 'Bengaluru HQ', country: 'India', city: 'Bengaluru' },
  { name: 'Köln Office', country: 'Germany', city: 'Köln' },
  { name: 'Lyon Agence', country: 'France', city: 'Lyon' },
  { name: 'Valencia', country: 'Spain', city: 'Valencia' },
  { name: 'Leeds Warehouse', country: 'United Kingdom', city: 'Leeds' },
  { name: '大阪オフィス', country: 'Japan', city: '大阪' },
];

const DEPARTMENTS = ['Finance', 'Human Resources', 'Logistics', 'Sales', 'Information Technology', 'Legal'];

const TAGS = [
  'vpn',
  'printer',
  'vip',
  'hardware',
  'recurring',
  'Datenschutz',
  'facturation',
  '緊急',
  'outage',
  'onboarding',
];

/** Target minutes of response and resolution for Critical, High, Medium and Low. */
const SLA_TARGETS = [
  { name: 'Gold', response: [15, 30, 60, 240], resolution: [240, 480, 600, 4320] },
  { name: 'VIP', response: [10, 15, 30, 60], resolution: [120, 240, 480, 1440] },
  { name: 'Platinum', response: [15, 20, 45, 120], resolution: [180, 360, 540, 2880] },
  { name: 'Silver', response: [30, 60, 120, 480], resolution: [480, 960, 1440, 7200] },
];

const SEVERITIES = ['Critical', 'High', 'Medium', 'Low'];

/** Hour rows as stored: empty parts are `""` or null, and some rows lack the total. */
function targetRows(minutes: number[]): JsonObject[] {
  return minutes.map((total, index) => {
    const day = Math.floor(total / 1440);
    const hour = Math.floor((total % 1440) / 60);
    return {
      id: index + 1,
      severity: SEVERITIES[index] ?? 'Low',
      day: day === 0 ? '' : day,
      hour: hour === 0 ? null : hour,
      minute: total % 60,
      total_minute: index % 2 === 0 ? total : null,
    };
  });
}

function slaPolicy(build: Build, target: (typeof SLA_TARGETS)[number], at: number): JsonObject {
  const profile = (name: string, minutes: number[], metric: number): JsonObject => ({
    id: metric,
    name,
    metric: { metric_id: `metric-${metric}`, name, module_id: 10 },
    bussiness_hour_data: {
      options: { business_hour: targetRows(minutes), non_critical_hour: [], non_bussiness_hour: [] },
    },
  });
  return {
    sla_id: build.id(at),
    name: target.name,
    agreement_type: { id: 1, name: 'Sla' },
    type: { id: 1, name: 'Service' },
    status: target.name === 'Silver' ? { id: 3, name: 'In-Active' } : { id: 1, name: 'Active' },
    process_type: { id: 10, name: 'Ticket' },
    compliance_target: 99,
    start_date: zuluTime(at),
    expiry_date: null,
    owner: null,
    approver: [],
    reviewer: [],
    business_hr_template: { id: 1, name: '24*7' },
    priority_enabled: true,
    target_profile: [profile('Response', target.response, 1), profile('Resolution', target.resolution, 2)],
    applied_for: [{ operand: 'priority', comparison_operator: 'in', value: SEVERITIES }],
    is_deleted: false,
    creation_time: zuluTime(at),
    last_updated_time: zuluTime(at),
  };
}

function workflow(build: Build, title: string, module: string, at: number): JsonObject {
  const id = build.id(at);
  return {
    workflow_id: id,
    title,
    module,
    is_active: true,
    status: (Object.keys(STATUSES) as StatusName[]).map((name) => status(name, id)),
  };
}

/** Catalogue / Category / Service. */
const CATALOGUE: Record<string, Record<string, string[]>> = {
  'IT Services': {
    'Email Support': ['New E-Mail Account', 'Mailbox', 'Mail Security'],
    Network: ['Remote Access', 'LAN', 'Wireless'],
    Workplace: ['Laptop', 'Printing', 'Meeting Room', 'Office Suite'],
    Servers: ['Linux Server', 'Database', 'Backup'],
  },
  'HR Services': { 'Joining & Leaving': ['Onboarding', 'Offboarding'] },
  'Admin Services': { Facilities: ['Parking Permit'] },
};

function addCatalogue(build: Build, at: number): void {
  function add(name: string, parent: string | null, type: string): string {
    const id = build.id(at);
    build.desk.catalogue.push({
      catalogue_id: id,
      name,
      parent_id: parent,
      description: `<p>${name.replace('&', '&amp;')}: what it covers and how to ask for it.</p>`,
      type,
      classification: type === 'service' ? { id: 1, name: 'User Service' } : {},
      user_tag: [],
      team: [],
      is_deleted: false,
      organization: build.desk.organization,
    });
    return id;
  }
  for (const [catalogue, categories] of Object.entries(CATALOGUE)) {
    const root = add(catalogue, null, 'catalogue');
    for (const [category, services] of Object.entries(categories)) {
      const parent = add(category, root, 'category');
      for (const service of services) add(service, parent, 'service');
    }
  }
}

/** Everything that other records refer to: roles, places, tags, workflows, SLA profiles, the catalogue. */
export function addFoundations(build: Build): void {
  const { desk } = build;
  const at = build.now - 900 * DAY_MS;
  desk.roles.push(...roleRecords(desk.organization, at));
  desk.locations.push(
    ...LOCATIONS.map(({ name, country, city }) => ({
      location_id: build.id(at),
      location_name: name,
      region: null,
      country,
      state: null,
      city,
      address: `1 Example Street, ${city}`,
      pincode: '00000',
    })),
  );
  desk.departments.push(
    ...DEPARTMENTS.map((name) => ({
      dept_id: build.id(at),
      dept_name: name,
      name,
      dept_head: null,
      prime_user: [],
      description: `${name} department`,
      ci_display_name: name,
      ci_descr: name,
      creation_time: offsetTime(at),
      last_update_time: offsetTime(at),
      is_deleted: false,
    })),
  );
  desk.tags.push(
    ...TAGS.map((name) => ({
      tag_id: build.id(at),
      name,
      type: 1,
      created_by: 1,
      creation_time: offsetTime(at),
      last_update_time: offsetTime(at),
      is_deleted: false,
      is_demo_data: false,
    })),
  );
  desk.vendors.push(
    ...['Contoso Hardware', 'Fabrikam Networks', 'Litware Leasing'].map((name) => ({
      vendor_id: build.id(at),
      vendor_name: name,
      type: 'supplier',
      status: 'Active',
      email: `sales@${name.split(' ')[0]?.toLowerCase() ?? 'vendor'}.example`,
      web_url: null,
    })),
  );
  desk.workflows.push(
    workflow(build, 'Ticket Workflow', 'incident', at),
    workflow(build, 'Problem Workflow', 'problem', at),
    workflow(build, 'Major Change Workflow', 'change', at),
    workflow(build, 'Release Workflow', 'release', at),
  );
  desk.sla_policies.push(...SLA_TARGETS.map((target) => slaPolicy(build, target, at)));
  addCatalogue(build, at);
}

/** The workflow of a module; every module has one. */
export function workflowOf(build: Build, module: string): string {
  return textOf(build.desk.workflows.find((row) => row.module === module)?.workflow_id);
}
