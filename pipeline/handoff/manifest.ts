import { createHash } from 'node:crypto';
import { z } from 'zod';
import { safeJson } from './safe-json.ts';

export const MANIFEST_NAME = 'manifest.json';
export const MANIFEST_FORMAT = 'infraon-to-intercom-handoff';

const FileEntry = z.strictObject({ name: z.string(), size: z.int().min(0), sha256: z.string() });
export type FileEntry = z.infer<typeof FileEntry>;

/** What the package is, and what every other file in it must be, byte for byte. */
export const Manifest = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  version: z.literal(1),
  created_at: z.string(),
  created_by: z.strictObject({ id: z.string(), name: z.string() }),
  workspace: z.strictObject({ id: z.string(), name: z.string(), region: z.string() }),
  source: z.string().nullable(),
  /** False until the migration is signed off: a later package may say something else. */
  final: z.boolean(),
  /** Only in the final package. */
  signed_off: z
    .strictObject({
      by: z.strictObject({ id: z.string(), name: z.string() }),
      at: z.string(),
      note: z.string(),
    })
    .optional(),
  runs: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      state: z.string(),
      started_at: z.string().nullable(),
      finished_at: z.string().nullable(),
      maps: z.record(z.string(), z.number()),
    }),
  ),
  files: z.array(FileEntry),
});
export type Manifest = z.infer<typeof Manifest>;

const SealedManifest = Manifest.extend({ digest: z.string() });

/** The one way in which a manifest is written, so that a changed byte shows in the manifest itself too. */
export function manifestText(manifest: Manifest): string {
  // Parsing puts the members into the order of the schema.
  const ordered = Manifest.parse(manifest);
  const digest = createHash('sha256').update(safeJson(ordered)).digest('hex');
  return `${safeJson({ ...ordered, digest }, 2)}\n`;
}

/** The manifest in these bytes, or undefined unless they are exactly what `manifestText` writes. */
export function readManifest(bytes: Buffer): Manifest | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  const sealed = SealedManifest.safeParse(parsed);
  if (!sealed.success) return undefined;
  const { digest: _digest, ...manifest } = sealed.data;
  return Buffer.from(manifestText(manifest)).equals(bytes) ? manifest : undefined;
}

/** In the comment at the end of the archive: the SHA-256 of everything before it. */
export const SEAL_PREFIX = 'sha256:';
export const SEAL_LENGTH = 64;
