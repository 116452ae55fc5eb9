import type { Json, Problem } from '../infraon/desk.ts';
import { ticketRecord } from '../infraon/records.ts';
import { displayTime } from '../infraon/timestamps.ts';
import type { StatusName } from '../infraon/vocabulary.ts';
import { DAY_MS, inProportion } from './build.ts';
import type { Build } from './build.ts';
import { creation, referenceTo, someIncidents, talk, ticketInput } from './planned.ts';
import { PROBLEMS } from './texts/planned.ts';

function addProblem(build: Build, sequence: number): void {
  const { prng, desk } = build;
  const text = PROBLEMS[sequence % PROBLEMS.length] ?? PROBLEMS[0];
  const created = creation(build);
  const id = build.id(created);
  const status = prng.pick<StatusName>(['Analysis', 'Analysis', 'On Hold', 'Waiting For Closure', 'Closed']);
  const sketch = { summary: text.title, description: text.body, status, created, sequence };
  const problem: Problem = {
    problem_id: id,
    ...ticketRecord(
      'problem',
      ticketInput(build, 'problem', id, sketch, `PROB${(201 + sequence).toString()}`),
    ),
    is_merge_problem: false,
    due_date: displayTime(created + 40 * DAY_MS),
    external_problem_number: prng.chance(0.3) ? `EXT-${prng.between(100, 999)}` : null,
    root_cause_draft: { root_cause: text.cause, workaround: text.workaround },
  };
  // Every fourth problem stands alone.
  const linked = sequence % 4 === 3 ? [] : someIncidents(build, 4);
  problem.reference = linked.map((incident): Json => referenceTo('incident', incident));
  for (const incident of linked) incident.problem = { problem_id: id, display_id: problem.display_id };
  desk.problems.push(problem);
  talk(build, 'problem', problem, id, created);
}

/** Problems, most of them linked to incidents from both sides. */
export function addProblems(build: Build): void {
  const problems = inProportion(build.incidents, 10, 1, 2);
  for (let sequence = 0; sequence < problems; sequence += 1) addProblem(build, sequence);
}
