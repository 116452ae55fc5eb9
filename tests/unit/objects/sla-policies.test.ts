import { expect, it } from 'vitest';
import { derivationNamed } from '../../../objects/derive.ts';
import { REBUILT_FROM_TICKETS } from '../../../objects/sla-policies.ts';

type Raw = Record<string, unknown>;

const CONTEXT = { companyRule: 'organization_name' } as const;

function derived(tickets: Raw[]): Raw[] {
  const derivation = derivationNamed('sla_policy', CONTEXT);
  for (const ticket of tickets) derivation.add(ticket);
  return derivation.records();
}

const TICKETS: Raw[] = [
  {
    basic_info: { priority: { id: 1, name: 'Critical' } },
    sla_info: [{ sla: '42', creation_time: '2024-01-02T00:00:00Z', is_deleted: false }],
    sla: { sla_id: '42', name: 'Gold' },
  },
  {
    priority: 2,
    sla_info: [
      { sla: '42', creation_time: '2023-05-01T00:00:00Z' },
      { sla: '7', name: 'Silver' },
    ],
  },
  { sla: { sla_id: '42', name: 'Gold' } },
  { sla_info: [], sla: {} },
];

it('SLA policies are rebuilt from tickets, each once, with what tickets say of them', () => {
  const gold = {
    sla_id: '42',
    name: 'Gold',
    tickets: 3,
    priorities: ['Critical', 'High'],
    first_applied: '2023-05-01T00:00:00Z',
    last_applied: '2024-01-02T00:00:00Z',
    evidence: REBUILT_FROM_TICKETS,
  };
  const silver = {
    sla_id: '7',
    name: 'Silver',
    tickets: 1,
    priorities: ['High'],
    evidence: REBUILT_FROM_TICKETS,
  };
  expect(derived(TICKETS)).toEqual([gold, silver]);
  expect(derived([...TICKETS].reverse())).toEqual([gold, silver]);
});

it('a policy whose name no ticket knows is called by its id', () => {
  expect(derived([{ sla_info: [{ sla: 'x' }] }, { sla_info: ['y'] }])).toMatchObject([
    { sla_id: 'x', name: 'x' },
    { sla_id: 'y', name: 'y' },
  ]);
});

it('tickets may hold anything', () => {
  for (const sla_info of [null, 5, 'word', { sla: { id: 'z' } }, [null, [], [[]], { sla: null }]]) {
    expect(() => derived([{ sla_info, sla: sla_info, priority: sla_info }])).not.toThrow();
  }
  expect(derived([{}])).toEqual([]);
});
