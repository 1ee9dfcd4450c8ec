import { buildProblem, canDeploy as ask, dayOf, formatAnswer, readPolicy, readRecords, type Policy } from '../../ci/index.js';
import { closest, loadContract } from '../../spec/index.js';
import type { Io } from '../io.js';
import { usage } from '../usage.js';

export interface CanDeployOptions {
  readonly build: string;
  readonly to: string;
  readonly store: string;
  readonly policy?: string;
  readonly contract?: string;
  readonly json?: boolean;
}

/**
 * `failpath can-deploy`: whether a build may go to a deployment, by what `failpath gate` has recorded of it.
 *
 * @throws {InputError} for a record that cannot be trusted, and a policy, contract or usage that cannot be used
 */
export async function canDeploy(options: CanDeployOptions, io: Io, now: Date = new Date()): Promise<number> {
  const { build, to, store } = options;
  const wrong = buildProblem(build);
  if (wrong !== undefined)
    throw usage(`--build is ${wrong}`, 'A build is a folder of the store.', 'Say it as it was said to `failpath gate`.');
  const policy = options.policy === undefined ? undefined : readPolicy(options.policy, { today: dayOf(now) });
  const loaded = options.contract === undefined ? undefined : await loadContract(options.contract);
  const contract = loaded && { file: loaded.file, sha256: loaded.sha256 };
  const answer = ask(readRecords(store, build), { build, to, requires: requiredFor(to, policy), contract, now });
  io.out(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : formatAnswer(answer, io));
  return answer.exitCode;
}

/** A policy that says where builds are proven says it of every deployment that there is. */
function requiredFor(to: string, policy: Policy | undefined): readonly string[] | undefined {
  if (policy === undefined || policy.promotion.size === 0) return undefined;
  const required = policy.promotion.get(to);
  if (required !== undefined) return required;
  const known = [...policy.promotion.keys()];
  const near = closest(to, known);
  throw usage(
    `--to is ${JSON.stringify(to)}, which ${policy.file} has no promotion to`,
    'Nothing says where a build must have been proven before it goes there.',
    near === undefined ? `Add it to \`promotion\`; there is ${known.join(', ')}.` : `Did you mean ${near}?`,
  );
}
