import type { IntercomClient } from '../../../connectors/intercom/client.ts';
import type { FolderNode } from '../../../objects/folders.ts';
import type { Deps } from '../../deps.ts';
import type { FrozenRun } from '../../runs/frozen-run.ts';
import { infraonFor } from '../../source/infraon-access.ts';
import { deepLink } from '../../install/installations.ts';
import { imageAddress, whyUnavailable } from '../../source/media.ts';
import { readFolders } from '../../map/article-sources.ts';
import { ensureCollections, collectionKey, forgetCollection, knownCollection } from './collections.ts';
import { createKnownArticles, type KnownArticles } from './known-articles.ts';
import type { Loaded } from '../destination.ts';

/** What articles need beside a record's own data; looked up when the first article asks. */
export interface HelpCenterAccess {
  /** Id of the collection at the end of a path; the whole path is made when it is missing. */
  collectionId(path: readonly string[]): Promise<string | undefined>;
  /** The same as it is on record; nothing is made. */
  knownCollectionId(path: readonly string[]): Promise<string | undefined>;
  forgetCollection(path: readonly string[]): Promise<void>;
  known: KnownArticles;
  /** Whether a picture's address is the desk's own. */
  isOfDesk(src: string): Promise<boolean>;
  /** An address from which Intercom can fetch a picture of the desk, or why there is none. */
  lendImage(src: string): Promise<{ url: string } | { reason: string }>;
  /** Where readers, or at least teammates, find a loaded record. */
  addressOf(loaded: Loaded, resource: string): Promise<string | null>;
  /** Whether an address is one that we lend: Intercom replaces it by its own copy. */
  isLent(src: string): boolean;
}

/** Locale of an article's address; nothing else is loaded (Intercom API 2.16, default locale of a workspace). */
const LOCALE = 'en';

export function createHelpCenter(
  deps: Deps,
  run: FrozenRun,
  intercom: IntercomClient,
  installation: { workspaceId: string; region: string },
): HelpCenterAccess {
  let collections: Promise<Map<string, string>> | undefined;
  let helpCenterUrl: Promise<string | null> | undefined;
  let desk: Promise<string> | undefined;
  const reasons = new Map<string, Promise<string | null>>();

  const readTree = (): Promise<FolderNode[]> => readFolders(deps, run);

  function deskUrl(): Promise<string> {
    desk ??= infraonFor(deps, run.workspaceId).then(({ connection }) => connection.baseUrl);
    return desk;
  }

  async function publicUrl(): Promise<string | null> {
    helpCenterUrl ??= intercom.listHelpCenters().then((found) => {
      const wanted = run.settings.help_center_id;
      const center = found.find(({ id }) => wanted === null || id === wanted);
      return center?.url ?? null;
    });
    helpCenterUrl.catch(() => (helpCenterUrl = undefined));
    return helpCenterUrl;
  }

  return {
    async collectionId(path) {
      if (path.length === 0) return undefined;
      collections ??= ensureCollections(deps, run, intercom, readTree);
      collections.catch(() => (collections = undefined));
      return (await collections).get(collectionKey(path));
    },
    knownCollectionId: (path) => knownCollection(deps, run, path),
    async forgetCollection(path) {
      collections = undefined;
      await forgetCollection(deps, run, path);
    },
    async isOfDesk(src) {
      if (!/^[a-z][a-z0-9+.-]*:/i.test(src)) return true;
      return URL.canParse(src) && new URL(src).origin === new URL(await deskUrl()).origin;
    },
    async lendImage(src) {
      const known = reasons.get(src) ?? whyUnavailable(deps, run.workspaceId, src);
      reasons.set(src, known);
      known.catch(() => reasons.delete(src));
      const reason = await known;
      return reason === null ? { url: imageAddress(deps, run.workspaceId, src) } : { reason };
    },
    async addressOf({ destinationId, facts }, resource) {
      if (resource !== 'articles') return deepLink(deps, installation, resource, destinationId);
      if (facts['kind'] === 'internal_article') return null;
      if (typeof facts['url'] === 'string') return facts['url'];
      if (facts['state'] !== 'published') return deepLink(deps, installation, 'articles', destinationId);
      // The address of an article is only told once it is published; its form is that of the examples of 2.16.
      const root = await publicUrl();
      return root === null ? null : `${root.replace(/\/+$/, '')}/${LOCALE}/articles/${destinationId}`;
    },
    known: createKnownArticles(deps.db.sql, run),
    isLent: (src) => src.startsWith(`${deps.options.publicUrl}/media/`),
  };
}
