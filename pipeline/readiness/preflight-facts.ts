import type {
  ConversationAttribute,
  DataAttribute,
  Admin,
  HelpCenter,
} from '../../connectors/intercom/schemas.ts';
import { AppError, AuthError, messageOf } from '../../errors.ts';
import { attributesOf, type AttributeSpec } from '../../objects/attributes.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { Deps } from '../deps.ts';
import { discoveryOf } from '../discovery/discover.ts';
import type { DiscoveryDocument } from '../discovery/discovery-document.ts';
import { findConnection, type SourceConnection } from '../source/infraon-access.ts';
import { intercomFor, type InstallationFacts } from '../install/intercom-access.ts';
import { newestMaps, type StoredMap } from '../maps/map-store.ts';
import { objectTypesOf, type ObjectTypeDocument } from '../prepare/object-types.ts';
import { getSettingsFor, type SettingsDocument } from '../settings.ts';
import { matchTeammates, type TeammateMatch } from './teammate-match.ts';

/** What Intercom said, or why it said nothing. */
export type IntercomFacts =
  | {
      ok: true;
      installation: InstallationFacts;
      admins: Admin[];
      dataAttributes: (DataAttribute & { of: 'contact' | 'company' })[];
      conversationAttributes: ConversationAttribute[];
      /** Null when the app may not read them. */
      helpCenters: HelpCenter[] | null;
    }
  | { ok: false; reason: string };

export interface Confirmation {
  checkId: string;
  note: string;
  confirmedBy: string;
  at: Date;
}

/** Everything the readiness checks look at, read once; the checks themselves are pure. */
export interface PreflightFacts {
  /** Objects that a run would move, in loading order. */
  objects: readonly ObjectDefinition[];
  connection: SourceConnection | undefined;
  discovery: DiscoveryDocument;
  maps: Map<string, StoredMap>;
  attributes: AttributeSpec[];
  types: { object: string; type: ObjectTypeDocument }[];
  intercom: IntercomFacts;
  settings: SettingsDocument;
  confirmations: Map<string, Confirmation>;
  /** Null when it could not be found out. */
  teammates: TeammateMatch | null;
}

async function readIntercom(deps: Deps, workspaceId: string): Promise<IntercomFacts> {
  try {
    const { client, installation } = await intercomFor(deps, workspaceId);
    const [, admins, contact, company, conversationAttributes, helpCenters] = await Promise.all([
      client.me(),
      client.listAdmins(),
      client.listDataAttributes('contact'),
      client.listDataAttributes('company'),
      client.listConversationAttributes(),
      client.listHelpCenters().catch(nullWhenRefused),
    ]);
    const dataAttributes = [
      ...contact.map((attribute) => ({ ...attribute, of: 'contact' as const })),
      ...company.map((attribute) => ({ ...attribute, of: 'company' as const })),
    ];
    return { ok: true, installation, admins, dataAttributes, conversationAttributes, helpCenters };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ok: false, reason: messageOf(error) };
  }
}

/** Articles have a scope of their own: an app without it still moves everything else. */
function nullWhenRefused(error: unknown): null {
  if (error instanceof AuthError && error.status === 403) return null;
  throw error;
}

export async function readConfirmations(deps: Deps, workspaceId: string): Promise<Map<string, Confirmation>> {
  const rows = await deps.db.sql<Confirmation[]>`
    select check_id as "checkId", note, coalesce(nullif(t.name, ''), c.admin_id) as "confirmedBy", c.created_at as at
    from confirmations c
    left join teammates t on t.workspace_id = c.workspace_id and t.admin_id = c.admin_id
    where c.workspace_id = ${workspaceId}`;
  return new Map(rows.map((row) => [row.checkId, row]));
}

/** @param only objects of the run that is asked about; all when absent. */
export async function readFacts(
  deps: Deps,
  workspaceId: string,
  only?: readonly string[],
): Promise<PreflightFacts> {
  const objects = deps.registry
    .all()
    .filter((definition) => only === undefined || only.includes(definition.name));
  const [connection, discovery, maps, types, intercom, settings, confirmations] = await Promise.all([
    findConnection(deps, workspaceId),
    discoveryOf(deps, workspaceId),
    newestMaps(deps.db.sql, workspaceId),
    objectTypesOf(deps, workspaceId),
    readIntercom(deps, workspaceId),
    getSettingsFor(deps, workspaceId),
    readConfirmations(deps, workspaceId),
  ]);
  const rulesOf = (object: string) => maps.get(object)?.rules ?? [];
  const teammates =
    connection === undefined || !intercom.ok
      ? null
      : await matchTeammates(deps, workspaceId, intercom.admins, rulesOf, settings.source_timezone);
  return {
    objects,
    connection,
    discovery,
    maps,
    attributes: objects.flatMap((definition) => attributesOf(definition, rulesOf(definition.name))),
    types: types.filter(({ object }) => objects.some((definition) => definition.name === object)),
    intercom,
    settings,
    confirmations,
    teammates,
  };
}
