import { closest, type Contract } from '../../spec/index.js';
import { parseFault, type Fault } from '../faults/index.js';
import type { Answered, Answers, ApiTypes, Conditions, LooseApi, Next, Scripting, When } from './builder-types.js';
import { check, Draft, refuse } from './draft.js';
import { parseDuration } from './duration.js';
import { readAnswer, readAnyMatch, readDelay, readMatch, readScenario } from './in-full.js';
import { readStep } from './steps.js';
import type { Rule, RuleAnswer, RuleMatch } from './types.js';

export interface BuilderOptions {
  readonly contract: Contract;
  /** Takes a rule, in place of the one that had its id before. */
  readonly add: (rule: Rule) => void;
}

/**
 * Rules written in TypeScript. A rule is handed to `add` with its first answer, and again, under the same id, with everything
 * that the chain adds: so there is nothing to finish, and nothing to forget at the end.
 *
 * The types come from the module that `failpath types` writes: operations, the codes of each and the details of each code are
 * completed by the editor, and what does not exist does not compile. Without such types any text does, and `add` has to judge.
 *
 * @example
 * const { on } = createBuilder<Api>({ contract, add: (rule) => scripts.add(rule) });
 * on('prepareWork').fails('registration.dry_run_failed', { reason: 'no funds' }).times(2).then().passes();
 *
 * @throws {InputError} `script-invalid`, from the method that was told something impossible
 */
export function createBuilder<Api extends ApiTypes<Api> = LooseApi>({ contract, add }: BuilderOptions): Scripting<Api> {
  let count = 0;
  const begin = (match: RuleMatch): Loose['when'] => {
    count += 1;
    return createWhen(new Draft(`code-${count}`, match, add));
  };
  const scripting: unknown = {
    on: (operation, match = {}) => {
      requireOperation(operation, contract);
      return begin({ ...readMatch(match), on: operation });
    },
    onAny: (match = {}) => begin(readAnyMatch(match)),
  } satisfies Scripting;
  // What the types tell apart is one and the same at run time.
  return scripting as Scripting<Api>;
}

/** Whatever else is wrong is found with the first answer; here there may never be one. */
function requireOperation(id: string, { operations, operation }: Contract): void {
  if (operation(id) !== undefined || /[*?]/.test(id)) return;
  const ids = operations.map((one) => one.id);
  const meant = closest(id, ids);
  refuse(
    `there is no operation ${JSON.stringify(id)}`,
    'No request would ever reach the rule.',
    meant === undefined ? `Say one of ${ids.join(', ')}.` : `Did you mean ${meant}?`,
  );
}

/** The states of a chain, for whatever operation. */
interface Loose {
  readonly when: When<LooseApi, string>;
  readonly answered: Answered<LooseApi, string>;
  readonly next: Next<LooseApi, string>;
}

function createWhen(draft: Draft): Loose['when'] {
  const when: Loose['when'] = { ...createAnswers(draft), ...createConditions(draft, () => when) };
  return when;
}

function createAnswered(draft: Draft): Loose['answered'] {
  const and = (change: () => void) => (): Loose['answered'] => {
    change();
    return answered;
  };
  const answered: Loose['answered'] = {
    ...createConditions(draft, () => answered),
    get rule() {
      return draft.rule;
    },
    times: (count) => {
      draft.times(count);
      return answered;
    },
    // oxlint-disable-next-line unicorn/no-thenable -- it is awaitable on purpose, and awaiting it does what is expected
    then: createThen(draft),
    repeatLast: and(() => draft.end('repeat-last')),
    cycle: and(() => draft.end('cycle')),
    failAfterwards: and(() => draft.end('fail')),
  };
  return answered;
}

/** Both what the chain calls and what `await` calls, which always brings functions along. */
function createThen(draft: Draft): Loose['answered']['then'] {
  const then = (...callbacks: Parameters<Promise<Rule>['then']>): unknown =>
    callbacks.length === 0 ? createAnswers(draft) : Promise.resolve(draft.rule).then(...callbacks);
  return then as Loose['answered']['then'];
}

function createAnswers(draft: Draft): Answers<LooseApi, string> {
  const answer = (...answers: readonly RuleAnswer[]): Loose['answered'] => {
    draft.answer(answers.map(readAnswer));
    return createAnswered(draft);
  };
  const fault = (written: string | Fault): Loose['answered'] => answer({ fault: parseFault(written) });
  return {
    fails: (code: string, details?: Readonly<Record<string, unknown>>, message?: string) =>
      answer({ fails: code, ...(details === undefined ? {} : { details }), ...(message === undefined ? {} : { message }) }),
    passes: () => answer({ passes: true }),
    answers: (steps) => answer(...[steps].flat().map(readStep)),
    example: (name) => answer({ example: name }),
    responds: (response) => answer({ responds: response }),
    resets: () => fault('connection-reset'),
    fault,
    offContract: (profile) => answer({ offContract: profile }),
    proxies: (url) => answer({ proxies: url }),
  };
}

function createConditions<Self>(draft: Draft, self: () => Self): Conditions<Self> {
  const set = (settings: Parameters<Draft['set']>[0]): Self => {
    draft.set(settings);
    return self();
  };
  return {
    delays: (delay) => {
      draft.delay(typeof delay === 'object' ? readDelay(delay) : parseDuration(delay));
      return self();
    },
    during: (duration) => set({ lastsMs: parseDuration(duration) }),
    withProbability: (share, seed) => {
      check(share >= 0 && share <= 1, `a probability of ${share}`, 'a number from 0 to 1');
      return set({ probability: share, seed: seed === undefined ? undefined : String(seed) });
    },
    inScenario: (name, states) => set({ scenario: readScenario({ ...states, name }) }),
    priority: (priority) => {
      check(Number.isInteger(priority), `priority(${priority})`, 'a whole number; the lowest is asked first');
      return set({ priority });
    },
    perIdempotencyKey: () => set({ perIdempotencyKey: true }),
    named: (name) => set({ name }),
  };
}
