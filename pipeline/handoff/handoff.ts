import { Readable } from 'node:stream';
import { UserError } from '../../errors.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import { storedPackage } from '../cutover/final-package.ts';
import { findSignOff } from '../cutover/signed-off.ts';
import type { Deps } from '../deps.ts';
import { packArchive, type PackageFile } from './archive.ts';
import { packageContext, type PackageContext } from './context.ts';
import { documentFile } from './document-files.ts';
import { filesTable, keptFiles } from './kept-files.ts';
import { crosswalk, rejections, verification } from './ledger-files.ts';
import { MANIFEST_FORMAT, type FileEntry, type Manifest } from './manifest.ts';
import { mapsFile } from './map-file.ts';
import { readmeFile } from './readme.ts';
import { rollbackFile } from './rollback-file.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';
import { workflowsFile } from './workflows.ts';
import { deepLink } from '../install/installations.ts';
import { getScope } from '../scope/scope.ts';

export interface Handoff {
  filename: string;
  /** The archive. Read it to its end or destroy it: it holds a database connection. */
  content: Readable;
}

/**
 * The handoff package. Before sign-off one instant of the ledger, made anew each time; what is not there yet is empty.
 * After sign-off the final one, byte for byte as it was made. Throws `UserError` 409 `handoff_running` while another one
 * is being downloaded.
 */
export async function getHandoff(deps: Deps, actor: Actor): Promise<Handoff> {
  requireRole(actor, 'operator');
  const { sql } = deps.db;
  const signOff = await findSignOff(sql, actor.workspaceId);
  const handoff =
    signOff === undefined
      ? await makePackage(deps, actor, { at: deps.clock.now() })
      : {
          filename: signOff.packageName,
          content: storedPackage(sql, actor.workspaceId, signOff.id),
        };
  await writeAudit(sql, actor, 'handoff_downloaded', { final: signOff !== undefined });
  return handoff;
}

/** Makes the package of this moment; with `signOff`, the final one. Throws `UserError` 409 `handoff_running`. */
export async function makePackage(
  deps: Deps,
  actor: Actor,
  making: { at: Date; signOff?: { note: string } },
): Promise<Handoff> {
  const { at, signOff } = making;
  const scope = await scopePage(deps, actor);
  const snapshot = await openSnapshot(deps.db.sql, actor.workspaceId);
  try {
    const context = await packageContext(snapshot.sql, actor, at, signOff);
    const files = [
      ...packageFiles(deps, snapshot, context, scope),
      ...(await keptFiles(snapshot.sql, actor.workspaceId)),
    ];
    const content = Readable.from(packed(files, context, snapshot), { objectMode: false });
    // A stream that nobody began to read never enters its generator.
    content.once('close', () => void snapshot.end());
    const kind = signOff === undefined ? 'handoff' : 'handoff-final';
    return { filename: `${kind}-${at.toISOString().slice(0, 10)}.zip`, content };
  } catch (error) {
    await snapshot.end();
    throw error;
  }
}

async function* packed(
  files: PackageFile[],
  context: PackageContext,
  snapshot: Snapshot,
): AsyncGenerator<Buffer> {
  try {
    yield* packArchive(files, (entries) => manifestOf(context, entries), context.at);
  } finally {
    await snapshot.end();
  }
}

function packageFiles(deps: Deps, { sql }: Snapshot, context: PackageContext, scope: string): PackageFile[] {
  const { workspace } = context;
  const { id, region } = workspace;
  const linkTo = (resource: string, destinationId: string) =>
    deepLink(deps, { workspaceId: id, region }, resource, destinationId);
  const documents = deps.registry.all().flatMap((definition): PackageFile[] => {
    const file = definition.destination.document?.file;
    return file === undefined ? [] : [{ name: file, content: () => documentFile(sql, id, definition) }];
  });
  return [
    { name: 'README.md', content: () => readmeFile(sql, context) },
    { name: 'scope.html', content: () => [scope] },
    { name: 'maps.json', content: () => mapsFile(sql, id) },
    { name: 'crosswalk.csv', content: () => crosswalk(sql, id, linkTo) },
    { name: 'verification.csv', content: () => verification(sql, id) },
    { name: 'rejections.csv', content: () => rejections(sql, id) },
    { name: 'rollback.csv', content: () => rollbackFile(sql, id) },
    ...documents,
    { name: 'files.csv', content: () => filesTable(sql, id) },
    { name: 'workflows.json', content: () => workflowsFile(sql, id) },
  ];
}

function manifestOf(context: PackageContext, files: FileEntry[]): Manifest {
  const { workspace, source, createdBy, at, signOff, runs } = context;
  return {
    format: MANIFEST_FORMAT,
    version: 1,
    created_at: at.toISOString(),
    created_by: createdBy,
    workspace,
    source,
    final: signOff !== undefined,
    ...(signOff === undefined
      ? {}
      : { signed_off: { by: createdBy, at: at.toISOString(), note: signOff.note } }),
    runs,
    files,
  };
}

const NO_SCOPE =
  '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Migration scope</title></head>' +
  '<body><h1>Migration scope</h1><p>There is no scope yet: the source was not discovered.</p></body></html>\n';

async function scopePage(deps: Deps, actor: Actor): Promise<string> {
  try {
    return (await getScope(deps, actor, 'html')).body;
  } catch (error) {
    if (error instanceof UserError && error.code === 'discovery_needed') return NO_SCOPE;
    throw error;
  }
}
