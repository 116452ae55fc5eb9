/** What a person would have received. A migration must leave this ledger empty (reference section 15, item 23). */
export interface Mail {
  at: number;
  workspaceId: string;
  reason:
    | 'admin_comment'
    | 'comment_with_close'
    | 'comment_with_assignment'
    | 'csat_survey'
    | 'workflow_on_new_conversation'
    | 'workflow_on_contact_reply'
    | 'workflow_on_admin_comment'
    | 'workflow_on_state_change';
  conversationId: string;
  partId: string | null;
  to: string[];
  text: string;
}

export interface MailLedger {
  send: (mail: Mail) => void;
  all: () => readonly Mail[];
  clear: () => void;
  /** Keeps the first `count` mails only. */
  truncate: (count: number) => void;
}

export function createMailLedger(): MailLedger {
  let mails: Mail[] = [];
  return {
    send: (mail) => {
      mails.push(mail);
    },
    all: () => mails,
    clear: () => {
      mails = [];
    },
    truncate: (count) => {
      mails = mails.slice(0, count);
    },
  };
}
