import express, { type Router } from 'express';
import { z } from 'zod';
import { hasRole, requireRole } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { NAMED_REPAIRS } from '../../pipeline/reconcile/repair.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';
import {
  FINDINGS,
  findingsAddress,
  findingsPage,
  isDifferenceClass,
  type DifferenceClass,
  type FindingsView,
} from './findings-page.ts';
import { formReader, parseForm, refusalOf } from './forms.ts';
import { forSignedIn, type SendPage } from './send-page.ts';

const SHOWN = 50;
const RepairInput = z.object({
  run: z.string().default(''),
  class: z.custom<DifferenceClass>(isDifferenceClass),
  /** One difference; all of the class when absent. */
  id: z.string().optional(),
  action: z.enum(NAMED_REPAIRS).optional(),
});

/** Differences of a run, a class at a time, and their repair. */
export function findingsRoutes(deps: Deps, useCases: UseCases, sendPage: SendPage): Router {
  const router = express.Router();

  async function viewOf(
    { actor }: Session,
    asked: { run: string; chosen: DifferenceClass; cursor?: string | undefined },
    error: string | null,
  ): Promise<FindingsView> {
    const { run: runId, chosen, cursor } = asked;
    const run = await useCases.getRun(actor, runId);
    const filter = { run: runId, class: chosen, limit: SHOWN, cursor };
    const findings = await useCases.listFindings(actor, filter);
    return { run, chosen, findings, mayRepair: hasRole(actor, 'operator'), error };
  }

  router.get(
    FINDINGS,
    forSignedIn(deps, async (session, request, response) => {
      const { run, class: asked, cursor } = request.query;
      const view = await viewOf(
        session,
        {
          run: typeof run === 'string' ? run : '',
          chosen: isDifferenceClass(asked) ? asked : 'mismatch',
          cursor: typeof cursor === 'string' ? cursor : undefined,
        },
        null,
      );
      sendPage(response, session, (viewer) => findingsPage(viewer, view));
    }),
  );

  router.post(
    FINDINGS,
    ...formReader(deps.options.publicUrl),
    forSignedIn(deps, async (session, request, response) => {
      const { run, class: chosen, id, action } = parseForm(RepairInput, request.body);
      requireRole(session.actor, 'operator');
      const refusal = await refusalOf(() =>
        id === undefined
          ? useCases.repairFindings(session.actor, { run, class: chosen })
          : useCases.repairFinding(session.actor, id, { action }),
      );
      if (refusal === null) {
        response.redirect(303, findingsAddress(run, chosen));
        return;
      }
      const view = await viewOf(session, { run, chosen }, refusal.message);
      sendPage(response, session, (viewer) => findingsPage(viewer, view), refusal.httpStatus);
    }),
  );

  return router;
}
