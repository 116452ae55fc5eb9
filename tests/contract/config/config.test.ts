import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../../config.ts';

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
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PUBLIC_URL', 'app.example'],
    ['DATABASE_URL', 'mysql://localhost/app'],
    ['INTERCOM_API_URL', 'ftp://api.example'],
    ['INTERCOM_APP_URL', 'nowhere'],
    ['SECRET_KEY', 'too-short'],
    ['SECRET_KEY_PREVIOUS', 'too-short'],
    ['SECRET_KEY_PREVIOUS', `${Buffer.alloc(32, 1).toString('base64')},oops`],
    ['INFRAON_ALLOWED_HOSTS', 'desk.example'],
    ['INFRAON_ALLOWED_HOSTS', 'http://desk.example:80'],
    ['WORKER_CONCURRENCY', '0'],
    ['WORKER_CONCURRENCY', 'many'],
    ['RATE_SHARE', '1.5'],
    ['RATE_SHARE', '0'],
    ['LOG_LEVEL', 'loud'],
    ['MAPPING_LLM_URL', 'model'],
  ])('names %s when it is %s', (name, value) => {
    const message = refusal({ ...GOOD, [name]: value });
    expect(message).toMatch(new RegExp(`^${name} is malformed: expected .+`));
    expect(message).not.toContain('\n');
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
