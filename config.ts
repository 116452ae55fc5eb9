import { z } from 'zod';
import { StartError } from './errors.ts';

/**
 * The environment as one typed, frozen value. This is the only file that reads `process.env`; names and defaults are
 * those of the README's table.
 */
export interface Config {
  port: number;
  publicUrl: string;
  /** Undefined: embedded PostgreSQL under `dataDir`. */
  databaseUrl: string | undefined;
  dataDir: string;
  intercom: {
    clientId: string;
    clientSecret: string;
    /** The secret before a rotation: still accepted for signatures, never sent. */
    previousClientSecret: string | undefined;
    /** Overrides the REST and token host of every region. */
    apiUrl: string | undefined;
    /** Overrides the web host of every region (`/oauth`, App Store redirect, deep links). */
    appUrl: string | undefined;
    /** For one call; how long it takes is documented nowhere. */
    timeoutSeconds: number;
  };
  /** 32 bytes: encryption at rest and session signing. */
  secretKey: Buffer;
  /** Keys before a rotation: they open what was sealed with them, and seal nothing. */
  previousSecretKeys: Buffer[];
  /** `host:port` pairs that may be private or plain http. */
  infraonAllowedHosts: string[];
  workerConcurrency: number;
  /** Default share of the app's rate budget, 0–1. */
  rateShare: number;
  /** How long a batch stays with a worker that shows no sign of life. */
  leaseSeconds: number;
  logLevel: string;
  mappingModel: { url: string; model: string; apiKey: string | undefined } | undefined;
  messenger: MessengerConfig | undefined;
  /** The process ends when the shell in which npm runs it does. */
  startedByNpm: boolean;
}

/** Support through the Messenger of our own Intercom workspace, which is not the customer's. */
export interface MessengerConfig {
  appId: string;
  /** The Messenger's security secret, which is not the app's client secret. */
  secret: string;
  /** Where our own workspace is hosted. */
  region: 'us' | 'eu' | 'ap';
  /** Loaded in place of Intercom's widget. */
  widgetUrl: string | undefined;
}

/** `expected` completes the sentence "expected …" of the one line that a start ends with. */
function url(expected: string) {
  return z.url({ protocol: /^https?$/, error: expected }).transform((value) => value.replace(/\/+$/, ''));
}

function number(expected: string, isGood: (value: number) => boolean) {
  return z.coerce.number({ error: expected }).refine(isGood, expected);
}

function wholeNumber(expected: string, min: number, max: number) {
  return number(expected, (value) => Number.isInteger(value) && value >= min && value <= max);
}

function seconds(min: number, max: number) {
  return number(`seconds from ${min} to ${max}`, (value) => value >= min && value <= max);
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const DATABASE_FORM = 'an address such as postgres://user:password@host:5432/database';
const KEY_FORM = '32 random bytes in base64 (openssl rand -base64 32)';

function keyOf(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

function isKey(key: Buffer): boolean {
  return key.length === 32;
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** Links and cookies are made from it. */
function isPlain(address: string): boolean {
  const { username, search, hash } = new URL(address);
  return username === '' && search === '' && hash === '';
}

/** What every process needs, and `npm run db:migrate` alone. */
const Storage = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, DATABASE_FORM)
    .refine((value) => URL.canParse(value), DATABASE_FORM)
    .optional(),
  DATA_DIR: z.string().default('.data'),
};

const Environment = z.object({
  ...Storage,
  PORT: wholeNumber('a port number, such as 3000', 0, 65535).default(3000),
  PUBLIC_URL: url('the address of this server as browsers call it, such as https://migration.example.com')
    .refine(isPlain, 'an address without user name, query or fragment')
    .optional(),
  INTERCOM_CLIENT_ID: z.string({ error: "the app's client id from Intercom's Developer Hub" }).min(1),
  INTERCOM_CLIENT_SECRET: z.string({ error: "the app's client secret from Intercom's Developer Hub" }).min(1),
  INTERCOM_API_URL: url('an address such as https://api.intercom.io').optional(),
  INTERCOM_APP_URL: url('an address such as https://app.intercom.com').optional(),
  INTERCOM_CLIENT_SECRET_PREVIOUS: z.string().optional(),
  SECRET_KEY: z.string({ error: KEY_FORM }).transform(keyOf).refine(isKey, KEY_FORM),
  SECRET_KEY_PREVIOUS: z
    .string()
    .default('')
    .transform((value) => listOf(value).map(keyOf))
    .refine((keys) => keys.every(isKey), `a comma-separated list of former keys, each ${KEY_FORM}`),
  INFRAON_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((value) => listOf(value).map((host) => host.toLowerCase()))
    .refine(
      (hosts) => hosts.every((host) => /^[^\s/:]+:\d+$|^\[[0-9a-f:]+\]:\d+$/.test(host)),
      'a comma-separated list of host:port',
    ),
  WORKER_CONCURRENCY: wholeNumber('a whole number from 1 to 64', 1, 64).default(4),
  RATE_SHARE: number('a number above 0 and up to 1', (value) => value > 0 && value <= 1).default(0.8),
  LEASE_SECONDS: seconds(1, 120).default(8),
  INTERCOM_TIMEOUT_SECONDS: seconds(1, 120).default(30),
  LOG_LEVEL: z.enum(LEVELS, { error: `one of ${LEVELS.join(', ')}` }).default('info'),
  MAPPING_LLM_URL: url('an address such as https://api.openai.com/v1').optional(),
  MAPPING_LLM_MODEL: z.string().optional(),
  MAPPING_LLM_API_KEY: z.string().optional(),
  npm_lifecycle_event: z.string().optional(),
  MESSENGER_APP_ID: z.string().optional(),
  MESSENGER_SECRET: z.string().optional(),
  MESSENGER_REGION: z.enum(['us', 'eu', 'ap'], { error: 'us, eu or ap' }).default('us'),
  MESSENGER_WIDGET_URL: url('an address such as https://widget.intercom.io').optional(),
});

/** Thrown for the first variable that is missing or malformed; the message is one line that names it. */
export class ConfigError extends StartError {
  override name = 'ConfigError';
}

/** An empty variable counts as unset. */
function read<T extends z.ZodType>(schema: T, environment: NodeJS.ProcessEnv): z.output<T> {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0] ?? 'environment');
  const state = name in present ? 'is malformed' : 'is missing';
  throw new ConfigError(`${name} ${state}: expected ${issue?.message ?? 'a valid value'}.`);
}

