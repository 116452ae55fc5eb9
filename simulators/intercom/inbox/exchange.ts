import { createHmac } from 'node:crypto';
import type { App } from '../state.ts';
import { BODY_STYLES, serialise, type BodyStyle } from './body-styles.ts';
import { checkAnswer, checkFirstCanvas, type Violation } from './canvas-rules.ts';
import { deliver, type Delivery } from './deliver.ts';
import { keepExchange, type Exchange, type Inbox, type InboxApp } from './inbox-state.ts';

export interface Outcome {
  exchange: Exchange;
  /** What to paint; `null` means the generic error card. */
  canvas: Record<string, unknown> | null;
}

/** Intercom promises no time; a person waits visibly beyond this (app platform, section 7.3, item 16). */
const SLOW_MS = 2_000;

/** Signs a document, posts it to the app and judges the answer. Everything is kept for the developer drawer. */
export async function exchangeWithApp(
  inbox: Inbox,
  app: InboxApp,
  credentials: App,
  kind: 'initialize' | 'submit',
  document: Record<string, unknown>,
  at: number,
): Promise<Outcome> {
  const { settings } = inbox;
  const url = kind === 'initialize' ? app.initializeUrl : app.submitUrl;
  const bodyStyle = nextStyle(inbox);
  const fresh = serialise(document, bodyStyle);
  const repeated = settings.signature === 'replay' ? lastBody(inbox, app.clientId, kind) : undefined;
  const text = repeated ?? fresh;
  const body = Buffer.from(text, 'utf8');
  const signature = signatureFor(body, credentials.clientSecret, settings.signature);
  const headers: Record<string, string> = signature === null ? {} : { 'X-Body-Signature': signature };
  const send = (): Promise<Delivery> => deliver(url, body, headers, settings);
  const twice = kind === 'submit' && settings.doubleSubmit;
  const answers = await Promise.all(twice ? [send(), send()] : [send()]);
  const answer = answers.at(-1);
  if (answer === undefined) throw new Error('a request without an answer');

  const judged = judge(answer, kind);
  const refused = judged.violations.some(({ severity }) => severity === 'error');
  const canvas = refused && settings.mode === 'strict' ? null : judged.canvas;
  const exchange = keepExchange(inbox, {
    at,
    kind,
    clientId: app.clientId,
    url,
    bodyStyle,
    signature,
    requestBody: text,
    requestBytes: body.length,
    status: answer.status,
    responseBody: answer.text,
    responseBytes: Buffer.byteLength(answer.text),
    ms: answer.ms,
    failure: answer.failure,
    violations: judged.violations,
    outcome: canvas === null ? 'error' : 'canvas',
  });
  return { exchange, canvas };
}

function nextStyle(inbox: Inbox): BodyStyle {
  const { bodyStyle } = inbox.settings;
  if (bodyStyle !== 'varied') return bodyStyle;
  inbox.spellings += 1;
  return BODY_STYLES[(inbox.spellings - 1) % BODY_STYLES.length] ?? 'compact';
}

function lastBody(inbox: Inbox, clientId: string, kind: Exchange['kind']): string | undefined {
  return inbox.exchanges.findLast((exchange) => exchange.clientId === clientId && exchange.kind === kind)
    ?.requestBody;
}

/** HMAC-SHA256 over the exact bytes, bare hex (app platform, section 2.4). */
function signatureFor(
  body: Buffer,
  secret: string,
  how: 'valid' | 'missing' | 'wrong' | 'uppercase' | 'replay',
): string | null {
  if (how === 'missing') return null;
  const key = how === 'wrong' ? `not-${secret}` : secret;
  const hex = createHmac('sha256', key).update(body).digest('hex');
  return how === 'uppercase' ? hex.toUpperCase() : hex;
}

function judge(
  answer: Delivery,
  kind: Exchange['kind'],
): { canvas: Record<string, unknown> | null; violations: Violation[] } {
  if (answer.status === null) {
    const message = answer.failure ?? 'Nothing came back.';
    return { canvas: null, violations: [{ severity: 'error', where: 'answer', message }] };
  }
  const { canvas, violations } = checkAnswer({ ...answer, status: answer.status });
  if (canvas !== null && kind === 'initialize') violations.push(...checkFirstCanvas(canvas));
  if (answer.ms > SLOW_MS) {
    violations.push({
      severity: 'warning',
      where: 'answer',
      message: `It took ${answer.ms} ms; above ${SLOW_MS} ms a person notices the wait.`,
    });
  }
  return { canvas, violations };
}
