import request from 'supertest';
import type { Canvas, Component } from '../../canvas-kit/components.ts';
import { CLIENT_SECRET, WORKSPACE, type TestApp } from './app.ts';
import { bodySignature } from './signed-requests.ts';

export interface PanelClient {
  post(path: string, body: string): request.Test;
  initialize(extra?: Record<string, unknown>): Promise<Canvas>;
  /** Presses a button or an item of the canvas shown last. */
  submit(
    componentId: string,
    values?: { inputs?: Record<string, unknown>; stored?: Record<string, unknown> },
  ): Promise<Canvas>;
}

/** Intercom's part of the panel: signs, sends, and remembers the canvas on screen. */
export function panelClient(
  /** The app in this process, or the address of one that runs elsewhere. */
  test: { app: TestApp['app'] | string },
  who: { workspaceId?: string; adminId: string; conversationId: string; secret?: string },
): PanelClient {
  const base = {
    workspace_id: who.workspaceId ?? WORKSPACE,
    admin: { type: 'admin', id: who.adminId, name: 'Somebody' },
    conversation: { type: 'conversation', id: who.conversationId },
    contact: { type: 'contact', id: '68a1f0c2d4' },
  };
  let current: Canvas | undefined;

  function post(path: string, body: string): request.Test {
    return request(test.app)
      .post(path)
      .set('content-type', 'application/json')
      .set('x-body-signature', bodySignature(body, who.secret ?? CLIENT_SECRET))
      .send(body);
  }

  async function canvasOf(path: string, body: Record<string, unknown>): Promise<Canvas> {
    const response = await post(path, JSON.stringify(body))
      .expect(200)
      .expect('content-type', /application\/json/);
    current = (response.body as { canvas: Canvas }).canvas;
    return current;
  }

  return {
    post,
    initialize: (extra = {}) => canvasOf('/canvas-kit/initialize', { ...base, ...extra }),
    submit: (componentId, { inputs = {}, stored } = {}) =>
      canvasOf('/canvas-kit/submit', {
        ...base,
        component_id: componentId,
        input_values: inputs,
        current_canvas: stored === undefined ? current : { content: { components: [] }, stored_data: stored },
      }),
  };
}

function wordsOf(component: Component): string[] {
  if (component.type === 'text') return [component.text];
  if (component.type === 'button') return [component.label];
  if (component.type === 'data-table') return component.items.map((row) => `${row.field}: ${row.value}`);
  if (component.type !== 'list') return [];
  return component.items.map((item) =>
    [item.title, item.subtitle, item.tertiary_text].filter((text) => text !== undefined).join(' · '),
  );
}

/** Everything a canvas says, in reading order. */
export function textOf(canvas: Canvas): string {
  return canvas.content.components.flatMap(wordsOf).join('\n');
}

export function labelsOf(canvas: Canvas): string[] {
  return canvas.content.components.flatMap((component) =>
    component.type === 'button' ? [component.label] : [],
  );
}

/** The id of the button or item with this label. */
export function idOf(canvas: Canvas, label: string): string {
  for (const component of canvas.content.components) {
    if (component.type === 'button' && component.label === label) return component.id;
    if (component.type === 'list') {
      const item = component.items.find((one) => one.title === label);
      if (item !== undefined) return item.id;
    }
  }
  throw new Error(`No "${label}" on this canvas:\n${textOf(canvas)}`);
}
