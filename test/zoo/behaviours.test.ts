import { createAtsSandbox } from '../../mocks/ats/index.js';
import { startMock } from '../../mocks/index.js';
import { contract, expectUnproven, judgeDeployment, linesAbout, type Outcomes, type Sample } from '../support/judge.js';
import { BEHAVIOUR_LIES, type BehaviourLie } from './behaviours.js';

/** Looked at beside the codes that a lie is about: neighbours in the order of refusal, and the job's whole life. */
const BYSTANDERS = ['api_key.not_found', 'registration.prepared_not_found', 'registration.upload_session_not_found', 'work.not_found'];

function expectedOf({ about, outcome }: BehaviourLie): Outcomes {
  return Object.assign(
    {},
    ...contract.failures.map((failure) => linesAbout(outcome(failure), (one, cause) => one === failure && about(one, cause))),
  ) as Outcomes;
}

async function expectCaught(lie: BehaviourLie, sample?: Sample): Promise<void> {
  const mock = await startMock({ sandbox: (context) => createAtsSandbox(context, lie.lies) });
  try {
    expectUnproven(await judgeDeployment(mock.url, sample), expectedOf(lie), 1);
  } finally {
    await mock.close();
  }
}

/** These are driven through everything, in long runs all are; for the others a sample says whether a finding spreads. */
const OVER_EVERYTHING = new Set(['revoked key accepted', 'second confirm accepted']);
const LONG = process.env['FAILPATH_LONG'] === '1';

describe('lies in behaviour', () => {
  for (const lie of BEHAVIOUR_LIES) {
    const codes = contract.failures.filter((failure) => failure.causes.some((cause) => lie.about(failure, cause))).map(({ code }) => code);
    const sample = LONG || OVER_EVERYTHING.has(lie.name) ? undefined : { codes: [...codes, ...BYSTANDERS] };
    it(`${lie.name}: exactly the lines about it are found`, () => expectCaught(lie, sample));
  }
});
