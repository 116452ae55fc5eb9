import type { MapDocument, RuleInput } from '../../pipeline/maps/map-document.ts';
import express, { type Router } from 'express';
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { hasRole, requireRole } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { mapChoices } from '../../pipeline/maps/map-choices.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';
import type { FormError } from './form-fields.ts';
import { formReader, parseForm, refusalOf } from './forms.ts';
import { mapPage, mapsPage, MAPS, type MapView } from './maps-page.ts';
import { optionsAsText, optionsFromText } from './rule-options.ts';
import { rulePage, type RuleForm, type RuleOptions, type RuleView } from './rule-page.ts';
import { forSignedIn, type SendPage } from './send-page.ts';

const ApproveInput = z.object({ version: z.coerce.number().int() });
const RuleInputForm = ApproveInput.extend({
  id: z.string().default(''),
  source: z.string().trim().default(''),
  target: z.string().trim().default(''),
  transform: z.string().default(''),
  options: z.string().optional(),
  map: z.string().optional(),
  allowed: z.string().default(''),
  do: z.enum(['save', 'remove']).default('save'),
});
type RuleInputForm = z.output<typeof RuleInputForm>;

/** The maps, one map, and the form of one rule. A refused form comes back as it was typed, with what is wrong. */
export function mapsRoutes(deps: Deps, useCases: UseCases, sendPage: SendPage): Router {
  const router = express.Router();
  const readForm = formReader(deps.options.publicUrl);
  const pluralOf = (object: string) => deps.registry.find(object)?.plural ?? object;

  router.get(
    MAPS,
    forSignedIn(deps, async (session, _request, response) => {
      const maps = await useCases.listMaps(session.actor);
      sendPage(response, session, (viewer) => mapsPage(viewer, maps, pluralOf));
    }),
  );

  async function mapView({ actor }: Session, object: string, error: string | null): Promise<MapView> {
    const map = await useCases.getMap(actor, object);
    const { sources } = await mapChoices(deps, actor, object);
    return {
      map,
      labels: new Map(sources.map(({ key, label }) => [key, label])),
      mayEdit: hasRole(actor, 'operator'),
      mayApprove: hasRole(actor, 'owner'),
      error,
    };
  }

  router.get(
    `${MAPS}/:object`,
    forSignedIn(deps, async (session, request, response) => {
      const view = await mapView(session, String(request.params.object), null);
      sendPage(response, session, (viewer) => mapPage(viewer, view, pluralOf));
    }),
  );

  router.post(
    `${MAPS}/:object/approve`,
    ...readForm,
    forSignedIn(deps, async (session, request, response) => {
      const object = String(request.params.object);
      const { version } = parseForm(ApproveInput, request.body);
      const refusal = await refusalOf(() => useCases.approveMap(session.actor, object, version));
      if (refusal === null) {
        response.redirect(303, MAPS);
        return;
      }
      const view = await mapView(session, object, refusal.message);
      sendPage(response, session, (viewer) => mapPage(viewer, view, pluralOf), refusal.httpStatus);
    }),
  );

  async function ruleView(
    { actor }: Session,
    map: MapDocument,
    form: RuleForm,
    error: FormError | null,
  ): Promise<RuleView> {
    const { object, version } = map;
    const choices = await mapChoices(deps, actor, object);
    return { object, plural: pluralOf(object), version, form, choices, error };
  }

  router.get(
    `${MAPS}/:object/rule`,
    forSignedIn(deps, async (session, request, response) => {
      requireRole(session.actor, 'operator');
      const map = await useCases.getMap(session.actor, String(request.params.object));
      const { id, source } = request.query;
      const form = typeof id === 'string' ? formOf(ruleIn(map, id)) : newRule(source);
      const view = await ruleView(session, map, form, null);
      sendPage(response, session, (viewer) => rulePage(viewer, view));
    }),
  );

  router.post(
    `${MAPS}/:object/rule`,
    ...readForm,
    forSignedIn(deps, async (session, request, response) => {
      const object = String(request.params.object);
      const typed = parseForm(RuleInputForm, request.body);
      requireRole(session.actor, 'operator');
      const map = await useCases.getMap(session.actor, object);
      const asked = askedFor(typed, map);
      const refusal =
        'error' in asked
          ? null
          : await refusalOf(() =>
              useCases.editMap(session.actor, object, { version: typed.version, rules: [asked.rule] }),
            );
      if (refusal === null && !('error' in asked)) {
        response.redirect(303, `${MAPS}/${object}#rule-${typed.id}`);
        return;
      }
      const error = 'error' in asked ? asked.error : { field: null, message: refusal?.message ?? '' };
      const { id, source, target, transform } = typed;
      const view = await ruleView(
        session,
        map,
        { id, source, target, transform, options: typedOptions(typed) },
        error,
      );
      sendPage(response, session, (viewer) => rulePage(viewer, view), refusal?.httpStatus ?? 422);
    }),
  );

  return router;
}

function ruleIn(map: MapDocument, id: string): MapDocument['rules'][number] {
  const rule = map.rules.find((one) => one.id === id);
  if (rule !== undefined) return rule;
  throw new UserError('This rule is not in the newest version of the map any more.', {
    code: 'not_found',
    httpStatus: 404,
  });
}

function formOf({ id, source, target, transform, options }: MapDocument['rules'][number]): RuleForm {
  return { id, source, target, transform, options: optionsAsText(transform, options) };
}

function newRule(source: unknown): RuleForm {
  return {
    id: '',
    source: typeof source === 'string' ? source : '',
    target: '',
    transform: '',
    options: { kind: 'json', text: '' },
  };
}

function typedOptions({ map, allowed, options = '' }: RuleInputForm): RuleOptions {
  return map === undefined ? { kind: 'json', text: options } : { kind: 'values', map, allowed };
}

/** The edit that the form asks for. Options belong to their transform: another one begins with its own. */
function askedFor(typed: RuleInputForm, map: MapDocument): { rule: RuleInput } | { error: FormError } {
  const { id, source, target, transform } = typed;
  if (typed.do === 'remove') return { rule: { id, source, target: '' } };
  if (target === '') return { error: { field: 'target', message: 'Name the attribute in Intercom.' } };
  const before = map.rules.find((rule) => rule.id === id);
  const rule: RuleInput = {
    ...(id === '' ? {} : { id }),
    source,
    target,
    ...(transform === '' ? {} : { transform }),
  };
  if (before === undefined || before.transform !== transform) return { rule };
  const read = optionsFromText(typedOptions(typed), before.options);
  return 'error' in read ? read : { rule: { ...rule, options: read.options } };
}
