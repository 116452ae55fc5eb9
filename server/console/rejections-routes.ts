import type { RejectionAction } from '../../pipeline/reconcile/rejection-document.ts';
import express, { type Router } from 'express';
import { z } from 'zod';
import { counted } from '../../canvas-kit/format.ts';
import { hasRole } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';
import { formReader, parseForm } from './forms.ts';
import { rejectionsAddress, rejectionsPage, REJECTIONS, type Cause } from './rejections-page.ts';
import type { RejectionsView } from './rejections-page.ts';
import { forSignedIn, type SendPage } from './send-page.ts';
import { UserError } from '../../errors.ts';

const SHOWN = 25;
const word = z.string().trim().default('');
const Input = z.object({
  /** One record; all of the cause when it is empty. */
  id: word,
  object: word,
  code: word,
  field: word,
  value: word,
  note: word,
  /** `without`: without an address; `infraon` and `intercom`: once more, with the value of that side. */
  do: z.enum(['edit', 'without', 'retry', 'infraon', 'intercom', 'make_again', 'waive']),
});
type Input = z.output<typeof Input>;

const DONE: Record<Input['do'], string> = {
  edit: 'saved and tried again',
  without: 'loaded without an address',
  retry: 'tried again',
  infraon: "tried again, with Infraon's value",
  intercom: "tried again, with Intercom's value",
  make_again: 'made again',
  waive: 'waived',
};

function actionOf({ do: verb, field, value, note }: Input): RejectionAction {
  switch (verb) {
    case 'edit':
      return { action: 'edit', values: { [field]: value } };
    case 'without':
      return { action: 'edit', values: { [field]: '', allow_without_email: true } };
    case 'retry':
      return { action: 'retry' };
    case 'infraon':
    case 'intercom':
      return { action: 'retry', take: verb };
    case 'make_again':
      return { action: 'make_again' };
    case 'waive':
      return { action: 'waive', note: note === '' ? 'Waived in the console.' : note };
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function causeOf(object: string, code: string): Cause | null {
  return object === '' || code === '' ? null : { object, code };
}

/** Rejected records, all or of one cause, and what is done about them. */
export function rejectionsRoutes(deps: Deps, useCases: UseCases, sendPage: SendPage): Router {
  const router = express.Router();

  async function viewOf(
    { actor }: Session,
    asked: { cause: Cause | null; cursor?: string },
    more: Pick<RejectionsView, 'error' | 'done'>,
  ): Promise<RejectionsView> {
    const { cause, cursor } = asked;
    return {
      rejections: await useCases.listRejections(actor, { ...cause, cursor, limit: SHOWN }),
      cause,
      labelOf: (object) => deps.registry.find(object)?.label ?? object,
      mayResolve: hasRole(actor, 'operator'),
      ...more,
    };
  }

  router.get(
    REJECTIONS,
    forSignedIn(deps, async (session, request, response) => {
      const { object, code, cursor, done, affected } = request.query;
      const cause = causeOf(text(object), text(code));
      const verb = Object.entries(DONE).find(([name]) => name === done)?.[1];
      const view = await viewOf(
        session,
        { cause, ...(text(cursor) === '' ? {} : { cursor: text(cursor) }) },
        {
          error: null,
          done: verb === undefined ? null : `${counted(Number(affected) || 0, 'record')} ${verb}.`,
        },
      );
      sendPage(response, session, (viewer) => rejectionsPage(viewer, view));
    }),
  );

  router.post(
    REJECTIONS,
    ...formReader(deps.options.publicUrl),
    forSignedIn(deps, async (session, request, response) => {
      const input = parseForm(Input, request.body);
      const cause = causeOf(input.object, input.code);
      try {
        const { affected } =
          input.id === '' && cause !== null
            ? await useCases.resolveRejections(session.actor, cause, actionOf(input))
            : await useCases.resolveRejection(session.actor, input.id, actionOf(input));
        const done = { done: input.do, affected: String(affected) };
        response.redirect(303, rejectionsAddress(cause, done));
      } catch (refusal) {
        if (!(refusal instanceof UserError) || refusal.httpStatus === 403) throw refusal;
        // What is resolved already is no record of the list any more, beside which it could be said.
        const id = input.id === '' || refusal.httpStatus === 404 ? null : input.id;
        const error = { id, message: refusal.message };
        const view = await viewOf(session, { cause }, { error, done: null });
        sendPage(response, session, (viewer) => rejectionsPage(viewer, view), refusal.httpStatus);
      }
    }),
  );

  return router;
}
