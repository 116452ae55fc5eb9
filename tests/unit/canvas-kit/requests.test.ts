import { describe, expect, it } from 'vitest';
import { parseInitialize, parseSubmit } from '../../../canvas-kit/requests.ts';

const base = {
  workspace_id: 'ws_demo01',
  admin: { type: 'admin', id: 7001, name: 'Asha', team_ids: [] },
  conversation: { type: 'conversation', id: '215480000000117', extra: { anything: [1] } },
};

describe('requests of Intercom', () => {
  it('name the contact in either way', () => {
    expect(parseInitialize({ ...base, contact: { id: 'c1', email: null } })?.contactId).toBe('c1');
    expect(parseInitialize({ ...base, customer: { id: 5 } })?.contactId).toBe('5');
    expect(parseInitialize(base)).toEqual({
      workspaceId: 'ws_demo01',
      adminId: '7001',
      conversationId: '215480000000117',
      contactId: null,
    });
  });

  it('name the workspace in either way', () => {
    const { workspace_id, ...rest } = base;
    expect(parseInitialize({ ...rest, app_id: workspace_id })?.workspaceId).toBe('ws_demo01');
    expect(parseInitialize(rest)).toBeUndefined();
  });

  it('carry what the canvas remembered, flat or one level deeper', () => {
    const stored_data = { v: 1, view: 'maps' };
    const flat = parseSubmit({ ...base, component_id: 'home', current_canvas: { stored_data } });
    const nested = parseSubmit({
      ...base,
      component_id: 'home',
      current_canvas: { current_canvas: { stored_data } },
    });
    expect(flat?.stored).toEqual(stored_data);
    expect(nested?.stored).toEqual(stored_data);
    expect(parseSubmit({ ...base, component_id: 'home' })?.stored).toEqual({});
  });

  it('may lack inputs, and send lists for check boxes', () => {
    const submit = parseSubmit({ ...base, component_id: 'go', input_values: { a: ' x ', b: ['1'] } });
    expect(submit?.inputs).toEqual({ a: ' x ' });
    expect(parseSubmit({ ...base, component_id: 'go', input_values: null })?.inputs).toEqual({});
  });

  it.each([undefined, null, [], 'text', { workspace_id: 'w' }, { ...base, admin: null }])(
    'of another shape are no request: %j',
    (body) => {
      expect(parseInitialize(body)).toBeUndefined();
      expect(parseSubmit(body)).toBeUndefined();
    },
  );
});
