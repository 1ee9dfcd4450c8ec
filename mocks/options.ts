import type { z } from 'zod';
import type { RecordOptions } from './recording/index.js';
import { named, strict, understand } from './script/strict.js';
import type { StartOptions } from './start.js';

const recordOptions = strict(named(['from', 'to', 'overwrite', 'onViolation']) satisfies Record<keyof RecordOptions, z.ZodType>);

/** By their names: what each is good for is judged where it is used. */
const startOptions = strict({
  ...named([
    'port',
    'listen',
    'tls',
    'host',
    'contract',
    'dynamic',
    'seed',
    'adminToken',
    'sandbox',
    'script',
    'onScript',
    'cors',
    'proxyTo',
    'webhooksTo',
    'webhookPatienceMs',
    'onRequest',
    'state',
    'store',
    'onStore',
    'replay',
    'sessions',
    'load',
    'workers',
    'onWorker',
  ]),
  record: recordOptions.optional(),
} satisfies Record<keyof StartOptions, z.ZodType>);

/**
 * Refuses options of a mock that there are not.
 *
 * @throws {InputError} `usage`
 */
export function requireOptions(options: StartOptions): void {
  understand(startOptions, options, {
    problem: 'usage',
    called: 'the options',
    why: 'A mock without what was asked of it would answer something else than is meant.',
    remedy: 'docs/mock.md says what a mock can be told.',
  });
}
