import type { BodyStyle } from './body-styles.ts';
import type { Violation } from './canvas-rules.ts';

/** An app's location "conversation details", as the Developer Hub holds it. */
export interface InboxAppSeed {
  client_id: string;
  name: string;
  initializeUrl: string;
  submitUrl: string;
  /** Starts pinned for every teammate. In Intercom nothing is pinned until each teammate does it. */
  pinned?: boolean;
}

export interface InboxApp {
  clientId: string;
  name: string;
  initializeUrl: string;
  submitUrl: string;
  pinned: boolean;
}

/** What the host does where Intercom's documents leave a choice, and how it misbehaves on demand. */
export interface InboxSettings {
  /** Strict: an answer with an error is a generic error card. Lenient: it is painted as far as possible. */
  mode: 'strict' | 'lenient';
  /** What an untouched input without a value sends (app platform, section 7.4, item 20, open). */
  untouchedInputs: 'empty' | 'omit';
  bodyStyle: BodyStyle | 'varied';
  signature: 'valid' | 'missing' | 'wrong' | 'uppercase' | 'replay';
  /** `workspace_region` is in the attribute table but not in the guide's samples (section 2.2). */
  region: boolean;
  contactKey: 'contact' | 'customer' | 'none';
  /** The SDK nests `current_canvas` one level deeper than the guide (section 2.2). */
  currentCanvas: 'flat' | 'nested';
  /** Pads the conversation to two megabytes. */
  largeConversation: boolean;
  doubleSubmit: boolean;
  /** Undocumented; integrators believe ten seconds (section 2.5). */
  timeoutMs: number;
  network: 'normal' | 'reset' | 'slow';
}

const DEFAULT_SETTINGS: Readonly<InboxSettings> = {
  mode: 'strict',
  untouchedInputs: 'empty',
  bodyStyle: 'varied',
  signature: 'valid',
  region: true,
  contactKey: 'contact',
  currentCanvas: 'flat',
  largeConversation: false,
  doubleSubmit: false,
  timeoutMs: 10_000,
  network: 'normal',
};

/** The values a setting may take, for those that are a choice. */
export const SETTING_CHOICES: Readonly<Partial<Record<keyof InboxSettings, readonly string[]>>> = {
  mode: ['strict', 'lenient'],
  untouchedInputs: ['empty', 'omit'],
  bodyStyle: ['varied', 'compact', 'spaced', 'escaped', 'shuffled', 'extra'],
  signature: ['valid', 'missing', 'wrong', 'uppercase', 'replay'],
  contactKey: ['contact', 'customer', 'none'],
  currentCanvas: ['flat', 'nested'],
  network: ['normal', 'reset', 'slow'],
};

/** One request to an app and what came back. */
export interface Exchange {
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
  kind: 'initialize' | 'submit';
  clientId: string;
  url: string;
  bodyStyle: BodyStyle;
  signature: string | null;
  requestBody: string;
  requestBytes: number;
  /** `null` when nothing came back. */
  status: number | null;
  responseBody: string;
  responseBytes: number;
  ms: number;
  /** Why nothing came back. */
  failure: string | null;
  violations: Violation[];
  outcome: 'canvas' | 'error';
}

export interface Inbox {
  apps: Map<string, InboxApp>;
  settings: InboxSettings;
  /** Decisions of teammates, by `workspace admin app`; without one the app's own start value counts. */
  pins: Map<string, boolean>;
  /** `workspace app` of apps a person removed; a token issued later means that the app is back. */
  uninstalled: Set<string>;
  exchanges: Exchange[];
  exchangeCount: number;
  /** Requests that took the next spelling in turn. */
  spellings: number;
}

const KEPT_EXCHANGES = 500;

export function createInbox(seeds: readonly InboxAppSeed[]): Inbox {
  const inbox: Inbox = {
    apps: new Map(),
    settings: { ...DEFAULT_SETTINGS },
    pins: new Map(),
    uninstalled: new Set(),
    exchanges: [],
    exchangeCount: 0,
    spellings: 0,
  };
  for (const seed of seeds) addInboxApp(inbox, seed);
  return inbox;
}

export function addInboxApp(inbox: Inbox, seed: InboxAppSeed): void {
  inbox.apps.set(seed.client_id, {
    clientId: seed.client_id,
    name: seed.name,
    initializeUrl: seed.initializeUrl,
    submitUrl: seed.submitUrl,
    pinned: seed.pinned ?? false,
  });
}

export function isPinned(inbox: Inbox, workspaceId: string, adminId: string, app: InboxApp): boolean {
  return inbox.pins.get(`${workspaceId} ${adminId} ${app.clientId}`) ?? app.pinned;
}

export function setPinned(
  inbox: Inbox,
  workspaceId: string,
  adminId: string,
  clientId: string,
  pinned: boolean,
): void {
  inbox.pins.set(`${workspaceId} ${adminId} ${clientId}`, pinned);
}

export function keepExchange(inbox: Inbox, exchange: Omit<Exchange, 'seq'>): Exchange {
  inbox.exchangeCount += 1;
  const kept = { seq: inbox.exchangeCount, ...exchange };
  inbox.exchanges.push(kept);
  if (inbox.exchanges.length > KEPT_EXCHANGES) inbox.exchanges.shift();
  return kept;
}

/** Applies a patch, or returns the names it does not know or whose value does not fit, and applies nothing then. */
export function patchSettings(settings: InboxSettings, patch: Record<string, unknown>): string[] {
  const current = settings as unknown as Record<string, unknown>;
  const choices = SETTING_CHOICES as Readonly<Record<string, readonly string[] | undefined>>;
  const refused = Object.entries(patch).flatMap(([name, value]) => {
    const fits =
      name in current &&
      typeof value === typeof current[name] &&
      (choices[name] === undefined || choices[name].includes(String(value)));
    return fits ? [] : [name];
  });
  if (refused.length === 0) Object.assign(settings, patch);
  return refused;
}