/** Reads and checks the environment. Throws {@link ConfigError}. */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const env = read(Environment, environment);
  if ((env.MAPPING_LLM_URL === undefined) !== (env.MAPPING_LLM_MODEL === undefined)) {
    throw new ConfigError(
      'MAPPING_LLM_MODEL is missing: expected both MAPPING_LLM_URL and MAPPING_LLM_MODEL, or neither.',
    );
  }
  if ((env.MESSENGER_APP_ID === undefined) !== (env.MESSENGER_SECRET === undefined)) {
    const missing = env.MESSENGER_APP_ID === undefined ? 'MESSENGER_APP_ID' : 'MESSENGER_SECRET';
    throw new ConfigError(
      `${missing} is missing: expected both MESSENGER_APP_ID and MESSENGER_SECRET, or neither.`,
    );
  }
  return Object.freeze({
    port: env.PORT,
    publicUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    databaseUrl: env.DATABASE_URL,
    dataDir: env.DATA_DIR,
    intercom: {
      clientId: env.INTERCOM_CLIENT_ID,
      clientSecret: env.INTERCOM_CLIENT_SECRET,
      previousClientSecret: env.INTERCOM_CLIENT_SECRET_PREVIOUS,
      apiUrl: env.INTERCOM_API_URL,
      appUrl: env.INTERCOM_APP_URL,
      timeoutSeconds: env.INTERCOM_TIMEOUT_SECONDS,
    },
    secretKey: env.SECRET_KEY,
    previousSecretKeys: env.SECRET_KEY_PREVIOUS,
    infraonAllowedHosts: env.INFRAON_ALLOWED_HOSTS,
    workerConcurrency: env.WORKER_CONCURRENCY,
    rateShare: env.RATE_SHARE,
    leaseSeconds: env.LEASE_SECONDS,
    logLevel: env.LOG_LEVEL,
    mappingModel:
      env.MAPPING_LLM_URL === undefined || env.MAPPING_LLM_MODEL === undefined
        ? undefined
        : { url: env.MAPPING_LLM_URL, model: env.MAPPING_LLM_MODEL, apiKey: env.MAPPING_LLM_API_KEY },
    startedByNpm: env.npm_lifecycle_event !== undefined,
    messenger:
      env.MESSENGER_APP_ID === undefined || env.MESSENGER_SECRET === undefined
        ? undefined
        : {
            appId: env.MESSENGER_APP_ID,
            secret: env.MESSENGER_SECRET,
            region: env.MESSENGER_REGION,
            widgetUrl: env.MESSENGER_WIDGET_URL,
          },
  });
}

/** Only what `npm run db:migrate` needs, so that it runs before the app is registered with Intercom. Throws {@link ConfigError}. */
export function loadDatabaseConfig(
  environment: NodeJS.ProcessEnv = process.env,
): Pick<Config, 'databaseUrl' | 'dataDir'> {
  const { DATABASE_URL, DATA_DIR } = read(z.object(Storage), environment);
  return { databaseUrl: DATABASE_URL, dataDir: DATA_DIR };
}
