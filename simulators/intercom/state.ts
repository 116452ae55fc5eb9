import { randomBytes } from 'node:crypto';
import { createFaults, type Faults } from './faults.ts';
import { createInbox, type Inbox, type InboxAppSeed } from './inbox/inbox-state.ts';
import { createMailLedger, type MailLedger } from './mails.ts';
import { createRateWindows, type RateWindows } from './rate-windows.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createRouter, type Route, type Router } from './router.ts';
import { DEFAULT_SWITCHES, type Switches } from './switches.ts';
import { createWorkspace, DEFAULT_WORKSPACES, type Workspace, type WorkspaceSeed } from './workspace.ts';

export interface AppSeed {
  client_id: string;
  client_secret: string;
  name: string;
  redirect_uris: string[];
}

export interface App {
  clientId: string;
  clientSecret: string;
  name: string;
  redirectUris: string[];
}

export interface IntercomSimulatorOptions {
  /** 0 takes any free port. */
  port?: number;
  workspaces?: WorkspaceSeed[];
  apps?: AppSeed[];
  /** Apps in the details sidebar of the inbox page. */
  inboxApps?: InboxAppSeed[];
  limitPerWindow?: number;
  windowMs?: number;
  searchLagMs?: number;
  switches?: Partial<Switches>;
  /** Milliseconds since the epoch; replaces the clock. */
  now?: () => number;
  /** Requests the recorder keeps. */
  recorderSize?: number;
  /** Characters it keeps of a request's body. */
  recorderRequestCharacters?: number;
}

export interface Token {
  workspaceId: string;
  adminId: string;
  clientId: string;
}

export interface OauthCode extends Token {
  issuedMs: number;
}

export interface SimState {
  switches: Switches;
  searchLagMs: number;
  nowMs: () => number;
  apps: Map<string, App>;
  workspaces: Map<string, Workspace>;
  tokens: Map<string, Token>;
  codes: Map<string, OauthCode>;
  codesIssued: number;
  rates: RateWindows;
  recorder: Recorder;
  faults: Faults;
  mails: MailLedger;
  /** The inbox host page: its apps, who pinned them, what was exchanged with them. */
  inbox: Inbox;
  router: Router;
  /** Bytes of the files that were sent, by the id in their address. */
  files: Map<string, Buffer>;
  /** Signs those addresses. */
  fileKey: Buffer;
  /** Address of this server, known once it listens. */
  url: string;
  /** Open company scrolls by app: one at a time, each with its workspace and position. */
  scrolls: Map<string, { param: string; position: number; usedMs: number }>;
  /** Mounts further pages or calls beside the simulated ones, for example an inbox host page. */
  registerRoutes: (routes: Route[]) => void;
  /** Back to the seeds: data, tokens, ledgers, faults, switches. */
  reset: () => void;
}

/** The app a simulator offers when none is named, so that a first experiment needs no configuration. */
const DEFAULT_APP: AppSeed = {
  client_id: 'sim-client-id',
  client_secret: 'sim-client-secret',
  name: 'Simulated app',
  redirect_uris: ['http://localhost:3000/oauth/callback'],
};

export function createState(options: IntercomSimulatorOptions): SimState {
  const clock = options.now ?? Date.now;
  const router = createRouter();
  const state: SimState = {
    switches: { ...DEFAULT_SWITCHES, ...options.switches },
    searchLagMs: options.searchLagMs ?? 0,
    nowMs: clock,
    apps: new Map(),
    workspaces: new Map(),
    tokens: new Map(),
    codes: new Map(),
    codesIssued: 0,
    rates: createRateWindows(options.limitPerWindow ?? 1_667, options.windowMs ?? 10_000),
    recorder: createRecorder(options.recorderSize ?? 200_000, options.recorderRequestCharacters),
    faults: createFaults(),
    mails: createMailLedger(),
    inbox: createInbox(options.inboxApps ?? []),
    router,
    files: new Map(),
    fileKey: randomBytes(32),
    url: '',
    scrolls: new Map(),
    registerRoutes: (routes) => {
      router.add(routes);
    },
    reset: () => {
      state.switches = { ...DEFAULT_SWITCHES, ...options.switches };
      state.searchLagMs = options.searchLagMs ?? 0;
      state.rates.setLimit(options.limitPerWindow ?? 1_667);
      state.tokens.clear();
      state.codes.clear();
      state.scrolls.clear();
      state.files.clear();
      state.recorder.clear();
      state.faults.clear();
      state.mails.clear();
      state.inbox = createInbox(options.inboxApps ?? []);
      seed(state, options);
    },
  };
  seed(state, options);
  return state;
}

function seed(state: SimState, options: IntercomSimulatorOptions): void {
  const nowSeconds = Math.floor(state.nowMs() / 1_000);
  state.workspaces.clear();
  for (const [ordinal, workspace] of (options.workspaces ?? DEFAULT_WORKSPACES).entries()) {
    state.workspaces.set(workspace.id, createWorkspace(workspace, nowSeconds, ordinal));
  }
  state.apps.clear();
  for (const app of options.apps ?? [DEFAULT_APP]) {
    state.apps.set(app.client_id, {
      clientId: app.client_id,
      clientSecret: app.client_secret,
      name: app.name,
      redirectUris: app.redirect_uris,
    });
  }
}

/** Makes a token as an approved consent would. The teammate defaults to the workspace's first. */
export function issueToken(
  state: SimState,
  request: { workspaceId: string; clientId: string; adminId?: string },
): string {
  const workspace = state.workspaces.get(request.workspaceId);
  const adminId = request.adminId ?? workspace?.admins.keys().next().value;
  if (workspace === undefined || adminId === undefined)
    throw new Error(`no workspace '${request.workspaceId}' with a teammate`);
  const token = `dG9rO${randomBytes(24).toString('base64url')}=`;
  state.tokens.set(token, { workspaceId: request.workspaceId, adminId, clientId: request.clientId });
  return token;
}

export function revokeTokens(state: SimState, workspaceId: string, clientId?: string): number {
  let revoked = 0;
  for (const [token, owner] of state.tokens) {
    if (owner.workspaceId !== workspaceId || (clientId !== undefined && owner.clientId !== clientId))
      continue;
    state.tokens.delete(token);
    revoked += 1;
  }
  return revoked;
}
