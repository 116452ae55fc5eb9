import type { Actor } from '../pipeline/actors.ts';
import type { Deps } from '../pipeline/deps.ts';
import type { UseCases } from '../pipeline/use-cases.ts';
import type { View } from './format.ts';
import type { PanelRequest, SubmitRequest } from './requests.ts';
import type { Canvas } from './components.ts';

/** What the handler of one request works with; who acts was decided from the request's workspace and teammate. */
export interface PanelContext {
  deps: Deps;
  useCases: UseCases;
  actor: Actor;
  view: View;
  request: PanelRequest;
}

export interface SubmitContext extends PanelContext {
  request: SubmitRequest;
  /** What follows the verb in the component's id. */
  argument: string;
}

export type Handler = (context: SubmitContext) => Promise<Canvas>;

/** `Incident`, for one record. */
export function labelOf({ deps }: PanelContext): (object: string) => string {
  return (object) => deps.registry.find(object)?.label ?? object;
}

/** `Incidents`, for all of them. */
export function pluralOf({ deps }: PanelContext): (object: string) => string {
  return (object) => deps.registry.find(object)?.plural ?? object;
}

export function textInput(context: SubmitContext, id: string): string {
  return context.request.inputs[id]?.trim() ?? '';
}

/** What a canvas remembered as text; it travelled through a browser and may be anything. */
export function storedText({ request }: SubmitContext, key: string, longest = 2000): string {
  const value = request.stored[key];
  return typeof value === 'string' && value.length <= longest ? value : '';
}

/** The first part of an argument and the rest of it: ids of Infraon may hold colons. */
export function splitArgument(argument: string): [string, string] {
  const at = argument.indexOf(':');
  return at < 0 ? [argument, ''] : [argument.slice(0, at), argument.slice(at + 1)];
}
