import { isObject, valueAt } from '../infraon/json-values.ts';
import type { Build } from './build.ts';
import { HARD_CASES_FROM } from './hard-cases.ts';
import { mark } from './people-cases.ts';

/** Names the planned work and the articles that are hard by nature. */
export function markOtherCases(build: Build): void {
  if (build.incidents < HARD_CASES_FROM) return;
  const { problems, changes, articles } = build.desk;

  const alone = problems.find(({ reference }) => Array.isArray(reference) && reference.length === 0);
  if (alone) mark(build, 'problem_without_incidents', 'problem', [alone.problem_id]);
  const unsolved = problems.find(
    ({ root_cause_draft }) => isObject(root_cause_draft) && root_cause_draft.workaround === '',
  );
  if (unsolved) mark(build, 'problem_without_workaround', 'problem', [unsolved.problem_id]);
  const rejected = changes.find(({ approval_state }) => approval_state === 2);
  if (rejected) mark(build, 'change_rejected', 'change', [rejected.change_id]);

  const draft = articles.find((row) => valueAt(row, 'config.status') === 'Draft');
  if (draft) mark(build, 'article_draft', 'article', [draft.kb_id]);
  const restricted = articles.find((row) => valueAt(row, 'config.is_private') === true);
  if (restricted) mark(build, 'article_restricted', 'article', [restricted.kb_id]);
  const archived = articles.find((row) => valueAt(row, 'config.is_archive') === true);
  if (archived) mark(build, 'article_archived', 'article', [archived.kb_id]);
  const flat = articles.find((row) => valueAt(row, 'config.catalogue_service') === null);
  if (flat) mark(build, 'article_without_folder', 'article', [flat.kb_id]);
}
