import { parseArgs } from 'node:util';
import { startIntercomSimulator } from './server.ts';

/** `tsx simulators/intercom/main.ts --port 4010` runs the simulator on its own. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    'redirect-uri': { type: 'string', multiple: true },
    'limit-per-window': { type: 'string' },
    'search-lag-ms': { type: 'string' },
  },
});

const clientId = values['client-id'];
const clientSecret = values['client-secret'];
const simulator = await startIntercomSimulator({
  port: Number(values.port),
  ...(clientId === undefined || clientSecret === undefined
    ? {}
    : {
        apps: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            name: 'Infraon Desk',
            redirect_uris: values['redirect-uri'] ?? ['http://localhost:3000/oauth/callback'],
          },
        ],
      }),
  ...(values['limit-per-window'] === undefined ? {} : { limitPerWindow: Number(values['limit-per-window']) }),
  ...(values['search-lag-ms'] === undefined ? {} : { searchLagMs: Number(values['search-lag-ms']) }),
});
process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void simulator.close().then(() => process.exit(0));
  });
}
