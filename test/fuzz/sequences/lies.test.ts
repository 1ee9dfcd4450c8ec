import { expect } from 'chai';
import type { Deployment } from '../../../contracts/index.js';
import type { Finding } from '../../../contracts/fuzz/types.js';
import { LIES } from '../../model/lies.js';
import { lying, sequencesOn } from './support.js';

/** What a lie is found by: the cause, and the shortest sequence that shows it. */
interface Found {
  readonly lie: string;
  readonly cause: string;
  readonly steps: readonly string[];
  /** One that comes to it early; any other does in the end. */
  readonly seed?: number;
}

const FOUND: readonly Found[] = [
  { lie: 'second confirm accepted', cause: 'a job is confirmed once (confirmWork)', steps: ['quote', 'confirmTwiceAtOnce'] },
  {
    lie: 'credits not debited',
    cause: 'what cannot be paid, has expired or was confirmed is not confirmed (confirmWork)',
    steps: ['setCredits'],
    seed: 4,
  },
  {
    lie: 'quota ignored',
    cause: 'what cannot be paid, has expired or was confirmed is not confirmed (confirmWork)',
    steps: ['setQuota'],
    seed: 5,
  },
  {
    lie: 'revoked key accepted',
    cause: 'createPartnerSession should be refused, and was answered 200 application/json',
    steps: ['createKey', 'revokeKey', 'useKey'],
  },
  {
    lie: 'Idempotency-Key forgotten',
    cause: 'the same Idempotency-Key has the same answer (initWork)',
    steps: ['init', 'initAgain'],
    seed: 4,
  },
  {
    lie: 'Idempotency-Key of another body accepted',
    cause: 'initWork should be refused, and was answered 200 application/json',
    steps: ['init', 'initOtherwise'],
  },
  { lie: 'refused confirm takes the quote', cause: 'a quote that nobody has used can be confirmed (confirmWork)', steps: ['setCredits'] },
  {
    lie: "other users' works shown",
    cause: 'listExternalUserWorks should be refused, and was answered 200 application/json',
    steps: ['openSession', 'listOthers'],
  },
  {
    lie: 'transactions go back',
    cause: 'a transaction goes forward (getTransaction)',
    steps: ['quote', 'confirm', 'wait', 'lookAt'],
    seed: 5,
  },
];

/** A revoked key is to be refused at once, so that nobody has to wait. */
const adjust = { adjust: (deployment: Deployment): Deployment => ({ ...deployment, revokedWithinSeconds: 0 }) };
const names = ({ sequence = [] }: Finding): string[] => sequence.map(({ does }) => does);

describe('sequences: deployments that lie', function () {
  this.timeout(120_000);
  for (const { lie, cause, steps, seed } of FOUND) {
    it(`${lie}: ${steps.join(', ')}`, async () => {
      const one = LIES.find(({ name }) => name === lie);
      if (one === undefined) throw new Error(`there is no lie ${lie}`);
      const { finished } = await lying(one.sandbox(), (url) =>
        sequencesOn(url, { requests: 3_000, enough: cause, ...adjust, ...(seed === undefined ? {} : { seed }) }),
      );
      const finding = finished.findings.find((found) => found.cause === cause);
      expect(finished.findings.map((found) => found.cause)).to.include(cause);
      expect(finding && names(finding)).to.deep.equal(steps);
      expect(finding?.kind).to.equal('invariant');
      // Kept as data, it is found again at once.
      const again = await lying(one.sandbox(), (url) => sequencesOn(url, { requests: 0, first: [finding?.sequence ?? []], ...adjust }));
      expect(again.finished.findings.map((found) => found.cause)).to.deep.equal([cause]);
    });
  }
});
