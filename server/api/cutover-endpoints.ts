import { z } from 'zod';
import { endpoint, type Endpoint } from './endpoint.ts';
import { Cutover, Note } from './cutover-schemas.ts';

/** The board, what people say on it, and the owner's sign-off. */
export const cutoverEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/cutover',
    summary: 'The cut-over board: go or no-go per item, freeze, last delta, sign-off and hypercare',
    reply: Cutover,
    handle: ({ useCases, actor }) => useCases.getCutover(actor),
  }),
  endpoint({
    method: 'post',
    path: '/cutover/freeze-check',
    summary: 'Look at the source now, and once more five minutes later (operators and owners)',
    status: 202,
    reply: Cutover,
    handle: ({ useCases, actor }) => useCases.checkFreeze(actor),
  }),
  endpoint({
    method: 'post',
    path: '/cutover/{id}/confirm',
    summary: 'Confirm by name what only a person can know (operators and owners)',
    params: z.object({ id: z.string() }),
    body: Note,
    reply: Cutover,
    handle: ({ useCases, actor }, { params, body }) => useCases.confirmCutover(actor, params.id, body.note),
  }),
  endpoint({
    method: 'post',
    path: '/sign-off',
    summary: 'Sign the migration off: final package, no undo, seven days of checks (owners)',
    body: Note,
    reply: Cutover,
    handle: ({ useCases, actor }, { body }) => useCases.signOff(actor, body.note),
  }),
  endpoint({
    method: 'post',
    path: '/sign-off/revoke',
    summary: 'Open the migration again while hypercare lasts (owners)',
    body: Note,
    reply: Cutover,
    handle: ({ useCases, actor }, { body }) => useCases.revokeSignOff(actor, body.note),
  }),
];
