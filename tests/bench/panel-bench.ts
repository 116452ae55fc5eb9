import { setTimeout as sleep } from 'node:timers/promises';
import { bodySignature } from '../support/signed-requests.ts';
import type { BenchStage } from './bench-stage.ts';
import { percentile, rounded, type Report } from './figures.ts';
import { CLIENT, OWNER_ID, WORKSPACE } from './intercom.ts';

/** Two people open a conversation every half second each; an inbox of a whole support team does less. */
const PAUSE_MS = 250;

/** Opens the panel again and again while a load runs; the reference is the bare server, asked for `/healthz`. */
export function watchPanel(report: Report, stage: BenchStage): () => Promise<void> {
  const panel: number[] = [];
  const bare: number[] = [];
  let stopped = false;
  const watching = (async () => {
    const migrated = await stage.db.sql<{ id: string }[]>`
      select destination_id as id from id_map where resource = 'conversations' order by destination_id limit 20`;
    for (let turn = 0; !stopped; turn += 1) {
      // Every other conversation is one that was migrated: its panel shows what it links to, the other the progress.
      const conversation =
        turn % 2 === 0 ? migrated[(turn / 2) % Math.max(1, migrated.length)]?.id : undefined;
      panel.push(await timed(() => initialize(stage.appUrl, conversation ?? '1')));
      bare.push(await timed(() => fetch(`${stage.appUrl}/healthz`)));
      await sleep(PAUSE_MS);
    }
  })();
  return async () => {
    stopped = true;
    await watching;
    report.figure('panel_p95_ms', percentile(panel, 0.95), 'ms', {
      requests: panel.length,
      p50_ms: rounded(percentile(panel, 0.5), 1),
      p99_ms: rounded(percentile(panel, 0.99), 1),
      healthz_p95_ms: rounded(percentile(bare, 0.95), 1),
      while: 'a load under the rate limit, with 1, 2 and 4 workers',
    });
  };
}

async function timed(call: () => Promise<Response>): Promise<number> {
  const startedAt = performance.now();
  const response = await call();
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 300)}`);
  return performance.now() - startedAt;
}

function initialize(appUrl: string, conversationId: string): Promise<Response> {
  const body = JSON.stringify({
    workspace_id: WORKSPACE,
    admin: { type: 'admin', id: OWNER_ID, name: 'Asha Pillai' },
    conversation: { type: 'conversation', id: conversationId },
    contact: { type: 'contact', id: '68a1f0c2d4' },
  });
  return fetch(`${appUrl}/canvas-kit/initialize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-body-signature': bodySignature(body, CLIENT.secret) },
    body,
  });
}
