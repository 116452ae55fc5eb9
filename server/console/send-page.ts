import type { Request, RequestHandler, Response } from 'express';
import type { MessengerConfig } from '../../config.ts';
import type { Deps } from '../../pipeline/deps.ts';
import { findSession, type Session } from '../sessions.ts';
import { messengerPolicy } from './messenger-policy.ts';
import type { Viewer } from './page.ts';

export type SendPage = (
  response: Response,
  session: Pick<Session, 'document' | 'timezone'>,
  render: (viewer: Viewer) => string,
  status?: number,
) => void;

/** Sends pages of signed-in teammates, under the policy that they need. */
export function pageSender(messenger: MessengerConfig | undefined): SendPage {
  return (response, { document, timezone }, render, status = 200) => {
    if (messenger !== undefined) response.set('Content-Security-Policy', messengerPolicy(messenger));
    const { pathname: path } = new URL(response.req.originalUrl, 'http://console');
    response
      .status(status)
      .type('html')
      .send(render({ ...document, timezone, messenger: messenger !== undefined, path }));
  };
}

/** Strangers are sent to the sign-in page. */
export function forSignedIn(
  deps: Deps,
  handle: (session: Session, request: Request, response: Response) => Promise<void> | void,
): RequestHandler {
  return async (request, response) => {
    const session = await findSession(deps, request);
    if (session === undefined) response.redirect(303, '/');
    else await handle(session, request, response);
  };
}
