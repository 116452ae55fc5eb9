/**
 * One Infraon tenant as plain JSON. Records keep the shape in which Infraon stores them (nested `basic_info`, 21-digit
 * string ids, `{}` for unset choices); `views.ts` turns them into the shapes that the API answers.
 */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export type Requester = JsonObject & {
  requester_id: string;
  full_name: string;
  email: string;
  organization_name: string | null;
};

/** A technician. `user` is the integer account id, `profile_id` the 21-digit key that other records refer to. */
export type User = JsonObject & {
  profile_id: string;
  user: number;
  full_name: string;
  email: string;
  is_active: boolean;
  group_id: number;
};

export type Role = JsonObject & { group_id: number; role_name: string };

export type Team = JsonObject & { team_id: string; name: string; group_type: string; staffs: Json[] };

export type Department = JsonObject & { dept_id: string; dept_name: string };

export type Location = JsonObject & { location_id: string; location_name: string };

export type Tag = JsonObject & { tag_id: string; name: string };

/** A CI type or an asset type: in the API both are templates with an integer class. */
export type ItemClassification = JsonObject & {
  template_id: string;
  template_name: string;
  cmdb_class: number;
};

/** A CI or an asset: the API lists both under `cmdb/profile`. */
export type CmdbProfile = JsonObject & {
  ci_id: string;
  ci_name: string;
  template_id: string;
  template_name: string;
  cmdb_class: number;
};

export type Relation = JsonObject & { relation_id: string; parent_ci_id: string; child_ci_id: string };

/** What incident, problem, change and release have in common. */
export type Ticket = JsonObject & {
  display_id: string;
  basic_info: JsonObject;
  creation_time: string;
  last_update_time: string;
  is_deleted: boolean;
};

export type Incident = Ticket & { incident_id: string; requester_id: string | null };
export type Problem = Ticket & { problem_id: string };
export type Change = Ticket & { change_id: string };
export type Release = Ticket & { release_id: string };

/** One message, note, work log or system line; `ref_id` names the ticket it belongs to. */
export type ThreadEntry = JsonObject & {
  communication_id: string;
  ref_id: string;
  module_id: number;
  type: string;
  created_by: string;
  creation_time: string;
  is_system_gen: boolean;
  attachment_ids: Json[];
};

/** A stored file. Its bytes are made when asked for: see `media.ts`. */
export type StoredFile = {
  attachment_id: string;
  ref_id: string;
  module_id: number;
  file_name: string;
  /** Path under the host, `/media/uploads/...`. */
  file_path: string;
  mime: string;
  bytes: number;
  creation_time: string;
  created_by: string;
  /** Listed but answered with 404. */
  unreachable: boolean;
  /** Only embedded in HTML, never in an attachment list. */
  inline: boolean;
};

export type Task = JsonObject & { task_id: string; ref_id: string; ref_module_id: number };

export type HistoryLine = JsonObject & { ref_id: string; module_id: number; description: string };

export type Article = JsonObject & { kb_id: string; config: JsonObject; is_deleted: boolean };

export type ArticleCategory = JsonObject & { category_id: string; name: string; parent_id: string | null };

export type CatalogueItem = JsonObject & { catalogue_id: string; name: string; parent_id: string | null };

/** The named record or records that make a hard case findable in tests. */
export type HardCaseLocation = { name: string; object: string; ids: string[] };

export type Desk = {
  organization: string;
  timezone: string;
  generated_at: string;
  requesters: Requester[];
  users: User[];
  roles: Role[];
  teams: Team[];
  departments: Department[];
  locations: Location[];
  vendors: JsonObject[];
  tags: Tag[];
  item_classifications: ItemClassification[];
  cmdb_profiles: CmdbProfile[];
  relations: Relation[];
  incidents: Incident[];
  problems: Problem[];
  changes: Change[];
  releases: Release[];
  tasks: Task[];
  threads: ThreadEntry[];
  files: StoredFile[];
  history: HistoryLine[];
  articles: Article[];
  article_categories: ArticleCategory[];
  catalogue: CatalogueItem[];
  workflows: JsonObject[];
  /** Stored by the product but answered by no documented endpoint. */
  approvals: JsonObject[];
  /** Stored by the product but answered by no documented endpoint; incidents carry the ids in `sla_info`. */
  sla_policies: JsonObject[];
  hard_cases: HardCaseLocation[];
};

/** A desk without a single record. */
export function emptyDesk(organization: string, generatedAt: Date, timezone = 'Asia/Kolkata'): Desk {
  return {
    organization,
    timezone,
    generated_at: generatedAt.toISOString(),
    requesters: [],
    users: [],
    roles: [],
    teams: [],
    departments: [],
    locations: [],
    vendors: [],
    tags: [],
    item_classifications: [],
    cmdb_profiles: [],
    relations: [],
    incidents: [],
    problems: [],
    changes: [],
    releases: [],
    tasks: [],
    threads: [],
    files: [],
    history: [],
    articles: [],
    article_categories: [],
    catalogue: [],
    workflows: [],
    approvals: [],
    sla_policies: [],
    hard_cases: [],
  };
}
