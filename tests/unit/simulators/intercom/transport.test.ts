import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, errorOf, listAt, newContact, openDesk, type Desk } from './support.ts';

describe('transport of the simulated Intercom', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk({ limitPerWindow: 20 });
  });
  afterEach(() => desk.close());

  it('answers 401 without rate headers when the token is missing, unknown or dead', async () => {
    for (const headers of [{ Authorization: '' }, { Authorization: 'Bearer nope' }]) {
      const answer = await desk.call('GET', '/me', undefined, headers);
      expect(errorOf(answer)).toEqual({ status: 401, code: 'unauthorized', message: 'Access Token Invalid' });
      expect(answer.headers.has('X-RateLimit-Limit')).toBe(false);
    }
    await desk.sim('POST', 'revoke', {});
    expect((await desk.call('GET', '/me')).status).toBe(401);
  });

  it('answers 401 to a right token at the host of another region, when that is switched on', async () => {
    await desk.sim('PATCH', 'switches', { wrongRegionUnauthorized: true, regionOfHost: 'EU' });
    expect((await desk.call('GET', '/me')).status).toBe(401);
  });

  it('counts calls in ten-second windows and answers 429 without Retry-After', async () => {
    const first = await desk.call('GET', '/me');
    expect(first.headers.get('X-RateLimit-Limit')).toBe('20');
    expect(first.headers.get('X-RateLimit-Remaining')).toBe('19');
    expect(Number(first.headers.get('X-RateLimit-Reset'))).toBe(desk.now() + 10);
    for (let call = 0; call < 19; call += 1) await desk.done('GET', '/me');
    const over = await desk.call('GET', '/me');
    expect(errorOf(over)).toEqual({
      status: 429,
      code: 'rate_limit_exceeded',
      message: 'Exceeded rate limit of 20 in 10_seconds',
    });
    expect(over.headers.get('X-RateLimit-Remaining')).toBe('0');
    expect(over.headers.has('Retry-After')).toBe(false);
    desk.pass(10_000);
    expect((await desk.call('GET', '/me')).status).toBe(200);
  });

  it('knows conversation attributes and deleted conversations from 2.16 on only', async () => {
    const refused = {
      status: 400,
      code: 'intercom_version_invalid',
      message: 'Requested resource is not available in current API version.',
    };
    const older = { 'Intercom-Version': '2.14' };
    expect(errorOf(await desk.call('GET', '/conversations/attributes', undefined, older))).toEqual(refused);
    expect(errorOf(await desk.call('GET', '/conversations/deleted', undefined, older))).toEqual(refused);
    expect((await desk.call('GET', '/conversations/attributes')).status).toBe(200);
  });

  it('refuses Preview paths on 2.16 and unknown versions', async () => {
    expect(errorOf(await desk.call('POST', '/contacts/bulk', { contacts: [] })).code).toBe(
      'intercom_version_invalid',
    );
    expect(errorOf(await desk.call('GET', '/me', undefined, { 'Intercom-Version': '1.9' })).code).toBe(
      'intercom_version_invalid',
    );
    expect((await desk.call('GET', '/me', undefined, { 'Intercom-Version': 'Unstable' })).status).toBe(200);
  });

  it('applies the app version, 2.14 by default, when the header is missing', async () => {
    const response = await fetch(`${desk.url}/conversations/attributes`, {
      headers: { Authorization: `Bearer ${desk.token}` },
    });
    expect(response.status).toBe(400);
    await desk.sim('PATCH', 'switches', { defaultVersion: '2.16' });
    const later = await fetch(`${desk.url}/conversations/attributes`, {
      headers: { Authorization: `Bearer ${desk.token}` },
    });
    expect(later.status).toBe(200);
  });

  it('shows assignees, priority and article parents by version', async () => {
    const contact = await newContact(desk);
    await desk.done('POST', '/conversations', { from: { type: 'user', id: contact }, body: 'hello' });
    const newer = await desk.done('GET', '/conversations');
    expect(at(newer, 'conversations.0')).toMatchObject({
      admin_assignee_id: 0,
      team_assignee_id: 0,
      priority: 'none',
    });
    const older = await desk.done('GET', '/conversations', undefined, { 'Intercom-Version': '2.14' });
    expect(at(older, 'conversations.0')).toMatchObject({
      admin_assignee_id: null,
      team_assignee_id: null,
      priority: 'not_priority',
    });
    const article = await desk.done('POST', '/articles', { title: 'How', author_id: 5017690 });
    expect(article).toMatchObject({ parent_ids: [] });
    expect(article).not.toHaveProperty('parent_id');
    const olderArticles = await desk.done('GET', '/articles', undefined, { 'Intercom-Version': '2.14' });
    expect(listAt(olderArticles, 'data')[0]).toMatchObject({ parent_id: null, parent_type: null });
  });

  it('answers error lists with a request id: bad JSON 400, unknown path or method 404, wrong Accept 406', async () => {
    const bad = await fetch(`${desk.url}/contacts`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${desk.token}` },
      body: '{"email":',
    });
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({
      type: 'error.list',
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect((await desk.call('GET', '/nothing/here')).status).toBe(404);
    expect((await desk.call('DELETE', '/contacts')).status).toBe(404);
    expect(errorOf(await desk.call('GET', '/me', undefined, { Accept: 'text/csv' }))).toMatchObject({
      status: 406,
      code: 'media_type_not_acceptable',
    });
  });

  it('tells a missing path from a missing permission only after the token', async () => {
    expect((await desk.call('GET', '/nothing/here', undefined, { Authorization: '' })).status).toBe(401);
  });
});
