import { isConnectionLoss } from '../../db/client.ts';
import { faultDesk } from './desk.ts';
import type { Order } from './pool.ts';
import { openSuite } from './suite.ts';

/** One process of the suite (`pool.ts`): carries out the trials that its parent sends, one at a time. */
// As jobs/main.ts: a job that was ending when PostgreSQL went away is taken up again.
process.on('unhandledRejection', (reason) => {
  if (!isConnectionLoss(reason)) throw reason;
});
const suite = openSuite(faultDesk());

async function end(): Promise<void> {
  await (await suite).close();
  process.exit(0);
}

// Whoever ordered the trials is gone.
process.once('disconnect', () => void end());
process.on('message', (message: Order | 'end') => {
  void (async () => {
    if (message === 'end') return end();
    const place = await suite;
    process.send?.(await place.run(message.seed, message.kind));
  })();
});
