import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { atsSuite, defineSuite, type Suite } from '../contracts/index.js';
import { InputError, placeOf, type Contract } from '../spec/index.js';

/** The failure paths of a run: a module's, else those that come with failpath. */
export interface SuiteOptions {
  readonly suite?: string;
}

/** The suites that come with failpath, by the contract's `x-failpath.api`. */
const SUITES: Readonly<Record<string, Suite>> = { ats: atsSuite };

/** Of the working folder, in this order; Node itself must be able to read TypeScript. */
const OWN = ['failpath.suite.js', 'failpath.suite.mjs', 'failpath.suite.ts'];

/**
 * The failure paths that belong to a contract: those of the module that is named, else of `failpath.suite.js` in the working folder,
 * else failpath's own. An API that none of them knows has none yet.
 *
 * @example
 * const suite = await loadSuite(contract, { suite: 'failpath.suite.js' });
 *
 * @throws {InputError} `suite-unreadable` for a module that does not load, `suite-invalid` for one that is no suite
 */
export async function loadSuite({ api }: Contract, options: SuiteOptions = {}): Promise<Suite> {
  const own = SUITES[api ?? ''];
  const file = options.suite ?? (own === undefined ? OWN.find((name) => existsSync(name)) : undefined);
  if (file === undefined) return own ?? defineSuite({ name: api ?? 'your-api', paths: [] });
  const module = await importModule(file);
  if (!('default' in module)) throw unreadable(file, 'it has no default export', 'Say `export default { paths: [...] }`.');
  try {
    // Once more, for a module that did not ask for it; what has been defined stays as it is.
    return defineSuite(module.default as Suite);
  } catch (error) {
    throw naming(file, error);
  }
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  if (!existsSync(file)) throw unreadable(file, 'there is no such file', 'Name an existing module with --suite.');
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (error instanceof InputError) throw naming(file, error);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw unreadable(
        file,
        `this Node (${process.version}) reads no ${extname(file)}`,
        'Write it in JavaScript, or use Node 22.18 or newer.',
      );
    throw unreadable(file, stackIn(error) ?? message, 'Mend the module; `node ' + file + '` shows the same.');
  }
}

/** What is wrong with a suite is said with the file that it is in. */
function naming(file: string, error: unknown): unknown {
  return error instanceof InputError ? new InputError(error.findings.map((one) => ({ ...one, what: `${file}: ${one.what}` }))) : error;
}

/** The message, and the place of whoever threw it; the rest of a stack is failpath's. */
function stackIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const place = placeOf(error);
  return place === undefined || place.includes('node_modules')
    ? `${error.name}: ${error.message}`
    : `${error.name}: ${error.message} (${place})`;
}

function unreadable(file: string, why: string, remedy: string): InputError {
  return new InputError([
    {
      problem: 'suite-unreadable',
      what: `the suite ${file} cannot be read: ${why}`,
      why: 'Without its paths nothing of the contract could be proven.',
      remedy,
    },
  ]);
}
