import { readFileSync } from 'node:fs';
import { html, open, type Reply } from '../context.ts';
import type { Route } from '../router.ts';

const FOLDER = new URL('./page/', import.meta.url);
const SCRIPTS = [
  'app.js',
  'canvas-inputs.js',
  'canvas.js',
  'conversations.js',
  'details.js',
  'dom.js',
  'drawer.js',
  'markup.js',
  'panel.js',
  'thread.js',
] as const;

/** Only its own scripts and styles, and the pictures that a canvas names. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const UNCACHED = { 'Cache-Control': 'no-store' };

function file(name: string, type: string): () => Reply {
  return () => ({
    status: 200,
    body: readFileSync(new URL(name, FOLDER), 'utf8'),
    headers: { 'Content-Type': `${type}; charset=utf-8`, ...UNCACHED },
  });
}

function page(): Reply {
  const reply = html(200, readFileSync(new URL('inbox.html', FOLDER), 'utf8'));
  return { ...reply, headers: { ...reply.headers, ...UNCACHED, 'Content-Security-Policy': POLICY } };
}

/** The page and what it loads, read on every request so that a change shows on reload. */
export const pageRoutes: Route[] = [
  { method: 'GET', path: '/inbox', handler: open(page) },
  { method: 'GET', path: '/inbox/inbox.css', handler: open(file('inbox.css', 'text/css')) },
  ...SCRIPTS.map((name): Route => ({
    method: 'GET',
    path: `/inbox/${name}`,
    handler: open(file(name, 'text/javascript')),
  })),
];
