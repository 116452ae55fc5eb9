import express, { type Router } from 'express';
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { hasRole } from '../../pipeline/actors.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { listTeammates, setRole } from '../../pipeline/install/teammates.ts';
import type { SourceInput } from '../../pipeline/source/source.ts';
import type { UseCases } from '../../pipeline/use-cases.ts';
import type { Session } from '../sessions.ts';
import { connectPage, type ConnectField, type ConnectForm } from './connect-page.ts';
import { downloadsPage } from './downloads-page.ts';
import { formReader, parseForm, refusalOf } from './forms.ts';
import { objectTypesPage, type ObjectTypesView } from './object-types-page.ts';
import { forSignedIn, type SendPage } from './send-page.ts';
import { teammatesPage, type TeammatesView } from './teammates-page.ts';

const ConnectInput = z.object({
  base_url: z.string().trim().default(''),
  username: z.string().trim().default(''),
  password: z.string().default(''),
  api_key: z.string().trim().default(''),
});

const RoleInput = z.object({ teammate: z.string().min(1), role: z.enum(['owner', 'operator', 'viewer']) });

function blankField(input: z.output<typeof ConnectInput>): ConnectForm['error'] {
  if (input.base_url === '') return { message: 'Enter the address of your Infraon desk.', field: 'base_url' };
  if (input.api_key !== '') return null;
  if (input.username === '') return { message: 'Enter a user name, or an API key.', field: 'username' };
  if (input.password === '') return { message: 'Enter the password.', field: 'password' };
  return null;
}

/** Beside which input a refusal belongs; one of the whole account stands beside its secret. */
function refusedField(error: UserError, strategy: SourceInput['auth']['strategy']): ConnectField | null {
  switch (error.field) {
    case 'base_url':
      return 'base_url';
    case 'auth.username':
      return 'username';
    case 'auth':
    case 'auth.password':
    case 'auth.api_key':
      return strategy === 'api_key' ? 'api_key' : 'password';
    case undefined:
    default:
      return null;
  }
}

/** Connecting Infraon, custom object types, roles and downloads. A form that is refused comes back with its error; a good one redirects. */
export function setupRoutes(deps: Deps, useCases: UseCases, sendPage: SendPage): Router {
  const router = express.Router();
  const readForm = formReader(deps.options.publicUrl);

  async function connectView(session: Session, form: ConnectForm) {
    const source = await useCases.getSource(session.actor);
    const shown =
      source.state === 'connected' && form.baseUrl === '' && form.error === null
        ? { ...form, baseUrl: source.base_url }
        : form;
    const mayConnect = hasRole(session.actor, 'owner');
    return (viewer: Parameters<typeof connectPage>[0]) => connectPage(viewer, source, mayConnect, shown);
  }

  router.get(
    '/console/connect',
    forSignedIn(deps, async (session, _request, response) => {
      const render = await connectView(session, { baseUrl: '', username: '', error: null });
      sendPage(response, session, render);
    }),
  );

  router.post(
    '/console/connect',
    ...readForm,
    forSignedIn(deps, async (session, request, response) => {
      const input = parseForm(ConnectInput, request.body);
      const { base_url, username, password, api_key } = input;
      const auth: SourceInput['auth'] =
        api_key === '' ? { strategy: 'password', username, password } : { strategy: 'api_key', api_key };
      let error = blankField(input);
      let status = 422;
      if (error === null) {
        try {
          await useCases.connectSource(session.actor, { base_url, auth });
          response.redirect(303, '/console');
          return;
        } catch (refusal) {
          if (!(refusal instanceof UserError) || refusal.code === 'forbidden') throw refusal;
          error = { message: refusal.message, field: refusedField(refusal, auth.strategy) };
          status = refusal.httpStatus;
        }
      }
      const render = await connectView(session, { baseUrl: base_url, username, error });
      sendPage(response, session, render, status);
    }),
  );

  async function objectTypesView({ actor }: Session, error: string | null): Promise<ObjectTypesView> {
    const { types } = await useCases.getObjectTypes(actor);
    return { types, mayProbe: hasRole(actor, 'operator'), error };
  }

  router.get(
    '/console/object-types',
    forSignedIn(deps, async (session, _request, response) => {
      const view = await objectTypesView(session, null);
      sendPage(response, session, (viewer) => objectTypesPage(viewer, view));
    }),
  );

  router.post(
    '/console/object-types',
    ...readForm,
    forSignedIn(deps, async (session, _request, response) => {
      const refusal = await refusalOf(() => useCases.probeObjectTypes(session.actor));
      if (refusal === null) {
        response.redirect(303, '/console/object-types');
        return;
      }
      const view = await objectTypesView(session, refusal.message);
      sendPage(response, session, (viewer) => objectTypesPage(viewer, view), refusal.httpStatus);
    }),
  );

  async function teammatesView({ actor }: Session, error: TeammatesView['error']): Promise<TeammatesView> {
    return {
      teammates: await listTeammates(deps, actor),
      mayChange: hasRole(actor, 'owner'),
      error,
    };
  }

  router.get(
    '/console/teammates',
    forSignedIn(deps, async (session, _request, response) => {
      const view = await teammatesView(session, null);
      sendPage(response, session, (viewer) => teammatesPage(viewer, view));
    }),
  );

  router.post(
    '/console/teammates',
    ...readForm,
    forSignedIn(deps, async (session, request, response) => {
      const { teammate, role } = parseForm(RoleInput, request.body);
      try {
        await setRole(deps, session.actor, teammate, role);
      } catch (refusal) {
        if (!(refusal instanceof UserError) || refusal.httpStatus !== 409) throw refusal;
        const view = await teammatesView(session, { teammate, message: refusal.message });
        sendPage(response, session, (viewer) => teammatesPage(viewer, view), 409);
        return;
      }
      response.redirect(303, '/console/teammates');
    }),
  );

  router.get(
    '/console/downloads',
    forSignedIn(deps, async (session, _request, response) => {
      const { state } = await useCases.getDiscovery(session.actor);
      const downloads = {
        discovered: state === 'done',
        mayDownloadHandoff: hasRole(session.actor, 'operator'),
      };
      sendPage(response, session, (viewer) => downloadsPage(viewer, downloads));
    }),
  );

  return router;
}
