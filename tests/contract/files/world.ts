import { createHash } from 'node:crypto';
import { runBatch, type BatchStep } from '../../../pipeline/runs/batch.ts';
import { extractBatch } from '../../../pipeline/extract/extract.ts';
import { addToLedger } from '../../../pipeline/extract/stage-rows.ts';
import { requireRun } from '../../../pipeline/runs/frozen-run.ts';
import { loadBatch } from '../../../pipeline/load/load.ts';
import { mapBatch } from '../../../pipeline/map/map.ts';
import { getSettingsFor, type SettingsDocument } from '../../../pipeline/settings.ts';
import { verifyBatch } from '../../../pipeline/verify/verify.ts';
import type { Requester, StoredFile, User } from '../../../simulators/infraon/desk.ts';
import { fileChunks } from '../../../simulators/infraon/media.ts';
import { incidentRecord, threadEntry, type EntryInput } from '../../../simulators/infraon/records.ts';
import { forgetIndexes } from '../../../simulators/infraon/state.ts';
import type { Conversation, Part } from '../../../simulators/intercom/records.ts';
import { generateDesk } from '../../../simulators/seed/generate.ts';
import { OWNER, planningWorld, type World } from '../planning/world.ts';

const STEPS = { extract: extractBatch, map: mapBatch, load: loadBatch, verify: verifyBatch } as const;
const CREATED_MS = Date.UTC(2025, 2, 1, 9, 0, 0);

export interface FileSpec {
  name: string;
  bytes: number;
  mime?: string;
  unreachable?: boolean;
  inline?: boolean;
}

export type EntrySpec = Partial<EntryInput> & { body: string; files?: FileSpec[] };

export interface Finding {
  class: string;
  field: string;
  expected: unknown;
  actual: unknown;
}

export interface LoadedIncident {
  outcome: string;
  step: string;
  reasonCode: string | null;
  warnings: { code: string; value: unknown; message: string }[];
  verification: Record<string, number>;
  /** `bytes`, or why a file could not be read back → number of files. */
  fileProofs: Record<string, number> | null;
  findings: Finding[];
  facts: Record<string, unknown>;
  conversation: Conversation;
  /** Parts with a text, which are ours: the close and the attribute changes have none. */
  parts: Part[];
}

export interface FilesWorld {
  world: World;
  requester: Requester;
  technician: User;
  /** Adds an incident with a thread and files to the desk. Answers its id. */
  addIncident(spec: { description?: string; files?: FileSpec[]; entries?: EntrySpec[] }): string;
  addEntry(incidentId: string, spec: EntrySpec): void;
  addFile(incidentId: string, spec: FileSpec): StoredFile;
  /** One run over all incidents of the desk, through every stage. */
  run(settings?: Partial<SettingsDocument>): Promise<Map<string, LoadedIncident>>;
  close(): Promise<void>;
}

/** Files of a part by the bytes that arrived. */
export function arrived(part: Part | undefined): { name: string; sha256: string | null }[] {
  return (part?.attachments ?? []).map(({ name, sha256 }) => ({ name, sha256 }));
}

/** The same of the bytes that the desk serves. */
export function stored(files: readonly StoredFile[]): { name: string; sha256: string }[] {
  return files.map((file) => {
    const hash = createHash('sha256');
    for (const chunk of fileChunks(file)) hash.update(chunk);
    return { name: file.file_name, sha256: hash.digest('hex') };
  });
}

