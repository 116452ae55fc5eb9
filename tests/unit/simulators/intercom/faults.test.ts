import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at, errorOf, listAt, openDesk, type Desk } from './support.ts';

describe('fault injection', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await openDesk();
  });
  afterEach(() => desk.close());

  const contact = { email: 'ada@example.com', external_id: 'req-1' };

  async function stored(): Promise<number> {
    return listAt(await desk.sim('GET', 'snapshot'), 'contacts').length;
  }

  it('loses the answer after the write was committed, so that a repeat meets the first record', async () => {
    await desk.sim('POST', 'faults', {
      method: 'POST',
      path: '/contacts',
      mode: 'status_after_commit',
      status: 503,
      times: 1,
    });
    expect(errorOf(await desk.call('POST', '/contacts', contact))).toMatchObject({
      status: 503,
      code: 'service_unavailable',
    });
    expect(await stored()).toBe(1);
    expect((await desk.call('POST', '/contacts', contact)).status).toBe(409);
  });

  it('drops the connection before or after the write', async () => {
    await desk.sim('POST', 'faults', [{ path: '/contacts', mode: 'drop_before', times: 1 }]);
    await expect(desk.call('POST', '/contacts', contact)).rejects.toThrow();
    expect(await stored()).toBe(0);
    await desk.sim('POST', 'faults', [{ path: '/contacts', mode: 'drop_after_commit', times: 1 }]);
    await expect(desk.call('POST', '/contacts', contact)).rejects.toThrow();
    expect(await stored()).toBe(1);
  });

  it('answers a status or an HTML page without writing', async () => {
    await desk.sim('POST', 'faults', {
      rules: [{ path: '/contacts', mode: 'status', status: 500, times: 1 }],
    });
    expect(errorOf(await desk.call('POST', '/contacts', contact))).toMatchObject({
      status: 500,
      code: 'server_error',
    });
    await desk.sim('POST', 'faults', { path: '/contacts', mode: 'html', times: 1 });
    const response = await fetch(`${desk.url}/contacts`, {
      headers: { Authorization: `Bearer ${desk.token}` },
    });
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await stored()).toBe(0);
  });

  it('breaks off in the middle of the body', async () => {
    await desk.sim('POST', 'faults', { path: '/me', mode: 'truncate', times: 1 });
    await expect(desk.call('GET', '/me')).rejects.toThrow();
  });

  it('leaves out the rate headers, or sets their reset into the past', async () => {
    await desk.sim('POST', 'faults', [
      { path: '/me', mode: 'headers_missing', times: 1 },
      { path: '/me', mode: 'reset_in_past', status: 429, after: 0, times: 1 },
    ]);
    const bare = await desk.call('GET', '/me');
    expect(bare.status).toBe(200);
    expect(bare.headers.has('X-RateLimit-Remaining')).toBe(false);
    const past = await desk.call('GET', '/me');
    expect(past.status).toBe(429);
    expect(Number(past.headers.get('X-RateLimit-Reset'))).toBeLessThan(desk.now());
  });

  it('hangs until the client or the rule gives up', async () => {
    await desk.sim('POST', 'faults', { path: '/me', mode: 'hang', ms: 50, times: 1 });
    await expect(desk.call('GET', '/me')).rejects.toThrow();
    await desk.sim('POST', 'faults', { path: '/me', mode: 'hang', times: 1 });
    const headers = { Authorization: `Bearer ${desk.token}` };
    await expect(fetch(`${desk.url}/me`, { headers, signal: AbortSignal.timeout(50) })).rejects.toThrow();
  });

  it('matches templates whatever their variables are called, after a number of passes, with a seeded probability', async () => {
    await desk.sim('POST', 'faults', {
      path: '/admins/{admin_id}',
      mode: 'status',
      status: 500,
      after: 1,
      times: 1,
    });
    expect((await desk.call('GET', '/admins/5017690')).status).toBe(200);
    expect((await desk.call('GET', '/admins/5017690')).status).toBe(500);
    expect((await desk.call('GET', '/admins/5017690')).status).toBe(200);
    const outcomes: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      await desk.sim('DELETE', 'faults');
      await desk.sim('POST', 'faults', {
        path: '/me',
        mode: 'status',
        status: 500,
        probability: 0.5,
        seed: 7,
      });
      const statuses: number[] = [];
      for (let call = 0; call < 12; call += 1) statuses.push((await desk.call('GET', '/me')).status);
      outcomes.push(statuses.join());
    }
    expect(outcomes[0]).toBe(outcomes[1]);
    expect(new Set(outcomes[0]?.split(','))).toEqual(new Set(['200', '500']));
  });

  it('refuses a rule it does not understand', async () => {
    expect(at(await desk.sim('POST', 'faults', { mode: 'sulk' }), 'error')).toContain('mode is one of');
  });
});
