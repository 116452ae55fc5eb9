/**
 * Who may import whom, from the ground up. `target` may not import `from`, except what `except` names.
 * Imports point down; simulators import nothing of the product, because a fake that shares our schemas agrees with
 * our mistakes.
 */
const product = ['connectors', 'objects', 'pipeline', 'jobs', 'canvas-kit', 'server', 'db'];

function forbid(target, from, message, except = []) {
  return { target: `./${target}`, from: `./${from}`, message, except };
}

export const floors = [
  ...['connectors', 'objects', 'pipeline', 'jobs', 'canvas-kit', 'server', 'simulators', 'tests'].map(
    (from) => forbid('db', from, 'db is the ground floor: it imports packages and root files only.'),
  ),
  ...['db', 'pipeline', 'jobs', 'canvas-kit', 'server'].map((from) =>
    forbid('connectors', from, 'connectors speak to the two APIs and know nothing above them.'),
  ),
  forbid('connectors', 'objects', 'connectors do not know objects.'),
  forbid('connectors/http', 'connectors', 'transport has no endpoint knowledge.', ['./http']),
  forbid('connectors/infraon', 'connectors/intercom', 'the two connectors do not know each other.'),
  forbid('connectors/intercom', 'connectors/infraon', 'the two connectors do not know each other.'),
  forbid('connectors/model', 'connectors', 'the model is asked about words, it knows neither API.', [
    './http',
    './model',
  ]),
  ...['connectors', 'db', 'pipeline', 'jobs', 'canvas-kit', 'server'].map((from) =>
    forbid('objects', from, 'objects are declarative and pure.'),
  ),
  ...['jobs', 'canvas-kit', 'server'].map((from) =>
    forbid('pipeline', from, 'pipeline does not know its callers.'),
  ),
  ...['server', 'canvas-kit'].map((from) => forbid('jobs', from, 'jobs turn payloads into pipeline calls.')),
  ...['server', 'jobs', 'db', 'connectors', 'objects'].map((from) =>
    forbid('canvas-kit', from, 'canvas-kit turns view models of the pipeline into canvases.'),
  ),
  forbid('server', 'jobs', 'the server enqueues through db/queue, it runs no job.'),
  forbid('server', 'connectors', 'the server reaches the APIs through the pipeline.', [
    './intercom/oauth.ts',
  ]),
  ...product.flatMap((target) =>
    ['simulators', 'tests'].map((from) =>
      forbid(target, from, 'product code never imports simulators or tests.'),
    ),
  ),
  ...[...product, 'config.ts', 'errors.ts', 'log.ts'].map((from) =>
    forbid('simulators/intercom', from, 'a simulator shares nothing with the product.'),
  ),
  ...[...product, 'config.ts', 'errors.ts', 'log.ts'].map((from) =>
    forbid('simulators/infraon', from, 'a simulator shares nothing with the product.'),
  ),
];
