import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** What takes longest when every file has to share the machine, longest first (npm test -- --reporter=verbose). */
const LONGEST = [
  'e2e/rejections',
  'e2e/intercom-faults',
  'e2e/delta',
  'e2e/crash',
  'e2e/preview-bulk',
  'e2e/rollback',
  'e2e/made-again',
  'e2e/hypercare',
  'e2e/faults',
  'e2e/infraon-switches',
  'e2e/verifier',
  'e2e/database-crash',
  'e2e/main-job',
  'e2e/bad-input',
].map((name) => `/tests/${name}.test.ts`);

/** The long files begin first, so that none of them is left alone at the end; pure code, of which a file takes no time, is last. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(name));
      if (place >= 0) return place;
      return project.name === 'unit' ? LONGEST.length + 1 : LONGEST.length;
    };
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Most of a file with processes of its own is waiting: two of them share a core.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'contract', include: ['tests/contract/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          // Whoever waits for a state gives up by himself and says for what; how long a whole test takes is the machine's affair.
          testTimeout: 600_000,
          hookTimeout: 300_000,
          globalSetup: ['tests/support/build-once.ts'],
        },
      },
    ],
  },
});
