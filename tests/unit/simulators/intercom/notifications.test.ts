import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ADMIN,
  adminReply,
  at,
  listAt,
  newContact,
  newConversation,
  openDesk,
  type Desk,
} from './support.ts';

describe('the ledger of mails', () => {
  let desk: Desk;
  let contact: string;
  let conversation: string;
  beforeEach(async () => {
    desk = await openDesk();
    contact = await newContact(desk);
    conversation = await newConversation(desk, contact);
  });
  afterEach(() => desk.close());

  async function reasons(): Promise<unknown[]> {
    return listAt(await desk.sim('GET', 'mails'), 'mails').map((mail) => at(mail, 'reason'));
  }

  const close = { message_type: 'close', type: 'admin', admin_id: ADMIN };

  it('stays empty for a silent load', async () => {
    await desk.done('POST', `/conversations/${conversation}/reply`, adminReply());
    await desk.done(
      'POST',
      `/conversations/${conversation}/reply`,
      adminReply({ message_type: 'note', skip_notifications: undefined }),
    );
    const reply = { type: 'user', message_type: 'comment', intercom_user_id: contact, body: 'thanks' };
    await desk.done('POST', `/conversations/${conversation}/reply`, reply);
    await desk.done('POST', `/conversations/${conversation}/parts`, close);
    expect(await reasons()).toEqual([]);
  });

  it('holds every comment without skip_notifications', async () => {
    await desk.done(
      'POST',
      `/conversations/${conversation}/reply`,
      adminReply({ skip_notifications: false }),
    );
    expect(listAt(await desk.sim('GET', 'mails'), 'mails')).toMatchObject([
      {
        reason: 'admin_comment',
        to: ['ada@example.com'],
        conversationId: conversation,
        text: 'Looking into it',
      },
    ]);
  });

  it('does not trust skip_notifications before 2.15', async () => {
    const older = { 'Intercom-Version': '2.14' };
    await desk.done('POST', `/conversations/${conversation}/reply`, adminReply(), older);
    expect(await reasons()).toEqual(['admin_comment']);
    await desk.sim('DELETE', 'mails');
    await desk.sim('PATCH', 'switches', { honourSkipNotificationsBefore215: true });
    await desk.done('POST', `/conversations/${conversation}/reply`, adminReply(), older);
    expect(await reasons()).toEqual([]);
  });

  it('holds the text of a close and of an assignment, and the survey of a CSAT workflow', async () => {
    const parts = `/conversations/${conversation}/parts`;
    await desk.sim('PATCH', 'switches', { csatWorkflow: true });
    const assign = {
      message_type: 'assignment',
      type: 'admin',
      admin_id: ADMIN,
      assignee_id: ADMIN,
      body: 'Yours',
    };
    await desk.done('POST', parts, assign);
    await desk.done('POST', parts, { ...close, body: 'Bye' });
    expect(await reasons()).toEqual(['comment_with_assignment', 'comment_with_close', 'csat_survey']);
  });

  it('shows what live workflows would answer, unless their audience leaves the imported people out', async () => {
    await desk.sim('PATCH', 'switches', { triggers: 'all' });
    const second = await newConversation(desk, contact);
    await desk.done('POST', `/conversations/${second}/reply`, adminReply());
    const reply = { type: 'user', message_type: 'comment', intercom_user_id: contact, body: 'thanks' };
    await desk.done('POST', `/conversations/${second}/reply`, reply);
    await desk.done('POST', `/conversations/${second}/parts`, close);
    expect(await reasons()).toEqual([
      'workflow_on_new_conversation',
      'workflow_on_admin_comment',
      'workflow_on_contact_reply',
      'workflow_on_state_change',
    ]);
    await desk.sim('DELETE', 'mails');
    await desk.done('POST', '/data_attributes', {
      name: 'migration_import',
      model: 'contact',
      data_type: 'boolean',
    });
    await desk.done('PUT', `/contacts/${contact}`, { custom_attributes: { migration_import: true } });
    await desk.sim('PATCH', 'switches', { triggersExcludeAttribute: 'migration_import' });
    await newConversation(desk, contact);
    expect(await reasons()).toEqual([]);
  });
});
