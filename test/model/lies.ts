import { createAtsSandbox, RULES, type Replacements } from '../../mocks/ats/index.js';
import { createMint } from '../../mocks/mint.js';
import type { Quote } from '../../mocks/ats/state.js';
import type { Outcome, Sandbox, SandboxFactory } from '../../mocks/types.js';

/** A deployment that breaks an invariant, and what says so. */
export interface Lie {
  readonly name: string;
  readonly breaks: string;
  /** A new one each time: some remember what they have done. */
  sandbox(): SandboxFactory;
  readonly found: RegExp;
  /** The storm that finds it; without one, the scenarios do. */
  readonly storm?: string;
}

const accepts = (): undefined => undefined;
const lying =
  (make: () => Replacements): Lie['sandbox'] =>
  () => {
    const replacements = make();
    return (context) => createAtsSandbox(context, replacements);
  };
/** A sandbox of which some members are others. */
const overriding = (sandbox: Sandbox, members: Partial<Sandbox>): Sandbox => Object.assign(Object.create(sandbox) as Sandbox, members);
/** How long a window is open in which two requests can do what only one may, in milliseconds: on a busy machine too, those sent at once meet. */
const WINDOW = 250;

export const LIES: readonly Lie[] = [
  {
    name: 'second confirm accepted',
    breaks: 'Confirming does not take the quote away.',
    sandbox: lying(() => ({ policies: { takeQuote: (quotes, id) => quotes.get(id) } })),
    found: /the job \S+ was confirmed 2 times/,
  },
  {
    name: 'credits not debited',
    breaks: 'What is confirmed costs nothing.',
    sandbox: lying(() => ({ policies: { takeQuote: (quotes, id) => free(quotes.delete(id)) } })),
    found: /the organization \S+: .*"mainnet":1000000.*, and should be .*"mainnet":999933/,
  },
  {
    name: 'credits ignored',
    breaks: 'Credits go below zero.',
    sandbox: lying(() => ({ rules: { creditsSuffice: accepts } })),
    found: /confirm should be 403 common\.forbidden, and is 202/,
  },
  {
    name: 'quota ignored',
    breaks: 'The month has no end of free confirmations.',
    sandbox: lying(() => ({ rules: { quotaLeft: accepts } })),
    found: /^expected \{/,
    storm: 'of 30 confirmations with a quota of 9, 9 are accepted',
  },
  {
    name: 'revoked key accepted',
    breaks: 'Revoking a key has no effect.',
    sandbox: lying(() => ({ rules: { revokedKey: accepts } })),
    found: /a key that was revoked before opened \w+: 20\d|should be 401 api_key\.revoked/,
  },
  {
    name: 'Idempotency-Key forgotten',
    breaks: 'The same request again opens another job.',
    sandbox: lying(() => ({ policies: { answerLives: () => false } })),
    found: /the same Idempotency-Key has two answers/,
  },
  {
    name: 'Idempotency-Key of another body accepted',
    breaks: 'Another body gets the answer of the first.',
    sandbox: lying(() => ({ rules: { idempotencyConflict: accepts } })),
    found: /init should be 400 common\.bad_request, and is /,
  },
  {
    name: 'refused confirm takes the quote',
    breaks: 'Who has too few credits loses the quote as well.',
    sandbox: lying(() => ({
      rules: {
        creditsSuffice: (facts) => {
          const refusal = RULES.creditsSuffice(facts);
          if (refusal !== undefined) facts.service.state.quotes.delete(facts.jobId);
          return refusal;
        },
      },
    })),
    found: /confirm was refused and has changed something|confirm should be 403 common\.forbidden, and is 404/,
  },
  {
    name: 'refused key counts a failure',
    breaks: 'Something is noted down about each unknown key that nobody can see.',
    sandbox: lying(() => ({
      rules: {
        unknownToken: (facts) => {
          const refusal = RULES.unknownToken(facts);
          const { counters } = facts.service.state;
          if (refusal !== undefined) counters.put('unknown', (counters.get('unknown') ?? 0) + 1);
          return refusal;
        },
      },
    })),
    found: /\w+ was refused and has changed something/,
  },
  {
    name: 'ids begin anew after a reset',
    breaks: 'A client that remembers an id from before finds something else.',
    sandbox: () => (context) => {
      let count = 0;
      const sandbox = createAtsSandbox({ ...context, mint: createMint({ seed: 'always the same', count: { next: () => ++count } }) });
      const reset = (): void => {
        count = 0;
        sandbox.reset();
      };
      return overriding(sandbox, { reset });
    },
    found: /was given out before/,
  },
  {
    name: "other users' works shown",
    breaks: 'A partner session may read what is of any user.',
    sandbox: lying(() => ({ rules: { sessionUser: accepts } })),
    found: /a partner session of \S+ \S+ sees a work of|should be 403 common\.forbidden, and is 200/,
  },
  {
    name: 'transactions go back',
    breaks: 'A replica that lags behind answers every second time.',
    sandbox: () => (context) => {
      const sandbox = createAtsSandbox(context);
      let asked = 0;
      const answer: typeof sandbox.answer = (call) => {
        const outcome = sandbox.answer(call);
        return call.operation.id === 'getTransaction' && ++asked % 2 === 0 ? atItsBeginning(outcome) : outcome;
      };
      return overriding(sandbox, { answer });
    },
    found: /the transaction \S+ was at validating .*, and now at validating\n|the transaction \S+: .*, and should be/,
  },
  {
    name: 'quote there for a moment longer',
    breaks: 'Two confirmations at once both find the quote.',
    sandbox: lying(() => {
      const taken = new Map<string, Quote>();
      const isTaken = (id: string): boolean => taken.has(id);
      return {
        rules: { quoteExists: (facts) => (isTaken(facts.jobId) ? undefined : RULES.quoteExists(facts)) },
        policies: {
          takeQuote: (quotes, id) => {
            const quote = quotes.delete(id) ?? taken.get(id);
            if (quote !== undefined) taken.set(id, quote);
            setTimeout(() => taken.delete(id), WINDOW);
            return quote;
          },
        },
      };
    }),
    found: /^expected \{/,
    storm: 'of 20 confirmations of one job at once, one is accepted and paid for',
  },
  {
    name: 'debit lost',
    breaks: 'Of two confirmations at once, one overwrites what the other has debited.',
    sandbox: lying(() => {
      let busy = false;
      return {
        policies: {
          takeQuote: (quotes, id) => {
            const quote = quotes.delete(id);
            if (busy) return free(quote);
            busy = true;
            setTimeout(() => (busy = false), WINDOW);
            return quote;
          },
        },
      };
    }),
    found: /^expected \d+ to equal 993300/,
    storm: 'in a storm of 100 jobs with 5 confirmations each, each job is confirmed once and is one work',
  },
];

function free(quote: Quote | undefined): Quote | undefined {
  return quote === undefined ? undefined : { ...quote, fees: { ...quote.fees, total: 0 } };
}

function atItsBeginning(outcome: Outcome | undefined): Outcome | undefined {
  if (outcome === undefined || 'refused' in outcome) return outcome;
  const body = outcome.succeeded.body as { readonly steps: readonly { readonly step: string; readonly progress: number }[] };
  const [first] = body.steps;
  const before = { current_step: first?.step, progress: first?.progress, is_complete: false, result: null, steps: [first] };
  return { succeeded: { ...outcome.succeeded, body: { ...body, ...before } } };
}
