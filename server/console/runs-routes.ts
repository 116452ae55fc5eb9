import express, { type Router } from 'express';
import { z } from 'zod';
import { hasRole, requireRole } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';
import { createScriptBundler } from './browser-scripts.ts';
import { formReader, parseForm, refusalOf } from './forms.ts';
import { html } from './html.ts';
import { rollbackSection, UNDO_WORD } from './rollback-section.ts';
import { runPage, type RunView } from './run-page.ts';
import { runsPage, type RunsView } from './runs-page.ts';
import { forSignedIn, type SendPage } from './send-page.ts';

const PAGE = '/console/runs';
const RUNS_SHOWN = 50;
const SPARED_SHOWN = 50;
/** The sample and the migration are started where their readiness is confirmed, in the panel. */
const StartInput = z.object({
  kind: z.enum(['delta', 'verify', 'rollback']),
  run: z.string().default(''),
});
const CHANGES = { pause: 'pauseRun', resume: 'resumeRun', cancel: 'cancelRun' } as const;
const UndoInput = z.object({
  word: z.string().default(''),
  contacts: z.enum(['archive', 'delete']).default('archive'),
});
const ChangeInput = z.enum(['pause', 'resume', 'cancel']);

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

  const scriptOf = createScriptBundler();
  router.get('/console/live-run.js', async (_request, response) => {
    const script = await scriptOf('live-run');
    response.set('Cache-Control', 'public, max-age=3600').type('text/javascript').send(script);
  });

  router.get(
    PAGE,
    forSignedIn(deps, async (session, _request, response) => {
      const view = await listView(session, null);
      sendPage(response, session, (viewer) => runsPage(viewer, view));
    }),
  );

  router.post(
    PAGE,
    ...readForm,
    forSignedIn(deps, async (session, request, response) => {
      const { kind, run } = parseForm(StartInput, request.body);
      let started = '';
      const refusal = await refusalOf(async () => {
        // An undo is never started from a list: its dry run is, and its own page asks for the word.
        const input =
          kind === 'rollback' ? { kind, dry_run: true, ...(run === '' ? {} : { run_id: run }) } : { kind };
        started = (await useCases.startRun(session.actor, input)).id;
      });
      if (refusal === null) {
        response.redirect(303, `${PAGE}/${started}`);
        return;
      }
      const view = await listView(session, { form: kind, message: refusal.message });
      sendPage(response, session, (viewer) => runsPage(viewer, view), refusal.httpStatus);
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

  router.post(
    `${PAGE}/:id/:change`,
    ...readForm,
    forSignedIn(deps, async (session, request, response) => {
      const id = String(request.params.id);
      const change = parseForm(ChangeInput, request.params.change);
      const refusal = await refusalOf(() => useCases[CHANGES[change]](session.actor, id));
      if (refusal === null) {
        response.redirect(303, `${PAGE}/${encodeURIComponent(id)}`);
        return;
      }
      const view = await runView(session, id, { form: 'run', message: refusal.message });
      sendPage(response, session, (viewer) => runPage(viewer, view), refusal.httpStatus);
    }),
  );

  return router;
}