/** Both simulators, an installed and connected workspace, and a desk with people and no tickets. */
export async function filesWorld(): Promise<FilesWorld> {
  const desk = generateDesk({ seed: 5, incidents: 10 });
  desk.incidents.length = 0;
  desk.threads.length = 0;
  desk.files.length = 0;
  const world = await planningWorld({ desk });
  await world.connect();
  const { workspaceId } = OWNER;
  const { deps, infraon, intercom } = world;
  const { sql } = deps.db;
  intercom.state.switches.replyThrottlePerConversation = 0;
  // The person is older than the first ticket.
  intercom.state.switches.contactReadyAfterMs = 0;
  const ways = [
    { path: '/ux/sd/inci/incident/attachment/', query: { ref_id: '{id}' }, rows: ['results', ''] },
  ];
  await sql`
    update source_connections set pinned = jsonb_set(pinned, '{children,incident.attachments}', ${JSON.stringify(ways)}::jsonb)`;
  const definition = deps.registry.get('incident');
  const rules = definition.mapping
    .filter((rule) => !rule.target.startsWith('custom_attributes.') && rule.target !== 'tags')
    .map((rule, index) => ({
      id: `r${index}`,
      options: {},
      confidence: 1,
      reasons: [],
      samples: [],
      ...rule,
    }));
  await sql`
    insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by)
    values (${workspaceId}, 'incident', 1, 'approved', ${JSON.stringify(rules)}::jsonb, '[]'::jsonb, ${OWNER.adminId})`;
  const requester = desk.requesters[0]!;
  const technician = desk.users[0]!;
  const workspace = intercom.state.workspaces.get(workspaceId)!;
  const contact = await createContact(world, requester);
  await sql`
    insert into id_map (workspace_id, object, source_id, resource, destination_id, state, origin, created_in_run)
    values (${workspaceId}, 'requester', ${requester.requester_id}, 'contacts', ${contact}, 'complete', 'created',
      ${crypto.randomUUID()})`;
  let sequence = 0;
  const nextId = () => `1740819600${String(++sequence).padStart(11, '0')}`;

  function addFile(incidentId: string, spec: FileSpec): StoredFile {
    const id = nextId();
    const file: StoredFile = {
      attachment_id: id,
      ref_id: incidentId,
      module_id: 10,
      file_name: spec.name,
      file_path: `/media/uploads/${desk.organization}/${spec.inline === true ? 'inline' : 'incident'}/${id}/${spec.name}`,
      mime: spec.mime ?? 'application/octet-stream',
      bytes: spec.bytes,
      creation_time: new Date(CREATED_MS).toISOString(),
      created_by: requester.requester_id,
      unreachable: spec.unreachable ?? false,
      inline: spec.inline ?? false,
    };
    desk.files.push(file);
    forgetIndexes(infraon.state);
    return file;
  }

  function addEntry(incidentId: string, { files = [], ...spec }: EntrySpec): void {
    const attachmentIds = files.map((file) => addFile(incidentId, file).attachment_id);
    const before = desk.threads.filter(({ ref_id }) => ref_id === incidentId).length;
    desk.threads.push(
      threadEntry({
        id: nextId(),
        module: 'incident',
        refId: incidentId,
        refDisplayId: 'INCI-1',
        type: 'Add Notes',
        privacy: 'public',
        author: requester.requester_id,
        userId: null,
        at: CREATED_MS + (before + 1) * 60_000,
        microseconds: 0,
        system: false,
        workMinutes: null,
        attachmentIds,
        asMail: false,
        isDescription: false,
        ...spec,
      }),
    );
    forgetIndexes(infraon.state);
  }

  return {
    world,
    requester,
    technician,
    addEntry,
    addFile,
    addIncident({ description = '<p>It fails.</p>', files = [], entries = [] }) {
      const id = nextId();
      desk.incidents.push(
        incidentRecord({
          id,
          displayId: `INCI-${sequence}`,
          organization: desk.organization,
          workflowId: '',
          summary: 'It fails',
          description,
          requester,
          status: 'New',
          priority: 'Medium',
          urgency: null,
          impact: null,
          source: 'Web',
          service: null,
          assignee: null,
          team: null,
          createdAt: CREATED_MS,
          updatedAt: CREATED_MS,
          respondedAt: null,
          resolvedAt: null,
          closedAt: null,
          closureNote: null,
          tags: [],
          slaIds: [],
          customFields: [],
          customData: {},
          createdBy: null,
        }),
      );
      for (const file of files) addFile(id, file);
      for (const entry of entries) addEntry(id, entry);
      forgetIndexes(infraon.state);
      return id;
    },
    async run(changes = {}) {
      const settings = {
        ...(await getSettingsFor(deps, workspaceId)),
        company_rule: 'none',
        search_lag_seconds: 0,
        replies_per_window: 100,
        reply_window_seconds: 1,
        ...changes,
      };
      const [row] = await sql<{ id: string }[]>`
        insert into runs (workspace_id, kind, state, objects, map_versions, settings, created_by)
        values (${workspaceId}, 'full', 'running', '["incident"]'::jsonb, '{"incident":1}'::jsonb,
          ${JSON.stringify(settings)}::jsonb, ${OWNER.adminId})
        returning id`;
      const runId = row!.id;
      const ids = desk.incidents.map((incident) => incident.incident_id);
      for (const incident of desk.incidents) {
        await sql`
          insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth)
          values (${workspaceId}, 'incident', ${incident.incident_id}, ${incident.display_id},
            ${JSON.stringify({ incident_id: incident.incident_id })}::jsonb, 'x', 'row')
          on conflict (workspace_id, object, source_id) do update set depth = 'row', raw = excluded.raw`;
      }
      await addToLedger(sql, await requireRun(sql, workspaceId, runId), 'incident', ids);
      for (const step of ['extract', 'map', 'load', 'verify'] as const) await finish(runId, step);
      await sql`update runs set state = 'completed' where id = ${runId}`;
      return results(runId);
    },
    close: () => world.close(),
  };

  /** Batches of one stage until none of its records is left; what waits for a later time is asked at once. */
  async function finish(runId: string, step: BatchStep): Promise<void> {
    for (let tries = 0; tries < 30; tries += 1) {
      await runBatch(deps, { workspaceId, runId, object: 'incident', step, slot: 0 }, STEPS[step]);
      await sql`update run_records set not_before = null where run_id = ${runId}`;
      await sql`update load_journal set doubted_at = doubted_at - interval '1 hour' where run_id = ${runId}`;
      const left = await sql`select 1 from run_records where run_id = ${runId} and step = ${step}`;
      if (left.length === 0) return;
    }
    throw new Error(`stage ${step} does not end`);
  }

  async function results(runId: string): Promise<Map<string, LoadedIncident>> {
    const rows = await sql<(LoadedIncident & { sourceId: string; destinationId: string | null })[]>`
      select r.source_id as "sourceId", r.outcome, r.step, r.reason_code as "reasonCode", r.warnings, r.verification, r.files as "fileProofs",
        m.facts, m.destination_id as "destinationId",
        coalesce((select jsonb_agg(jsonb_build_object('class', f.class, 'field', f.field, 'expected', f.expected,
          'actual', f.actual) order by f.id) from findings f where f.run_id = r.run_id and f.source_id = r.source_id), '[]') as findings
      from run_records r left join id_map m
        on m.workspace_id = r.workspace_id and m.object = r.object and m.source_id = r.source_id
      where r.run_id = ${runId}`;
    return new Map(
      rows.map(({ sourceId, destinationId, ...row }) => {
        const conversation = workspace.conversations.get(destinationId ?? '')!;
        const parts = conversation?.parts.filter((part) => (part.body ?? '') !== '') ?? [];
        return [sourceId, { ...row, conversation, parts }];
      }),
    );
  }
}

async function createContact(world: World, requester: Requester): Promise<string> {
  const [token = ''] = world.intercom.state.tokens.keys();
  const response = await fetch(`${world.intercom.url}/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'user', external_id: requester.requester_id, name: requester.full_name }),
  });
  return ((await response.json()) as { id: string }).id;
}
