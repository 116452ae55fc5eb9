import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Encryption at rest: AES-256-GCM, 12 random bytes of nonce, the key id stored with the text, workspace and purpose as
 * associated data, so that a row copied to another workspace or column does not decrypt.
 * Format: `v1.<key id>.<nonce>.<ciphertext>.<tag>`, base64url.
 */
export type SecretPurpose =
  'intercom_token' | 'infraon_credentials' | 'infraon_token' | 'image_address' | 'panel_errand';

export interface SecretBox {
  seal(plain: string, workspaceId: string, purpose: SecretPurpose): string;
  /** Throws when the text was altered, moved, or sealed with a key that is not in the ring. */
  open(sealed: string, workspaceId: string, purpose: SecretPurpose): string;
  /** Whether the newest key sealed it. */
  isCurrent(sealed: string): boolean;
}

function keyId(key: Buffer): string {
  return createHash('sha256').update('key-id').update(key).digest('hex').slice(0, 8);
}

/** @param keys 32-byte keys; the first seals, all open (rotation by re-encrypting). */
export function createSecretBox(keys: [Buffer, ...Buffer[]]): SecretBox {
  const ring = new Map(
    keys.map(
      (key) => [keyId(key), Buffer.from(hkdfSync('sha256', key, '', 'encryption-at-rest', 32))] as const,
    ),
  );
  const sealingId = keyId(keys[0]);
  const associatedData = (id: string, workspaceId: string, purpose: SecretPurpose) =>
    Buffer.from(JSON.stringify([id, workspaceId, purpose]));

  function keyFor(id: string): Buffer {
    const key = ring.get(id);
    if (key === undefined) throw new Error(`No encryption key with id ${id}; was SECRET_KEY changed?`);
    return key;
  }

  return {
    seal(plain, workspaceId, purpose) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', keyFor(sealingId), nonce);
      cipher.setAAD(associatedData(sealingId, workspaceId, purpose));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [
        'v1',
        sealingId,
        nonce.toString('base64url'),
        text.toString('base64url'),
        cipher.getAuthTag().toString('base64url'),
      ].join('.');
    },
    isCurrent: (sealed) => sealed.startsWith(`v1.${sealingId}.`),
    open(sealed, workspaceId, purpose) {
      const [version, id, nonce, text, tag] = sealed.split('.');
      if (
        version !== 'v1' ||
        id === undefined ||
        nonce === undefined ||
        text === undefined ||
        tag === undefined
      ) {
        throw new Error('Sealed value has an unknown format.');
      }
      const decipher = createDecipheriv('aes-256-gcm', keyFor(id), Buffer.from(nonce, 'base64url'));
      decipher.setAAD(associatedData(id, workspaceId, purpose));
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString(
        'utf8',
      );
    },
  };
}
