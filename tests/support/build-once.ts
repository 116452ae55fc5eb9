import { buildProduct } from '../../scripts/build.ts';

/** Before the first stage, so that those that open side by side find the product built. */
export async function setup(): Promise<void> {
  await buildProduct();
}
