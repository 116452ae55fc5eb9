import { pino, type DestinationStream, type Logger } from 'pino';

/** Structured logger: static message, variable fields. pino was chosen for its speed and built-in redaction (MIT). */
export type Log = Logger;

const SECRET_KEYS = [
  'authorization',
  'Authorization',
  'access_token',
  'token',
  'code',
  'password',
  'api_key',
  'apiKey',
  'client_secret',
  'clientSecret',
  'secret',
  'secretKey',
  'cookie',
  'set-cookie',
  'x-body-signature',
  'x-hub-signature',
  'email',
  'unmasked_email',
  'phone',
  'name',
  'body',
];

/**
 * Logs go to stderr, one JSON object a line, so that stdout stays free for reports. Credentials and personal values
 * are replaced at any of the first three levels of nesting.
 */
export function createLog(
  options: { level: string; process: string },
  destination: DestinationStream = pino.destination({ fd: 2, sync: true }),
): Log {
  return pino(
    {
      level: options.level,
      base: { process: options.process, pid: process.pid },
      redact: {
        paths: SECRET_KEYS.flatMap((key) => {
          const quoted = `["${key}"]`;
          return [quoted, `*${quoted}`, `*.*${quoted}`];
        }),
        censor: '[redacted]',
      },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
