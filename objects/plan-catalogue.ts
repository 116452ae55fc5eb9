import { attribute, field, type ChildDefinition, type FieldDefinition } from './define-object.ts';

/** Plans, schedule and assessments of changes; a release is presumed to keep its own alike (Infraon reference, release). */
export const PLAN_FIELDS: FieldDefinition[] = [
  field('planning', 'Planning', 'html', ['basic_info.planning'], 'seen'),
  field('rollout', 'Rollout plan', 'html', ['basic_info.rollout'], 'seen'),
  field('rollback', 'Rollback plan', 'html', ['basic_info.rollback'], 'seen'),
  field('planned_start', 'Planned start', 'datetime', ['basic_info.plan_start_date'], 'seen'),
  field('planned_end', 'Planned end', 'datetime', ['basic_info.plan_end_date'], 'seen'),
  field('started', 'Started', 'datetime', ['actual_start_time'], 'seen'),
  field('ended', 'Ended', 'datetime', ['actual_end_time'], 'seen'),
  field('risks', 'Risk assessment', 'list', [], 'documented', {
    lines: {
      rows: ['$children.risks', 'risk_assessment'],
      parts: [
        { paths: ['name', 'question', 'title'] },
        { paths: ['risk', 'answer', 'value'] },
        { paths: ['description'] },
      ],
    },
  }),
  field('impacts', 'Impact assessment', 'list', [], 'documented', {
    lines: {
      rows: ['$children.impacts', 'impact_assessment'],
      parts: [
        { paths: ['name', 'question', 'title'] },
        { paths: ['impact', 'answer', 'value'] },
        { paths: ['description'] },
      ],
    },
  }),
];

export const PLAN_CHILDREN: ChildDefinition[] = [
  { key: 'risks', source: 'risks', fields: {}, optional: true },
  { key: 'impacts', source: 'impacts', fields: {}, optional: true },
];

export const PLAN_RULES = [
  attribute('planning', 'planning', 'text'),
  attribute('rollout', 'rollout_plan', 'text'),
  attribute('rollback', 'rollback_plan', 'text'),
  attribute('planned_start', 'planned_start_at', 'datetime'),
  attribute('planned_end', 'planned_end_at', 'datetime'),
  attribute('started', 'started_at', 'datetime'),
  attribute('ended', 'ended_at', 'datetime'),
  attribute('risks', 'risk_assessment', 'list_join', { separator: '\n' }),
  attribute('impacts', 'impact_assessment', 'list_join', { separator: '\n' }),
];
