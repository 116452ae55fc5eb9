import express, { type Router } from 'express';
import { z } from 'zod';
import { hasRole } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { nextRunOf, stepOf } from '../../pipeline/panel/next-step.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';
import { formReader, parseForm, refusalOf } from './forms.ts';
import { readinessPage, READINESS, type ReadinessView } from './readiness-page.ts';
import { forSignedIn, type SendPage } from './send-page.ts';
import { statusPage } from './status-page.ts';

const LATEST_RUNS = 10;
const ConfirmInput = z.object({ check: z.string().min(1), note: z.string().max(2000).default('') });

/** Where the migration stands, discovering, and what has to be right before a run. */
export function journeyRoutes(deps: Deps, useCases: UseCases, sendPage: SendPage): Router {
  const router = express.Router();
  const readForm = formReader(deps.options.publicUrl);

  router.get(
    '/console',
    forSignedIn(deps, async ({ actor, ...session }, _request, response) => {
      const [standing, source, discovery, runs, settings] = await Promise.all([
        useCases.getStanding(actor),
        useCases.getSource(actor),
        useCases.getDiscovery(actor),
        useCases.listRuns(actor, { limit: LATEST_RUNS }),
        useCases.getSettings(actor),
      ]);
      const { timezone } = session;
      const view = { now: deps.clock.now(), timezone, consoleUrl: deps.options.publicUrl };
      const status = { source, discovery, runs: runs.items, settings };
      sendPage(response, session, (viewer) => statusPage(viewer, standing, view, status));
    }),
  );

  router.post(
    '/console/discovery',
    ...readForm,
    forSignedIn(deps, async ({ actor }, _request, response) => {
      await useCases.startDiscovery(actor);
      response.redirect(303, '/console');
    }),
  );

  async function readinessView(
    { actor }: Session,
    error: ReadinessView['error'] = null,
  ): Promise<ReadinessView> {
    const [errand, last, standing] = await Promise.all([
      useCases.getErrand(actor, 'readiness'),
      useCases.lastReadiness(actor),
      useCases.getStanding(actor),
    ]);
    return { errand, last, next: nextRunOf(stepOf(standing)), mayCheck: hasRole(actor, 'operator'), error };
  }

  router.get(
    READINESS,
    forSignedIn(deps, async (session, _request, response) => {
      const view = await readinessView(session);
      sendPage(response, session, (viewer) => readinessPage(viewer, view));
    }),
  );

  router.post(
    READINESS,
    ...readForm,
    forSignedIn(deps, async ({ actor }, _request, response) => {
      await useCases.sendErrand(actor, { kind: 'readiness' });
      response.redirect(303, READINESS);
    }),
  );

  router.post(
    `${READINESS}/confirm`,
    ...readForm,
    forSignedIn(deps, async (session, request, response) => {
      const { check, note } = parseForm(ConfirmInput, request.body);
      const refusal = await refusalOf(() => useCases.vouchFor(session.actor, check, note));
      if (refusal === null) {
        response.redirect(303, READINESS);
        return;
      }
      const view = await readinessView(session, { check, message: refusal.message });
      sendPage(response, session, (viewer) => readinessPage(viewer, view), refusal.httpStatus);
    }),
  );

  return router;
}
