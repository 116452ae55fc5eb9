import type {
  Admin,
  Company,
  Contact,
  Conversation,
  ConversationAttribute,
  DataAttribute,
  DeletedConversation,
  ObjectInstance,
  ObjectType,
  Segment,
  Tag,
  Team,
} from './records.ts';
import type { ContentStore } from './content/store.ts';
import { createContentStore } from './content/store.ts';
import type { BulkJob } from './bulk/jobs.ts';
import { createIds, type IdSource } from './ids.ts';

export interface WorkspaceSeed {
  id: string;
  name: string;
  region?: string;
  timezone?: string;
  admins?: AdminSeed[];
  teams?: { id: string; name: string; admin_ids?: number[] }[];
}

export interface AdminSeed {
  id: string;
  name: string;
  email: string;
  email_verified?: boolean;
  has_inbox_seat?: boolean;
  team_ids?: number[];
}

/** One customer's Intercom. Maps that end in `By…` are indexes of the map before them. */
export interface Workspace {
  id: string;
  name: string;
  region: string;
  timezone: string;
  createdAt: number;
  ids: IdSource;
  admins: Map<string, Admin>;
  teams: Map<string, Team>;
  contacts: Map<string, Contact>;
  contactsByExternalId: Map<string, Set<string>>;
  contactsByEmail: Map<string, Set<string>>;
  /** External id → end of the lock after a permanent delete, and the id the 409 then names. */
  lockedExternalIds: Map<string, { untilMs: number; contactId: string }>;
  companies: Map<string, Company>;
  companiesByCompanyId: Map<string, string>;
  dataAttributes: Map<number, DataAttribute>;
  /** A name is unique over both models. */
  dataAttributesByName: Map<string, DataAttribute>;
  conversationAttributes: Map<number, ConversationAttribute>;
  tags: Map<string, Tag>;
  /** By name. */
  segments: Map<string, Segment>;
  conversations: Map<string, Conversation>;
  conversationsByContact: Map<string, Set<string>>;
  conversationsByTag: Map<string, Set<string>>;
  conversationsByToken: Map<string, Set<string>>;
  deletedConversations: DeletedConversation[];
  objectTypes: Map<string, ObjectType>;
  instances: Map<string, Map<string, ObjectInstance>>;
  instancesByExternalId: Map<string, Map<string, string>>;
  content: ContentStore;
  jobs: Map<string, BulkJob>;
  openJobs: Set<BulkJob>;
  /** Start times of recent replies, by conversation id and under `*` for the workspace. */
  replyTimes: Map<string, number[]>;
  healthReports: { at: number; state: string; message: string | null; cta: Record<string, unknown> }[];
}

/** The brief's default: an installing admin, a dedicated teammate for migrated content, one teammate without a seat. */
export const DEFAULT_WORKSPACES: readonly WorkspaceSeed[] = [
  {
    id: 'ws_demo01',
    name: 'Northwind',
    region: 'US',
    timezone: 'Europe/London',
    admins: [
      { id: '5017690', name: 'Olivia Marsh', email: 'olivia.marsh@northwind.example' },
      { id: '5017691', name: 'Migration', email: 'migration@northwind.example' },
      { id: '5017692', name: 'Peter Lund', email: 'peter.lund@northwind.example', has_inbox_seat: false },
    ],
    teams: [{ id: '8230001', name: 'IT Service Desk', admin_ids: [5017690, 5017691] }],
  },
];

export function createWorkspace(seed: WorkspaceSeed, nowSeconds: number, ordinal: number): Workspace {
  const admins = seed.admins ?? DEFAULT_WORKSPACES[0]?.admins ?? [];
  const ids = createIds(ordinal);
  const workspace: Workspace = {
    id: seed.id,
    name: seed.name,
    region: seed.region ?? 'US',
    timezone: seed.timezone ?? 'Europe/London',
    createdAt: nowSeconds,
    ids,
    admins: new Map(),
    teams: new Map(),
    contacts: new Map(),
    contactsByExternalId: new Map(),
    contactsByEmail: new Map(),
    lockedExternalIds: new Map(),
    companies: new Map(),
    companiesByCompanyId: new Map(),
    dataAttributes: new Map(),
    dataAttributesByName: new Map(),
    conversationAttributes: new Map(),
    tags: new Map(),
    segments: new Map(),
    conversations: new Map(),
    conversationsByContact: new Map(),
    conversationsByTag: new Map(),
    conversationsByToken: new Map(),
    deletedConversations: [],
    objectTypes: new Map(),
    instances: new Map(),
    instancesByExternalId: new Map(),
    content: createContentStore(ids, seed.id, nowSeconds),
    jobs: new Map(),
    openJobs: new Set(),
    replyTimes: new Map(),
    healthReports: [],
  };
  for (const team of seed.teams ?? []) {
    workspace.teams.set(team.id, { id: team.id, name: team.name, adminIds: team.admin_ids ?? [] });
  }
  for (const admin of admins) {
    const teamIds = [...workspace.teams.values()].filter((team) => team.adminIds.includes(Number(admin.id)));
    workspace.admins.set(admin.id, {
      id: admin.id,
      name: admin.name,
      email: admin.email,
      emailVerified: admin.email_verified ?? true,
      hasInboxSeat: admin.has_inbox_seat ?? true,
      teamIds: admin.team_ids ?? teamIds.map((team) => Number(team.id)),
    });
  }
  return workspace;
}

/** Adds `id` to the set under `key`, creating the set. */
export function addToIndex(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

export function removeFromIndex(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) return;
  ids.delete(id);
  if (ids.size === 0) index.delete(key);
}
