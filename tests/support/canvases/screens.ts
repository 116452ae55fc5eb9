import fc from 'fast-check';
import type { Canvas } from '../../../canvas-kit/components.ts';
import { connectScreen } from '../../../canvas-kit/screens/connect.ts';
import {
  conversationScreen,
  notMovedScreen,
  relatedRecordScreen,
  relatedScreen,
} from '../../../canvas-kit/screens/conversation.ts';
import { cutOverScreen, undoScreen } from '../../../canvas-kit/screens/cut-over.ts';
import { findScreen, recordScreen, reportScreen } from '../../../canvas-kit/screens/find.ts';
import { mapScreen, mapsScreen } from '../../../canvas-kit/screens/maps.ts';
import * as messages from '../../../canvas-kit/screens/messages.ts';
import { overviewScreen } from '../../../canvas-kit/screens/overview.ts';
import { checkScreen, readinessScreen } from '../../../canvas-kit/screens/readiness.ts';
import { rejectionScreen, rejectionsScreen } from '../../../canvas-kit/screens/rejections.ts';
import type { Step } from '../../../pipeline/panel/next-step.ts';
import * as documents from './documents.ts';
import type { Expectation } from './conformance.ts';
import { hostile } from './hostile.ts';

const view = fc.record({
  now: fc.constant(new Date('2026-03-04T23:30:00Z')),
  timezone: fc.constantFrom('Europe/London', 'Asia/Kolkata', 'America/Los_Angeles', 'Mars/Olympus', ''),
  consoleUrl: fc.constantFrom('https://migration.example', 'http://localhost:3000'),
});
const maybe = fc.option(hostile, { nil: null });
const isTrue = fc.boolean();
const next = fc.constantFrom('sample' as const, 'full' as const);
const ACTIVE = ['queued', 'running', 'paused', 'verifying'] as const;
const label = (object: string) => object;

const step: fc.Arbitrary<Step> = fc.oneof(
  maybe.map((failure): Step => ({ kind: 'connect', failure })),
  maybe.map((failure): Step => ({ kind: 'discover', failure })),
  documents.discovery.map((discovery): Step => ({ kind: 'discovering', discovery })),
  documents.mapSummaries.map((maps): Step => ({ kind: 'review', maps })),
  documents.runOf(undefined, ACTIVE).map((run): Step => ({ kind: 'running', run })),
  documents.runOf(['sample']).map((run): Step => ({ kind: 'approve', run })),
  documents.runOf().map((run): Step => ({ kind: 'finished', run })),
  fc.constantFrom<Step>({ kind: 'connecting' }, { kind: 'starting' }, { kind: 'sample' }, { kind: 'start' }),
);

const FIRST: Expectation = { first: true, end: 'as_of' };
const LATER: Expectation = { first: false, end: 'back' };
const OUTAGE: Expectation = { first: true, end: 'way_out' };

/** Every function of canvas-kit/screens that makes a canvas, fed with everything it may be given. */
export const SCREENS: Record<string, [Expectation, fc.Arbitrary<Canvas>]> = {
  overviewScreen: [FIRST, fc.tuple(step, view).map(([s, v]) => overviewScreen(s, v, { back: false }))],
  'overviewScreen, later': [
    LATER,
    fc.tuple(step, view).map(([s, v]) => overviewScreen(s, v, { back: true })),
  ],
  conversationScreen: [
    FIRST,
    fc.tuple(documents.conversationPanel, view, isTrue).map(([p, v, lead]) => conversationScreen(p, v, lead)),
  ],
  notMovedScreen: [
    FIRST,
    fc.tuple(view, documents.conversationPanel).map(([v, { owned }]) => notMovedScreen(v, owned)),
  ],
  cutOverScreen: [
    LATER,
    fc.tuple(documents.cutover, view, isTrue).map(([board, v, undo]) => cutOverScreen(board, v, { undo })),
  ],
  undoScreen: [LATER, view.map(undoScreen)],
  reconnectScreen: [OUTAGE, view.map(({ consoleUrl }) => messages.reconnectScreen(consoleUrl))],
  unavailableScreen: [OUTAGE, fc.uuid().map(messages.unavailableScreen)],
  slowScreen: [OUTAGE, fc.constant(null).map(() => messages.slowScreen())],
  waitingScreen: [
    LATER,
    fc
      .tuple(hostile, view)
      .map(([words, v]) => messages.waitingScreen({ title: 'Checking…', words, refreshId: 'connecting' }, v)),
  ],
  refusedScreen: [LATER, hostile.map((message) => messages.refusedScreen(message))],
  doneScreen: [
    LATER,
    hostile.map((message) => messages.doneScreen(message, { id: 'maps', label: 'Review maps' })),
  ],
  connectScreen: [
    LATER,
    fc
      .record({
        baseUrl: hostile,
        username: hostile,
        error: fc.option(fc.record({ message: hostile, field: fc.constantFrom(null, 'base_url') }), {
          nil: null,
        }),
      })
      .map(connectScreen),
  ],
  mapsScreen: [
    LATER,
    fc.tuple(documents.mapSummaries, maybe).map(([maps, note]) => mapsScreen(maps, label, note)),
  ],
  mapScreen: [
    LATER,
    fc
      .tuple(documents.mapDocument, fc.constantFrom(0, 12, 996, 5000), maybe, view)
      .map(([map, from, error, { consoleUrl }]) =>
        mapScreen(map, 'Incidents', { from, consoleUrl, error, fieldName: label }),
      ),
  ],
  readinessScreen: [
    LATER,
    fc.tuple(documents.checks, next, view).map(([c, n, v]) => readinessScreen(c, n, v)),
  ],
  checkScreen: [
    LATER,
    fc
      .tuple(
        documents.checks.filter(({ length }) => length > 0),
        next,
      )
      .map(([[check], n]) => checkScreen(check!, n, 'https://migration.example')),
  ],
  rejectionsScreen: [
    LATER,
    fc
      .tuple(documents.rejections, fc.nat(), maybe, fc.constantFrom(null, 'bzEw'))
      .map(([items, total, note, cursor]) =>
        rejectionsScreen({ items, total, next_cursor: cursor }, label, { note, cursor }),
      ),
  ],
  rejectionScreen: [
    LATER,
    fc
      .tuple(documents.rejection, view, maybe)
      .map(([one, v, error]) => rejectionScreen(one, 'Requester', v, { error, cursor: null, alike: 1234 })),
  ],
  findScreen: [
    LATER,
    fc
      .tuple(hostile, fc.option(documents.records, { nil: null }))
      .map(([query, found]) => findScreen(query, found, label)),
  ],
  recordScreen: [
    LATER,
    documents.records.filter(({ length }) => length > 0).map(([record]) => recordScreen(record!, 'Incident')),
  ],
  reportScreen: [LATER, fc.tuple(hostile, maybe).map(([text, error]) => reportScreen(text, error))],
  relatedScreen: [
    LATER,
    fc
      .tuple(documents.conversationPanel, fc.constantFrom(0, 10, 990, 5000))
      .map(([p, from]) => relatedScreen(p, from)),
  ],
  relatedRecordScreen: [
    LATER,
    fc
      .tuple(
        documents.conversationPanel.filter(({ related }) => related.length > 0),
        view,
      )
      .map(([panel, v]) => relatedRecordScreen(panel.related.at(-1)!, v)),
  ],
};
