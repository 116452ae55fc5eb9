import express, { type Router } from 'express';
import { z } from 'zod';
import { hasRole } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';
import { cutOverPage, type CutOverView } from './cut-over-page.ts';
import { formReader, parseForm, refusalOf } from './forms.ts';
import { forSignedIn, type SendPage } from './send-page.ts';

const PAGE = '/console/cut-over';
const NoteInput = z.object({ note: z.string().max(2000).default('') });
const ConfirmInput = NoteInput.extend({ item: z.string().min(1) });

/** The cut-over page and its forms. A refused form comes back with its error; a good one redirects. */
export function cutOverRoutes(deps: Deps, useCases: UseCases, sendPage: SendPage): Router {
  const router = express.Router();
  const readForm = formReader(deps.options.publicUrl);

  async function viewOf({ actor }: Session, error: CutOverView['error']): Promise<CutOverView> {
    return {
      board: await useCases.getCutover(actor),
      mayConfirm: hasRole(actor, 'operator'),
      maySign: hasRole(actor, 'owner'),
      error,
    };
  }

  router.get(
    PAGE,
    forSignedIn(deps, async (session, _request, response) => {
      const view = await viewOf(session, null);
      sendPage(response, session, (viewer) => cutOverPage(viewer, view));
    }),
  );

  function form<T extends z.ZodType>(
    path: string,
    schema: T,
    handle: (session: Session, input: z.output<T>) => { form: string; work: () => Promise<unknown> },
  ): void {
    router.post(
      `${PAGE}/${path}`,
      ...readForm,
      forSignedIn(deps, async (session, request, response) => {
        const asked = handle(session, parseForm(schema, request.body));
        const refusal = await refusalOf(asked.work);
        if (refusal === null) {
          response.redirect(303, asked.form === 'freeze' ? PAGE : `${PAGE}#${asked.form}`);
          return;
        }
        const view = await viewOf(session, { form: asked.form, message: refusal.message });
        sendPage(response, session, (viewer) => cutOverPage(viewer, view), refusal.httpStatus);
      }),
    );
  }

  form('confirm', ConfirmInput, ({ actor }, { item, note }) => ({
    form: item,
    work: () => useCases.confirmCutover(actor, item, note),
  }));
  form('freeze-check', z.object({}), ({ actor }) => ({
    form: 'freeze',
    work: () => useCases.checkFreeze(actor),
  }));
  form('sign-off', NoteInput, ({ actor }, { note }) => ({
    form: 'sign-off',
    work: () => useCases.signOff(actor, note),
  }));
  form('revoke', NoteInput, ({ actor }, { note }) => ({
    form: 'revoke',
    work: () => useCases.revokeSignOff(actor, note),
  }));

  return router;
}
