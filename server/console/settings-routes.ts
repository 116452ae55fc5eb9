import type { SettingsDocument } from '../../pipeline/settings.ts';
import express, { type Router } from 'express';
import { z } from 'zod';
import { hasRole } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { listTeammates } from '../../pipeline/install/teammates.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';
import { auditPage } from './audit-page.ts';
import { formReader, parseForm, refusalOf } from './forms.ts';
import { forSignedIn, type SendPage } from './send-page.ts';
import { settingsPage, type SettingsForm, type SettingsView } from './settings-page.ts';

const PAGE = '/console/settings';
const Input = z.record(z.string(), z.string());

function formOf(settings: SettingsDocument): SettingsForm {
  const texts = Object.entries(settings).map(([key, value]) => [key, value === null ? '' : String(value)]);
  const form = Object.fromEntries(texts) as SettingsForm;
  // 0.55 is 55.00000000000001 per cent to a machine.
  return { ...form, rate_share: String(Number((settings.rate_share * 100).toFixed(4))) };
}

/** Empty is a value of these, and not the lack of one. */
const MAY_BE_EMPTY = new Set(['default_country', 'source_timezone']);
/** Null while nobody chose one. */
const NUMBERS = new Set(['links_per_attribute']);

/** What was typed as the setting's own kind of value; what is of no such kind is refused by its bounds. */
function valueOf(key: string, text: string, present: unknown): unknown {
  if (typeof present === 'boolean') return text === 'true';
  if (text === '') return MAY_BE_EMPTY.has(key) ? '' : null;
  if (typeof present !== 'number' && !NUMBERS.has(key)) return text;
  return key === 'rate_share' ? Number(text) / 100 : Number(text);
}

/** Only what is different from what holds: a form shows every setting, and a person changes few. */
function changesIn(form: Record<string, string>, present: SettingsDocument): Partial<SettingsDocument> {
  const before = formOf(present);
  const changed = Object.entries(present).flatMap(([key, value]) => {
    const typed = form[key]?.trim();
    if (typed === undefined || typed === before[key as keyof SettingsDocument]) return [];
    return [[key, valueOf(key, typed, value)]];
  });
  return Object.fromEntries(changed) as Partial<SettingsDocument>;
}

/** The settings and their form, and the log of who changed what. */
export function settingsRoutes(deps: Deps, useCases: UseCases, sendPage: SendPage): Router {
  const router = express.Router();

  async function viewOf({ actor }: Session, more: Pick<SettingsView, 'saved' | 'error'>) {
    const [settings, teammates] = await Promise.all([
      useCases.getSettings(actor),
      listTeammates(deps, actor),
    ]);
    return { form: formOf(settings), teammates, mayChange: hasRole(actor, 'operator'), ...more };
  }

  router.get(
    PAGE,
    forSignedIn(deps, async (session, request, response) => {
      const view = await viewOf(session, { saved: request.query.saved === '1', error: null });
      sendPage(response, session, (viewer) => settingsPage(viewer, view));
    }),
  );

  router.post(
    PAGE,
    ...formReader(deps.options.publicUrl),
    forSignedIn(deps, async (session, request, response) => {
      const form = parseForm(Input, request.body);
      const changes = changesIn(form, await useCases.getSettings(session.actor));
      const refusal = await refusalOf(() => useCases.updateSettings(session.actor, changes));
      if (refusal === null) {
        response.redirect(303, `${PAGE}?saved=1`);
        return;
      }
      const error = { field: refusal.field ?? null, message: refusal.message };
      const view = await viewOf(session, { saved: false, error });
      const typed = { ...view, form: { ...view.form, ...form } };
      sendPage(response, session, (viewer) => settingsPage(viewer, typed), refusal.httpStatus);
    }),
  );

  router.get(
    '/console/audit',
    forSignedIn(deps, async (session, request, response) => {
      const { cursor } = request.query;
      const [entries, teammates] = await Promise.all([
        useCases.listAudit(session.actor, { cursor: typeof cursor === 'string' ? cursor : undefined }),
        listTeammates(deps, session.actor),
      ]);
      const names = new Map(teammates.map(({ id, name, email }) => [id, name === '' ? email : name]));
      sendPage(response, session, (viewer) => auditPage(viewer, { entries, names }));
    }),
  );

  return router;
}
