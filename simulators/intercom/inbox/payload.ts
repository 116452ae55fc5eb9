import { conversationView } from '../conversations/conversation-view.ts';
import { contactView } from '../people/contact-store.ts';
import type { Admin, Contact, Conversation } from '../records.ts';
import type { SimState } from '../state.ts';
import { V216 } from '../versions.ts';
import type { Workspace } from '../workspace.ts';
import type { InboxSettings } from './inbox-state.ts';

export interface Opened {
  state: SimState;
  workspace: Workspace;
  admin: Admin;
  conversation: Conversation;
  contact: Contact | null;
}

export interface Click {
  componentId: string;
  inputValues: Record<string, unknown>;
  /** The canvas on screen, with its `stored_data`. */
  currentCanvas: unknown;
}

/** The body of an initialize request (app platform, section 2.2). */
export function initializePayload(opened: Opened, settings: InboxSettings): Record<string, unknown> {
  const { state, workspace, admin, conversation, contact } = opened;
  const view = conversationView(
    { state, workspace, version: V216, query: new URLSearchParams() },
    conversation,
  );
  return {
    workspace_id: workspace.id,
    ...(settings.region ? { workspace_region: workspace.region } : {}),
    admin: adminView(admin),
    conversation: settings.largeConversation ? padded(view) : view,
    ...(contact === null || settings.contactKey === 'none'
      ? {}
      : { [settings.contactKey]: contactView(workspace, contact) }),
  };
}

/** The same with what was clicked, all values, and the canvas that was on screen. */
export function submitPayload(
  opened: Opened,
  click: Click,
  settings: InboxSettings,
): Record<string, unknown> {
  return {
    ...initializePayload(opened, settings),
    component_id: click.componentId,
    input_values: click.inputValues,
    current_canvas:
      settings.currentCanvas === 'nested' ? { current_canvas: click.currentCanvas } : click.currentCanvas,
  };
}

function adminView(admin: Admin): Record<string, unknown> {
  return {
    type: 'admin',
    id: admin.id,
    name: admin.name,
    email: admin.email,
    job_title: null,
    away_mode_enabled: false,
    away_mode_reassign: false,
    has_inbox_seat: admin.hasInboxSeat,
    team_ids: admin.teamIds,
    avatar: {
      image_url: 'https://static.intercomassets.com/assets/default-avatars/admins/128.png',
    },
  };
}

const LARGE_BYTES = 2 * 1024 * 1024;
const FILLER = `<p>${'Long threads, <b>markup</b> &amp; quoted replies – naïve, “quoted”. '.repeat(150)}</p>`;

function padded(view: Record<string, unknown>): Record<string, unknown> {
  const list = view['conversation_parts'] as { conversation_parts: unknown[] };
  const filler = {
    type: 'conversation_part',
    part_type: 'comment',
    body: FILLER,
    author: { type: 'bot', id: '0', name: 'Operator', email: null },
    attachments: [],
  };
  const count = Math.ceil(LARGE_BYTES / FILLER.length);
  const parts = [
    ...list.conversation_parts,
    ...Array.from({ length: count }, (_, index) => ({ ...filler, id: `padding-${index}` })),
  ];
  return {
    ...view,
    conversation_parts: {
      type: 'conversation_part.list',
      conversation_parts: parts,
      total_count: parts.length,
    },
  };
}
