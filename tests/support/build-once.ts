import { rmSync } from 'node:fs';
import { compileProduct, productFolder } from './compiled-product.ts';

/** Before the first stage: its processes are started from this (`stage.ts`). */
export async function setup(): Promise<() => void> {
  const folder = productFolder('stages');
  await compileProduct(folder, ['server/main', 'jobs/main']);
  process.env['COMPILED_PRODUCT'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
