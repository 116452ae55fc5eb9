import { describe, expect, it } from 'vitest';
import { countByReason, exitCode, renderReport } from '../../../simulators/demo/report.ts';
import { sampleRun } from '../../support/documents.ts';

const REPORT = {
  sample: sampleRun({ kind: 'sample', state: 'completed', balanced: true }),
  full: sampleRun({ kind: 'full', state: 'completed', balanced: true }),
  rejections: [],
  mails: 0,
  calls: {},
  addresses: {},
};

describe("the demo's report", () => {
  it('counts what was set aside by object and reason', () => {
    const rejections = countByReason([
      { object: 'requester', code: 'missing_email' },
      { object: 'technician', code: 'missing_email' },
      { object: 'requester', code: 'missing_email' },
    ]);
    expect(rejections).toEqual([
      { object: 'requester', code: 'missing_email', count: 2 },
      { object: 'technician', code: 'missing_email', count: 1 },
    ]);
    expect(renderReport({ ...REPORT, rejections })).toContain('2 × requester: missing_email');
  });

  it.each([
    ['does not balance', { full: sampleRun({ state: 'completed', balanced: false }) }],
    ['has findings', { sample: sampleRun({ state: 'completed_with_findings', balanced: true }) }],
    ['wrote to people', { mails: 1 }],
  ])('ends with 1 when the load %s, else with 0', (_name, change) => {
    expect(exitCode(REPORT)).toBe(0);
    expect(exitCode({ ...REPORT, ...change })).toBe(1);
  });
});
