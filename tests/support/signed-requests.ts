import { createHmac } from 'node:crypto';

/** Signatures as Intercom makes them, written apart from the product's module. */
export function bodySignature(body: string | Buffer, secret: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

export function hubSignature(body: string | Buffer, secret: string): string {
  return `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`;
}
