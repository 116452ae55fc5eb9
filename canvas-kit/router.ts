import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, UserError, messageOf } from '../errors.ts';
import type { Deps } from '../pipeline/deps.ts';
import { panelViewer } from '../pipeline/panel/panel-viewer.ts';
import type { UseCases } from '../pipeline/use-cases.ts';
import { agentHandlers } from './agent-flow.ts';
import type { Canvas } from './components.ts';
import { cutOverHandlers } from './cut-over-flow.ts';
import { splitArgument, type Handler } from './context.ts';
import { firstCanvas, openingScreen } from './first-canvas.ts';
import type { View } from './format.ts';
import { fitCanvas } from './limits.ts';
import { parseInitialize, parseSubmit, type PanelRequest, type SubmitRequest } from './requests.ts';
import { runHandlers } from './run-flow.ts';
import { reconnectScreen, refusedScreen, slowScreen, unavailableScreen } from './screens/messages.ts';
import { setupHandlers } from './setup-flow.ts';

/** Intercom does not say how long it waits; integrators believe ten seconds. */
const DEADLINE_MS = 4000;

/** Verb of a component's id → what it does. The rest of the id, after a colon, is the handler's argument. */
const HANDLERS = new Map<string, Handler>(
  Object.entries({ ...setupHandlers, ...runHandlers, ...cutOverHandlers, ...agentHandlers }),
);

export interface Panel {
  /** Answers a signed request; whatever goes wrong, the answer is a canvas. `reference` names it in our logs. */
  initialize(body: unknown, reference: string): Promise<{ canvas: Canvas }>;
  submit(body: unknown, reference: string): Promise<{ canvas: Canvas }>;
}

export function createPanel(deps: Deps, useCases: UseCases): Panel {
  const consoleUrl = deps.options.publicUrl;

  const viewOf = (timezone: string): View => ({ now: deps.clock.now(), timezone, consoleUrl });

  /** One question to the database, and none to anybody else. */
  async function opened(request: PanelRequest | undefined): Promise<Canvas> {
    if (request === undefined) return unreadable();
    const opening = await useCases.openPanel(request, { standing: 'unless_moved', fresh: false });
    return opening === null ? reconnectScreen(consoleUrl) : openingScreen(opening, viewOf(opening.timezone));
  }

  async function submitted(request: SubmitRequest | undefined): Promise<Canvas> {
    if (request === undefined) return unreadable();
    const viewer = await panelViewer(deps, request.workspaceId, request.adminId);
    if (viewer === null) return reconnectScreen(consoleUrl);
    const [verb, argument] = splitArgument(request.componentId);
    const { actor, timezone } = viewer;
    const context = { deps, useCases, actor, view: viewOf(timezone), request, argument };
    // A canvas from before a deployment: start again instead of failing.
    return (HANDLERS.get(verb) ?? firstCanvas)(context);
  }

  async function answer(work: Promise<Canvas>, reference: string): Promise<{ canvas: Canvas }> {
    const safe = work.catch((error: unknown) => errorCanvas(error, reference));
    const late = sleep(DEADLINE_MS, null, { ref: false });
    const canvas = (await Promise.race([safe, late])) ?? slowScreen();
    return { canvas: fitCanvas(canvas) };
  }

  function errorCanvas(error: unknown, reference: string): Canvas {
    if (error instanceof UserError) return refusedScreen(error.message);
    const errorCode = error instanceof AppError ? error.code : undefined;
    const stack = error instanceof Error ? error.stack : undefined;
    deps.log.error({ reference, errorCode, reason: messageOf(error), stack }, 'panel raised an error');
    return unavailableScreen(reference);
  }

  return {
    initialize: (body, reference) => answer(opened(parseInitialize(body)), reference),
    submit: (body, reference) => answer(submitted(parseSubmit(body)), reference),
  };
}

function unreadable(): Canvas {
  return refusedScreen('Intercom sent something that this app cannot read.');
}
