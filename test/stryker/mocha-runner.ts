/**
 * A test runner for Stryker: mocha by its public interface, since Stryker's own runner does not know mocha 12. A worker
 * loads the tests once and runs, for each mutant, only the tests that reach it: hundreds of mutants a minute, where a
 * command would start a process for each.
 */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Mocha from 'mocha';

/** How often the place of each mutant was reached. */
type Reached = Record<string, number>;

/** What the instrumented code and the runner share. */
interface Namespace {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { readonly static: Reached; readonly perTest: Record<string, Reached> };
}

interface MutantRun {
  readonly activeMutant: { readonly id: string };
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
  readonly mutantActivation: 'runtime' | 'static';
}

interface Finished {
  readonly id: string;
  readonly name: string;
  readonly timeSpentMs: number;
  /** Stryker's numbers: 0 passed, 1 failed. */
  readonly status: 0 | 1;
  readonly failureMessage?: string;
}

/** `tests` of the configuration: files and folders, in the order in which they run. */
interface Options {
  readonly tests: readonly string[];
  readonly notTests: readonly string[];
}

const namespace: Namespace = ((globalThis as unknown as Record<string, Namespace | undefined>)['__stryker__'] ??= {});

/** Long enough for a busy machine; mutants that never end are Stryker's to stop. */
const TIMEOUT_MS = 30_000;

class Runner {
  static readonly inject = ['options'] as const;
  readonly #options: Options;
  #mocha: Promise<Mocha> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: false };
  }

  async dryRun(): Promise<object> {
    const tests = await this.#run();
    const mutantCoverage = namespace.mutantCoverage ?? { static: {}, perTest: {} };
    return { status: 'complete', tests, mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }: MutantRun): Promise<object> {
    if (mutantActivation === 'static') namespace.activeMutant = activeMutant.id;
    try {
      await this.#loaded();
    } catch (error) {
      return { status: 'killed', killedBy: [], failureMessage: `the tests do not even load: ${String(error)}`, nrOfTests: 0 };
    }
    Object.assign(namespace, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit === undefined ? undefined : 0 });
    const tests = await this.#run(testFilter);
    const { hitCount } = namespace;
    namespace.activeMutant = undefined;
    if (hitLimit !== undefined && (hitCount ?? 0) > hitLimit) return { status: 'timeout', reason: 'it runs on and on' };
    const failed = tests.find(({ status }) => status === 1);
    if (failed === undefined) return { status: 'survived', nrOfTests: tests.length };
    return { status: 'killed', killedBy: [failed.id], failureMessage: failed.failureMessage ?? '', nrOfTests: tests.length };
  }

  #loaded(): Promise<Mocha> {
    return (this.#mocha ??= load(this.#options));
  }

  async #run(only?: readonly string[]): Promise<Finished[]> {
    const mocha = await this.#loaded();
    mocha.grep(only === undefined ? /^/ : new RegExp(`^(?:${only.map(escape).join('|')})$`, 'u'));
    const finished: Finished[] = [];
    const reporter = function (runner: Mocha.Runner): void {
      follow(runner, finished);
    };
    mocha.reporter(reporter as unknown as Mocha.ReporterConstructor);
    await new Promise((done) => mocha.run(done));
    return finished;
  }
}

async function load({ tests, notTests }: Options): Promise<Mocha> {
  const mocha = new Mocha({ timeout: TIMEOUT_MS, bail: true }).cleanReferencesAfterRun(false);
  const except = new Set(notTests);
  // A file that is named again runs later: what is quick and says most goes first, since the first failure ends a mutant's run.
  const files = [...new Set(tests.flatMap(filesOf).reverse())].reverse();
  for (const file of files) if (!except.has(file)) mocha.addFile(resolve(file));
  await mocha.loadFilesAsync();
  return mocha;
}

function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
  return files.sort().map((name) => join(path, name));
}

const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Notes what each test reaches, and what becomes of it. What a suite's hooks reach, each of its tests reaches. */
function follow(runner: Mocha.Runner, finished: Finished[]): void {
  runner.on('suite', () => (namespace.currentTestId = undefined));
  runner.on('test', (test) => (namespace.currentTestId = test.fullTitle()));
  runner.on('hook', (hook) => {
    const suite = hook.parent;
    if (suite !== undefined && hook.title.startsWith('"before all"')) namespace.currentTestId = hookOf(suite);
  });
  runner.on('hook end', (hook) => {
    if (hook.title.startsWith('"before all"')) namespace.currentTestId = undefined;
  });
  runner.on('pass', (test) => finished.push({ ...nameOf(test), status: 0 }));
  runner.on('fail', (test, error) => finished.push({ ...nameOf(test), status: 1, failureMessage: String(error) }));
  runner.on('end', () => {
    namespace.currentTestId = undefined;
    share(runner.suite, []);
  });
}

const nameOf = (test: Mocha.Runnable): Pick<Finished, 'id' | 'name' | 'timeSpentMs'> => ({
  id: test.fullTitle(),
  name: test.fullTitle(),
  timeSpentMs: test.duration ?? 0,
});

const hookOf = (suite: Mocha.Suite): string => `before all of ${suite.fullTitle()}`;

function share(suite: Mocha.Suite, above: readonly Reached[]): void {
  const perTest = namespace.mutantCoverage?.perTest;
  if (perTest === undefined) return;
  const own = perTest[hookOf(suite)];
  delete perTest[hookOf(suite)];
  const reached = own === undefined ? above : [...above, own];
  for (const test of suite.tests) Object.assign((perTest[test.fullTitle()] ??= {}), ...reached);
  for (const one of suite.suites) share(one, reached);
}

export const strykerPlugins: readonly object[] = [{ kind: 'TestRunner', name: 'mocha-12', injectableClass: Runner }];

/** The members of the configuration that are ours. */
export const strykerValidationSchema: object = {
  properties: {
    tests: { type: 'array', items: { type: 'string' }, default: [] },
    notTests: { type: 'array', items: { type: 'string' }, default: [] },
  },
};
