import express, { type Response, type Router } from 'express';
import { z } from 'zod';
import { hasRole, requireRole } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { confirmShown, startOutcome, type Errand } from '../../pipeline/panel/errands.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';
import { formReader, parseForm, refusalOf } from './forms.ts';
import { html } from './html.ts';
import { READINESS } from './readiness-page.ts';
import { rollbackSection, UNDO_WORD } from './rollback-section.ts';
import { runPage, type RunView } from './run-page.ts';
import { runsPage, startingPage, STARTING_PAGE, type RunsView } from './runs-page.ts';
import { forSignedIn, type SendPage } from './send-page.ts';

const PAGE = '/console/runs';
const RUNS_SHOWN = 50;
const SPARED_SHOWN = 50;
/** Whether one of these may start is asked of Intercom, which may take its time. */
const LOADS = ['sample', 'full', 'delta'] as const;
const StartInput = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(LOADS),
    /** Checks that stood beside the button, and are confirmed by it. */
    shown: z.string().default(''),
  }),
  z.object({ kind: z.enum(['verify', 'rollback']), run: z.string().default('') }),
]);
const CHANGES = {
  pause: 'pauseRun',
  resume: 'resumeRun',
  cancel: 'cancelRun',
  approve: 'approveRun',
} as const;
const UndoInput = z.object({
  word: z.string().default(''),
  contacts: z.enum(['archive', 'delete']).default('archive'),
});

type RunError = { form: 'run' | 'undo'; message: string } | null;

/** The list of runs, one run, and the forms that start, pause and undo. */
export function runsRoutes(deps: Deps, useCases: UseCases, sendPage: SendPage): Router {
  const router = express.Router();
  const readForm = formReader(deps.options.publicUrl);

  async function listView({ actor }: Session, error: RunsView['error']): Promise<RunsView> {
    const [runs, board] = await Promise.all([
      useCases.listRuns(actor, { limit: RUNS_SHOWN }),
      useCases.getCutover(actor),
    ]);
    return {
      runs: runs.items,
      mayRun: hasRole(actor, 'operator'),
      mayUndo: hasRole(actor, 'owner'),
      signedOff: board.signed_off !== null,
      error,
    };
  }

  async function runView({ actor }: Session, runId: string, error: RunError): Promise<RunView> {
    const run = await useCases.getRun(actor, runId);
    const view = {
      run,
      mayRun: hasRole(actor, 'operator'),
      error: error?.form === 'run' ? error.message : null,
    };
    const { rollback } = run;
    if (rollback === null) return { ...view, more: html`` };
    const spared = await useCases.listRollback(actor, runId, { action: 'spare', limit: SPARED_SHOWN });
    const undo = { mayUndo: hasRole(actor, 'owner'), error: error?.form === 'undo' ? error.message : null };
    return { ...view, more: rollbackSection({ run, rollback, spared, ...undo }) };
  }

  router.get(
    PAGE,
    forSignedIn(deps, async (session, _request, response) => {
      const view = await listView(session, null);
      sendPage(response, session, (viewer) => runsPage(viewer, view));
    }),
  );

  async function sendRefused(
    session: Session,
    response: Response,
    error: { message: string; status: number },
  ) {
    const view = await listView(session, error.message);
    sendPage(response, session, (viewer) => runsPage(viewer, view), error.status);
  }

  /** As the panel does after its button: what became of the start decides where it leads. */
  async function sendStart(session: Session, response: Response, errand: Errand): Promise<void> {
    switch (startOutcome(errand)) {
      case 'waiting':
        response.redirect(303, STARTING_PAGE);
        return;
      case 'started': {
        const [newest] = (await useCases.listRuns(session.actor, { limit: 1 })).items;
        response.redirect(303, newest === undefined ? '/console' : `${PAGE}/${newest.id}`);
        return;
      }
      case 'active':
        response.redirect(303, '/console');
        return;
      case 'not_ready':
        response.redirect(303, READINESS);
        return;
      case 'refused':
        await sendRefused(session, response, { message: errand.message ?? '', status: 409 });
    }
  }

  router.get(
    STARTING_PAGE,
    forSignedIn(deps, async (session, _request, response) => {
      const errand = await useCases.getErrand(session.actor, 'start');
      if (startOutcome(errand) === 'waiting') sendPage(response, session, startingPage);
      else await sendStart(session, response, errand);
    }),
  );

  router.post(
    PAGE,
    ...readForm,
    forSignedIn(deps, async (session, request, response) => {
      const { actor } = session;
      const input = parseForm(StartInput, request.body);
      if ('shown' in input) {
        const shown = input.shown.split(' ').filter((id) => id !== '');
        await confirmShown(useCases, actor, shown, 'Confirmed in the console when starting the run.');
        const asked = { kind: 'start', input: { kind: input.kind } } as const;
        await sendStart(session, response, await useCases.sendErrand(actor, asked));
        return;
      }
      let started = '';
      const refusal = await refusalOf(async () => {
        const { kind, run } = input;
        // An undo is never started from a list: its dry run is, and its own page asks for the word.
        const asked =
          kind === 'rollback' ? { kind, dry_run: true, ...(run === '' ? {} : { run_id: run }) } : { kind };
        started = (await useCases.startRun(actor, asked)).id;
      });
      if (refusal === null) response.redirect(303, `${PAGE}/${started}`);
      else await sendRefused(session, response, { message: refusal.message, status: refusal.httpStatus });
    }),
  );

  router.get(
    `${PAGE}/:id`,
    forSignedIn(deps, async (session, request, response) => {
      const view = await runView(session, String(request.params.id), null);
      sendPage(response, session, (viewer) => runPage(viewer, view));
    }),
  );

  router.post(
    `${PAGE}/:id/undo`,
    ...readForm,
    forSignedIn(deps, async (session, request, response) => {
      const id = String(request.params.id);
      const { word, contacts } = parseForm(UndoInput, request.body);
      requireRole(session.actor, 'owner');
      const { rollback } = await useCases.getRun(session.actor, id);
      let message = `Type ${UNDO_WORD} in capital letters.`;
      let status = 422;
      if (word === UNDO_WORD && rollback?.dry_run === true) {
        const ofRun = rollback.of_run === null ? {} : { run_id: rollback.of_run };
        let started = '';
        const refusal = await refusalOf(async () => {
          started = (await useCases.startRun(session.actor, { kind: 'rollback', contacts, ...ofRun })).id;
        });
        if (refusal === null) {
          response.redirect(303, `${PAGE}/${started}`);
          return;
        }
        ({ message, httpStatus: status } = refusal);
      }
      const view = await runView(session, id, { form: 'undo', message });
      sendPage(response, session, (viewer) => runPage(viewer, view), status);
    }),
  );

  for (const [verb, useCase] of Object.entries(CHANGES))
    router.post(
      `${PAGE}/:id/${verb}`,
      ...readForm,
      forSignedIn(deps, async (session, request, response) => {
        const id = String(request.params.id);
        const refusal = await refusalOf(() => useCases[useCase](session.actor, id));
        if (refusal === null) {
          response.redirect(303, verb === 'approve' ? '/console' : `${PAGE}/${encodeURIComponent(id)}`);
          return;
        }
        const view = await runView(session, id, { form: 'run', message: refusal.message });
        sendPage(response, session, (viewer) => runPage(viewer, view), refusal.httpStatus);
      }),
    );

  return router;
}
