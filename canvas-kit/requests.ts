import { z } from 'zod';

/** Nobody types more into a panel; what is longer counts as not filled in. */
const MAX_INPUT = 10_000;

/**
 * What Intercom posts to an inbox app. Parsing is tolerant because the documents disagree (app platform reference,
 * section 2.2): `contact` or `customer`, `current_canvas` flat or one level deeper, ids as strings or numbers.
 */
const Id = z.union([z.string(), z.number()]).transform(String);
const Person = z.looseObject({ id: Id, email: z.string().nullish(), external_id: z.string().nullish() });

const Base = z.looseObject({
  workspace_id: Id.optional(),
  /** Its name up to API version 1.2. */
  app_id: Id.optional(),
  admin: z.looseObject({ id: Id }),
  // Parts that a canvas can do without are ignored when they are of another shape.
  conversation: z.looseObject({ id: Id }).nullish().catch(null),
  contact: Person.nullish().catch(null),
  customer: Person.nullish().catch(null),
});

const Stored = z.looseObject({ stored_data: z.record(z.string(), z.unknown()).nullish() });
const Submit = Base.extend({
  component_id: z.string(),
  input_values: z.record(z.string(), z.unknown()).nullish().catch(null),
  current_canvas: Stored.extend({ current_canvas: Stored.nullish() }).nullish().catch(null),
});

export interface PanelRequest {
  workspaceId: string;
  adminId: string;
  conversationId: string | null;
  contactId: string | null;
}

export interface SubmitRequest extends PanelRequest {
  /** Id of the button, item or input that fired. */
  componentId: string;
  /** Values of all inputs of the canvas; an untouched one may be missing. */
  inputs: Record<string, string>;
  /** What the canvas remembered; never a reason to allow anything. */
  stored: Record<string, unknown>;
}

function baseOf(body: z.output<typeof Base>): PanelRequest | undefined {
  const workspaceId = body.workspace_id ?? body.app_id;
  if (workspaceId === undefined) return undefined;
  return {
    workspaceId,
    adminId: body.admin.id,
    conversationId: body.conversation?.id ?? null,
    contactId: (body.contact ?? body.customer)?.id ?? null,
  };
}

/** Undefined when the body is not an initialize request. */
export function parseInitialize(body: unknown): PanelRequest | undefined {
  const parsed = Base.safeParse(body);
  return parsed.success ? baseOf(parsed.data) : undefined;
}

/** Undefined when the body is not a submit request. */
export function parseSubmit(body: unknown): SubmitRequest | undefined {
  const parsed = Submit.safeParse(body);
  const base = parsed.success ? baseOf(parsed.data) : undefined;
  if (!parsed.success || base === undefined) return undefined;
  const { component_id: componentId, input_values: values, current_canvas: current } = parsed.data;
  const inputs = Object.entries(values ?? {}).flatMap(([key, value]) =>
    typeof value === 'string' && value.length <= MAX_INPUT ? [[key, value] as const] : [],
  );
  const stored = current?.stored_data ?? current?.current_canvas?.stored_data ?? {};
  return { ...base, componentId, inputs: Object.fromEntries(inputs), stored };
}
