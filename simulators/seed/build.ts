import type { Desk } from '../infraon/desk.ts';
import { createPrng } from './prng.ts';
import type { Prng } from './prng.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A desk under construction. */
export type Build = {
  desk: Desk;
  prng: Prng;
  /** The instant at which the desk is looked at; nothing is younger. */
  now: number;
  incidents: number;
  /** A 21-digit id: milliseconds of its instant and a running number, so ids grow with time and never repeat. */
  id: (atMs: number) => string;
};

export function createBuild(desk: Desk, seed: number, now: number, incidents: number): Build {
  let sequence = 10_000_000;
  return {
    desk,
    prng: createPrng(seed),
    now,
    incidents,
    id: (atMs) => {
      sequence += 1;
      return `${Math.floor(atMs).toString().padStart(13, '0')}${sequence.toString()}`;
    },
  };
}

/**
 * How many of a kind belong to a desk of so many incidents: `per100` at 100, growing with `exponent` (1 = in step, less
 * for kinds such as technicians, of which a large desk has relatively fewer).
 */
export function inProportion(incidents: number, per100: number, exponent: number, least: number): number {
  return Math.max(least, Math.round(per100 * (incidents / 100) ** exponent));
}

/** An instant after `from`, at most `spanMs` later and never after the build's now. */
export function later(build: Build, from: number, spanMs: number): number {
  return Math.min(build.now - 1000, Math.floor(from + build.prng.next() * spanMs));
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
