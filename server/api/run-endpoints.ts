import { z } from 'zod';
import { PageQuery, listOf } from './common-schemas.ts';
import { endpoint, mediaEndpoint, present, type Endpoint } from './endpoint.ts';
import { streamRun } from './run-events.ts';
import { sendFile } from './send-file.ts';
import * as schemas from './run-schemas.ts';

const IdParam = z.object({ id: z.string() });

type RunChange = 'pauseRun' | 'resumeRun' | 'cancelRun' | 'approveRun';

function runChange(verb: string, useCase: RunChange, summary: string): Endpoint {
  return endpoint({
    method: 'post',
    path: `/runs/{id}/${verb}`,
    summary,
    params: IdParam,
    reply: schemas.Run,
    handle: ({ useCases, actor }, { params }) => useCases[useCase](actor, params.id),
  });
}

/** From starting a run to the ledger, rejections, findings and the audit log. */
export const runEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/runs',
    summary: 'Start a run',
    body: schemas.RunInput,
    status: 201,
    reply: schemas.Run,
    handle: ({ useCases, actor }, { body }) => useCases.startRun(actor, body),
  }),
  endpoint({
    method: 'get',
    path: '/runs',
    summary: 'Runs, newest first',
    query: PageQuery,
    reply: listOf(schemas.Run),
    handle: ({ useCases, actor }, { query }) => useCases.listRuns(actor, query),
  }),
  endpoint({
    method: 'get',
    path: '/runs/{id}',
    summary: 'One run with its ledger, verification, rate and progress',
    params: IdParam,
    reply: schemas.Run,
    handle: ({ useCases, actor }, { params }) => useCases.getRun(actor, params.id),
  }),
  mediaEndpoint({
    method: 'get',
    path: '/runs/{id}/events',
    summary: 'The same document as server-sent events, at most one a second, until the run is final',
    params: IdParam,
    media: ['text/event-stream'],
    respond: ({ useCases, actor, signal }, { params }, response) =>
      streamRun(() => useCases.getRun(actor, params.id), response, signal),
  }),
  runChange('pause', 'pauseRun', 'Pause a run: batches in flight finish'),
  runChange('resume', 'resumeRun', 'Resume a paused run'),
  runChange('cancel', 'cancelRun', 'Cancel a run: what is loaded stays'),
  runChange('approve', 'approveRun', 'Accept a sample, which opens the full run'),
  endpoint({
    method: 'get',
    path: '/runs/{id}/rollback',
    summary: 'What a rollback, or its dry run, does with each record, and why some are spared',
    params: IdParam,
    query: PageQuery.extend({ object: z.string().optional(), action: schemas.UndoAction.optional() }),
    reply: listOf(schemas.RollbackItem),
    handle: ({ useCases, actor }, { params, query }) =>
      useCases.listRollback(actor, params.id, present(query)),
  }),
  endpoint({
    method: 'get',
    path: '/records/{object}/{source_id}',
    summary: 'The ledger row of one source record',
    params: z.object({ object: z.string(), source_id: z.string() }),
    reply: schemas.LedgerRecord,
    handle: ({ useCases, actor }, { params }) => useCases.getRecord(actor, params.object, params.source_id),
  }),
  endpoint({
    method: 'get',
    path: '/resolve',
    summary: 'An Infraon number, id or link → matching ledger rows',
    query: z.object({ q: z.string().min(1).max(2000) }),
    reply: listOf(schemas.LedgerRecord),
    async handle({ useCases, actor }, { query }) {
      const items = await useCases.resolve(actor, query.q);
      return { items, next_cursor: null, total: items.length };
    },
  }),
  endpoint({
    method: 'get',
    path: '/rejections',
    summary: 'Records set aside, with the reason',
    query: PageQuery.extend({ object: z.string().optional(), code: z.string().optional() }),
    reply: listOf(schemas.Rejection),
    handle: ({ useCases, actor }, { query }) => useCases.listRejections(actor, present(query)),
  }),
  endpoint({
    method: 'post',
    path: '/rejections/resolve',
    summary: 'Edit, retry, make again or waive all records that were rejected for one cause',
    body: schemas.BulkResolution,
    reply: schemas.Affected,
    handle({ useCases, actor }, { body }) {
      const { object, code, ...action } = body;
      return useCases.resolveRejections(actor, present({ object, code }), action);
    },
  }),
  endpoint({
    method: 'post',
    path: '/rejections/{id}/resolve',
    summary: 'Edit, retry, make again or waive one rejected record',
    params: IdParam,
    body: schemas.Resolution,
    reply: schemas.Affected,
    handle: ({ useCases, actor }, { params, body }) => useCases.resolveRejection(actor, params.id, body),
  }),
  endpoint({
    method: 'get',
    path: '/findings',
    summary: 'Differences that verification found',
    query: PageQuery.extend({
      run: z.string().optional(),
      object: z.string().optional(),
      class: schemas.DifferenceClass.optional(),
      field: z.string().optional(),
    }),
    reply: listOf(schemas.Finding),
    handle: ({ useCases, actor }, { query }) => useCases.listFindings(actor, present(query)),
  }),
  endpoint({
    method: 'post',
    path: '/findings/repair',
    summary: 'Repair all open differences of a class',
    body: schemas.BulkRepair,
    reply: schemas.Affected,
    handle({ useCases, actor }, { body: { action, ...filter } }) {
      return useCases.repairFindings(actor, filter, { action });
    },
  }),
  endpoint({
    method: 'post',
    path: '/findings/{id}/repair',
    summary: 'Repair one difference from the source value',
    params: IdParam,
    body: schemas.RepairInput,
    reply: schemas.Affected,
    handle: ({ useCases, actor }, { params, body }) => useCases.repairFinding(actor, params.id, body),
  }),
  endpoint({
    method: 'get',
    path: '/audit',
    summary: 'Who did what, newest first',
    query: PageQuery,
    reply: listOf(schemas.AuditEntry),
    handle: ({ useCases, actor }, { query }) => useCases.listAudit(actor, query),
  }),
  mediaEndpoint({
    method: 'get',
    path: '/handoff.zip',
    summary: 'The handoff package, as of this moment (operators and owners)',
    media: ['application/zip'],
    async respond({ useCases, actor }, _input, response) {
      const { filename, content } = await useCases.getHandoff(actor);
      await sendFile(response, { type: 'application/zip', filename, content });
    },
  }),
];
