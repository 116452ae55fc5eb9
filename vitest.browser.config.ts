import { defineConfig } from 'vitest/config';

/** Tests that need a browser on the machine, which `npm test` does not. */
export default defineConfig({
  test: {
    include: ['tests/browser/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 1,
    // The steps of a journey build on one another.
    sequence: { concurrent: false, shuffle: false },
    bail: 1,
  },
});
