import type { Actor } from './actors.ts';
import type { AuditEntry } from './audit.ts';
import type { CutoverDocument } from './cutover/documents.ts';
import type { DiscoveryDocument } from './discovery/discovery-document.ts';
import type { MapDocument, MapSummary, RuleInput } from './maps/map-document.ts';
import type { Page, PageRequest } from './paging.ts';
import type { ObjectTypeDocument } from './prepare/object-types.ts';
import type { PreflightCheck } from './readiness/preflight-document.ts';
import type { FindingFilter, FindingDocument } from './reconcile/findings.ts';
import type { Handoff } from './handoff/handoff.ts';
import type { Errand, ErrandKind, ErrandRequest } from './panel/errands.ts';
import type { Opened } from './panel/opening.ts';
import type { Standing } from './panel/standing.ts';
import type { RejectionAction, RejectionDocument } from './reconcile/rejection-document.ts';
import type { RepairRequest } from './reconcile/repair.ts';
import type { RecordDocument } from './records.ts';
import type { RollbackItem } from './rollback/rollback-document.ts';
import type { UndoAction } from './rollback/undo-plan.ts';
import type { RunDocument, StartRunInput } from './runs/run-document.ts';
import type { SettingsDocument } from './settings.ts';
import type { SourceDocument, SourceInput } from './source/source.ts';

/**
 * Everything a person can ask of the product, whoever carries the question: the JSON API, the panel or the console.
 * Each checks the actor's role, filters by workspace, writes the audit log for a change, and throws `UserError` with
 * the code of the API contract. What they return are the documents that the API and the panel show, under the API's names;
 * each is declared beside the code that makes it.
 */
export interface UseCases {
  connectSource(actor: Actor, input: SourceInput): Promise<SourceDocument>;
  getSource(actor: Actor): Promise<SourceDocument>;

  startDiscovery(actor: Actor): Promise<DiscoveryDocument>;
  getDiscovery(actor: Actor): Promise<DiscoveryDocument>;
  getScope(actor: Actor, format: 'html' | 'md' | 'json'): Promise<{ contentType: string; body: string }>;

  listMaps(actor: Actor): Promise<MapSummary[]>;
  getMap(actor: Actor, object: string): Promise<MapDocument>;
  editMap(actor: Actor, object: string, input: { version: number; rules: RuleInput[] }): Promise<MapDocument>;
  approveMap(actor: Actor, object: string, version: number): Promise<MapDocument>;

  getObjectTypes(actor: Actor): Promise<{ types: ObjectTypeDocument[] }>;
  probeObjectTypes(actor: Actor): Promise<{ types: ObjectTypeDocument[] }>;

  getPreflight(actor: Actor): Promise<{ checks: PreflightCheck[] }>;
  confirmPreflight(actor: Actor, checkId: string, note: string): Promise<{ checks: PreflightCheck[] }>;

  startRun(actor: Actor, input: StartRunInput): Promise<RunDocument>;
  listRuns(actor: Actor, page: PageRequest): Promise<Page<RunDocument>>;
  getRun(actor: Actor, runId: string): Promise<RunDocument>;
  pauseRun(actor: Actor, runId: string): Promise<RunDocument>;
  resumeRun(actor: Actor, runId: string): Promise<RunDocument>;
  cancelRun(actor: Actor, runId: string): Promise<RunDocument>;
  /** Accepts a sample, which opens the full run. */
  approveRun(actor: Actor, runId: string): Promise<RunDocument>;

  /** What a rollback does with each record; of a dry run, what it would do. */
  listRollback(
    actor: Actor,
    runId: string,
    filter: { object?: string; action?: UndoAction } & PageRequest,
  ): Promise<Page<RollbackItem>>;

  getSettings(actor: Actor): Promise<SettingsDocument>;
  updateSettings(actor: Actor, changes: Partial<SettingsDocument>): Promise<SettingsDocument>;

  getRecord(actor: Actor, object: string, sourceId: string): Promise<RecordDocument>;
  /** An Infraon number, id or link → the matching ledger rows. */
  resolve(actor: Actor, query: string): Promise<RecordDocument[]>;

  listRejections(
    actor: Actor,
    filter: { object?: string; code?: string } & PageRequest,
  ): Promise<Page<RejectionDocument>>;
  resolveRejection(actor: Actor, id: string, action: RejectionAction): Promise<{ affected: number }>;
  resolveRejections(
    actor: Actor,
    filter: { object?: string; code: string },
    action: RejectionAction,
  ): Promise<{ affected: number }>;

  listFindings(actor: Actor, filter: FindingFilter & PageRequest): Promise<Page<FindingDocument>>;
  repairFinding(actor: Actor, id: string, request?: RepairRequest): Promise<{ affected: number }>;
  repairFindings(
    actor: Actor,
    filter: FindingFilter & { class: string },
    request?: RepairRequest,
  ): Promise<{ affected: number }>;

  listAudit(actor: Actor, page: PageRequest): Promise<Page<AuditEntry>>;

  getCutover(actor: Actor): Promise<CutoverDocument>;
  confirmCutover(actor: Actor, itemId: string, note: string): Promise<CutoverDocument>;
  checkFreeze(actor: Actor): Promise<CutoverDocument>;
  signOff(actor: Actor, note: string): Promise<CutoverDocument>;
  revokeSignOff(actor: Actor, note: string): Promise<CutoverDocument>;

  /** The handoff package; its stream must be read to the end or destroyed. */
  getHandoff(actor: Actor): Promise<Handoff>;

  /** Has a worker ask Infraon or Intercom for a panel or a page, which answer at once. */
  sendErrand(actor: Actor, request: ErrandRequest): Promise<Errand>;
  getErrand(actor: Actor, kind: ErrandKind): Promise<Errand>;
  lastReadiness(actor: Actor): Promise<{ checks: PreflightCheck[]; checkedAt: Date } | null>;
  vouchFor(actor: Actor, checkId: string, note: string): Promise<void>;

  /** Where the migration stands, and so what comes next (`panel/next-step.ts`). */
  getStanding(actor: Actor): Promise<Standing>;

  /** What a panel shows when it is opened, and for whom, from our own tables only; null where the app is not installed. */
  openPanel(
    opened: Opened,
    options: { standing: 'always' | 'unless_moved'; fresh: boolean },
  ): Promise<PanelOpening | null>;
  getLinkedRecord(actor: Actor, object: string, sourceId: string): Promise<LinkedRecord | null>;
  reportMissing(actor: Actor, conversationId: string, text: string): Promise<void>;
}

export interface PanelOpening {
  actor: Actor;
  /** Of the workspace: Intercom tells no zone of the person. */
  timezone: string;
  /** Null when we did not move that conversation. */
  moved: ConversationPanel | null;
  /** What belongs to the contact, on conversations that were not moved. */
  owned: LinkedRecord[];
  /** For those who lead the migration. */
  standing: Standing | null;
}

export interface ConversationPanel {
  number: string;
  /** Link to the record in Infraon. */
  url: string | null;
  status: string | null;
  priority: string | null;
  sla: string | null;
  imported_at: string;
  /** Linked at either end. */
  related: LinkedRecord[];
  /** Of the person beside the conversation, and not linked to it. */
  owned: LinkedRecord[];
}

/** A record that became a custom object, as the panel names it. */
export interface LinkedRecord {
  object: string;
  label: string;
  source_id: string;
  display_id: string | null;
  title: string;
  subtitle: string | null;
  fields: { label: string; value: string }[];
}
