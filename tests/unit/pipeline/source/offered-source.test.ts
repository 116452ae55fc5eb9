import { expect, it } from 'vitest';
import { defaultProfile, mergeProfile } from '../../../../connectors/infraon/profile.ts';
import { loadRegistry } from '../../../../objects/registry.ts';
import { asOffered } from '../../../../pipeline/source/offered-source.ts';

const LISTED = {
  objects: {
    sla_policy: {
      enabled: true,
      label: 'SLA policies',
      list: { path: '/ux/common/sla/profile/', paging: 'ux', evidence: 'probed' },
      id: ['sla_id'],
      delta: { mode: 'hash', overlapMinutes: 10 },
    },
  },
};

it('an object is derived until a connection describes a list of it', async () => {
  const registry = await loadRegistry();
  const policy = registry.get('sla_policy');
  expect(asOffered(policy, defaultProfile())).toBe(policy);
  expect(asOffered(policy, mergeProfile(defaultProfile(), LISTED)).source).toEqual({
    kind: 'endpoint',
    object: 'sla_policy',
  });
  const company = registry.get('company');
  expect(asOffered(company, mergeProfile(defaultProfile(), LISTED))).toBe(company);
});
