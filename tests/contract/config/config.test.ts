import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, loadDatabaseConfig } from '../../../config.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');
const SECRET_KEY = Buffer.alloc(32, 1).toString('base64');
const GOOD = { INTERCOM_CLIENT_ID: 'id', INTERCOM_CLIENT_SECRET: 'secret', SECRET_KEY };

function refusal(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return '';
}

describe('the environment', () => {
  it('has the defaults of the contract', () => {
    expect(loadConfig(GOOD)).toMatchObject({
      port: 3000,
      publicUrl: 'http://localhost:3000',
      databaseUrl: undefined,
      dataDir: '.data',
      infraonAllowedHosts: [],
      workerConcurrency: 4,
      rateShare: 0.8,
      leaseSeconds: 8,
      logLevel: 'info',
      mappingModel: undefined,
      messenger: undefined,
    });
    expect(loadConfig({ ...GOOD, PORT: '8080' }).publicUrl).toBe('http://localhost:8080');
    expect(loadConfig({ ...GOOD, DATABASE_URL: '', RATE_SHARE: '' })).toMatchObject({
      databaseUrl: undefined,
      rateShare: 0.8,
    });
  });

  it.each(['INTERCOM_CLIENT_ID', 'INTERCOM_CLIENT_SECRET', 'SECRET_KEY'] as const)(
    'names %s when it is missing, in one line',
    (name) => {
      const { [name]: _missing, ...rest } = GOOD;
      const message = refusal(rest);
      expect(message).toMatch(new RegExp(`^${name} is missing: expected .+`));
      expect(message).not.toContain('\n');
    },
  );

  it.each([
    ['PORT', 'eighty', 'a port number'],
    ['PORT', '70000', 'a port number'],
    ['PORT', '80.5', 'a port number'],
    ['PUBLIC_URL', 'app.example', 'the address of this server'],
    ['PUBLIC_URL', 'ftp://app.example', 'the address of this server'],
    ['PUBLIC_URL', 'https://app.example/?tenant=1', 'an address without'],
    ['PUBLIC_URL', 'https://user:word@app.example', 'an address without'],
    ['DATABASE_URL', 'mysql://localhost/app', 'an address such as postgres://'],
    ['DATABASE_URL', 'postgres://user:word@:5432/app', 'an address such as postgres://'],
    ['INTERCOM_API_URL', 'ftp://api.example', 'an address such as https://api.intercom.io'],
    ['INTERCOM_APP_URL', 'nowhere', 'an address such as https://app.intercom.com'],
    ['SECRET_KEY', 'too-short', '32 random bytes in base64'],
    ['SECRET_KEY_PREVIOUS', 'too-short', 'a comma-separated list of former keys'],
    [
      'SECRET_KEY_PREVIOUS',
      `${Buffer.alloc(32, 1).toString('base64')},oops`,
      'a comma-separated list of former keys',
    ],
    ['INFRAON_ALLOWED_HOSTS', 'desk.example', 'a comma-separated list of host:port'],
    ['INFRAON_ALLOWED_HOSTS', 'http://desk.example:80', 'a comma-separated list of host:port'],
    ['WORKER_CONCURRENCY', '0', 'a whole number from 1 to 64'],
    ['WORKER_CONCURRENCY', '65', 'a whole number from 1 to 64'],
    ['WORKER_CONCURRENCY', 'many', 'a whole number from 1 to 64'],
    ['RATE_SHARE', '1.5', 'a number above 0 and up to 1'],
    ['RATE_SHARE', '0', 'a number above 0 and up to 1'],
    ['LEASE_SECONDS', '0.5', 'seconds from 1 to 120'],
    ['INTERCOM_TIMEOUT_SECONDS', '121', 'seconds from 1 to 120'],
    ['LOG_LEVEL', 'loud', 'one of fatal, error, warn, info'],
    ['MAPPING_LLM_URL', 'model', 'an address such as https://'],
    ['MESSENGER_REGION', 'mars', 'us, eu or ap'],
    ['MESSENGER_WIDGET_URL', 'widget', 'an address such as https://'],
  ])('names %s when it is %s, and says what is expected', (name, value, expected) => {
    const message = refusal({ ...GOOD, [name]: value });
    expect(message).toContain(`${name} is malformed: expected ${expected}`);
    expect(message).not.toContain('\n');
  });

  it('is checked for the migrations alone as far as they need it', () => {
    expect(loadDatabaseConfig({})).toEqual({ databaseUrl: undefined, dataDir: '.data' });
    expect(loadDatabaseConfig({ DATABASE_URL: '', DATA_DIR: '/srv' })).toMatchObject({ dataDir: '/srv' });
    expect(() => loadDatabaseConfig({ DATABASE_URL: 'mysql://localhost/app' })).toThrow(ConfigError);
  });

  it('takes the secrets before a rotation, any number of keys', () => {
    const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const config = loadConfig({
      ...GOOD,
      SECRET_KEY_PREVIOUS: `${one.toString('base64')}, ${two.toString('base64')}`,
      INTERCOM_CLIENT_SECRET_PREVIOUS: 'before',
    });
    expect(config.previousSecretKeys).toEqual([one, two]);
    expect(config.intercom.previousClientSecret).toBe('before');
    expect(loadConfig(GOOD).previousSecretKeys).toEqual([]);
    expect(loadConfig(GOOD).intercom.previousClientSecret).toBeUndefined();
  });

  it('wants both halves of a pair', () => {
    expect(refusal({ ...GOOD, MAPPING_LLM_URL: 'http://model.example' })).toContain('MAPPING_LLM_MODEL');
    expect(refusal({ ...GOOD, MESSENGER_APP_ID: 'abc' })).toContain('MESSENGER_SECRET');
  });

  it('does not repeat a secret in its complaint', () => {
    expect(refusal({ ...GOOD, SECRET_KEY: 'c2VjcmV0LXZhbHVl' })).not.toContain('c2VjcmV0LXZhbHVl');
  });

  it.each(['server/main.ts', 'jobs/main.ts'])('stops %s with the one line', async (main) => {
    const child = spawn(process.execPath, ['--import', TSX, main], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...GOOD, SECRET_KEY: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toEqual([expect.stringMatching(/^SECRET_KEY is missing: expected /)]);
  });
});
