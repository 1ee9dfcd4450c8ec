import { expect } from 'chai';
import { startMock, type Mock } from '../../mocks/index.js';
import {
  atsSuite,
  createDeployment,
  createPlan,
  createTransport,
  run,
  type CauseLine,
  type Deployment,
  type DeploymentFile,
  type PlannedPath,
} from '../../contracts/index.js';
import { createResolver } from '../../contracts/capabilities.js';
import type { Expiry } from '../../contracts/types.js';
import { atsContract } from './support.js';

const CLOCK = { 'clock.advance': { set: { method: 'POST', url: '/clock', headers: {}, body: { by: '{{seconds}}' } } } } as const;
const NOTHING = { keysPerOrganization: undefined };
const SESSION = { token: 'an-aged-session', public: true, externalUserRef: 'artist-1' };
const AGED: DeploymentFile['aged'] = {
  uploadSession: 'u',
  versionUploadSession: 'vu',
  quote: 'q',
  versionQuote: 'vq',
  partnerSession: SESSION,
};
const EXPIRIES: readonly Expiry[] = ['expired.upload', 'expired.versionUpload', 'expired.quote', 'expired.versionQuote', 'expired.session'];

const deployment = (members: Partial<DeploymentFile>): Deployment =>
  createDeployment({ url: 'http://ats.test', organization: 'org', ...members });

/** The way to each of what has to expire, or the remedy. */
async function ways(members: Partial<DeploymentFile>): Promise<unknown[]> {
  const resolve = createResolver(deployment(members), atsSuite, (await atsContract()).limits);
  return EXPIRIES.map((expiry) => {
    const resolved = resolve(expiry);
    return 'way' in resolved ? resolved.way : resolved.missing.map(({ remedy }) => remedy).join();
  });
}

describe('what has to expire', () => {
  it('does so by the clock, if there is one, whatever else there is', async () => {
    const all = { capabilities: CLOCK, aged: AGED, patienceSeconds: 7200 };
    expect(await ways(all)).to.deep.equal([601, 601, 301, 301, 3601].map((seconds) => ({ by: 'clock', seconds })));
  });

  it('has done so before, where the file has it', async () => {
    expect(await ways({ aged: AGED, patienceSeconds: 7200 })).to.deep.equal(EXPIRIES.map(() => ({ by: 'file' })));
  });

  it("is waited out where there is patience for the contract's time to live, or for the deployment's own", async () => {
    expect(await ways({ patienceSeconds: 7200 })).to.deep.equal([601, 601, 301, 301, 3601].map((seconds) => ({ by: 'wait', seconds })));
    const limits = { ...NOTHING, uploadTtlSeconds: 59, quoteTtlSeconds: 0.5, partnerSessionTtlSeconds: 2 };
    expect(await ways({ limits })).to.deep.equal([60, 60, 1.5, 1.5, 3].map((seconds) => ({ by: 'wait', seconds })));
  });

  it("moves the clock by the deployment's own time to live as well", async () => {
    const limits = { ...NOTHING, uploadTtlSeconds: 900 };
    expect((await ways({ capabilities: CLOCK, limits }))[0]).to.deep.equal({ by: 'clock', seconds: 901 });
  });

  it('is missing otherwise, and each way is named with what it would take', async () => {
    const [upload, , , versionQuote, session] = await ways({ limits: { ...NOTHING, uploadTtlSeconds: 60 } });
    const clock = 'give capabilities.clock.advance: a call that advances the clock by {{seconds}}; or give aged.';
    expect(upload).to.equal(
      `${clock}uploadSession; or limits.uploadTtlSeconds, if it is at most 59 here; or set patienceSeconds to at least 61`,
    );
    expect(versionQuote).to.equal(
      `${clock}versionQuote; or limits.quoteTtlSeconds, if it is at most 59 here; or set patienceSeconds to at least 301`,
    );
    expect(session).to.contain('aged.partnerSession').and.to.contain('at least 3601');
    const barred = { capabilities: CLOCK, allow: { hosts: [], writes: [], revocations: true } };
    expect((await ways(barred))[0]).to.match(/^name clock\.advance in allow\.writes; or give aged\.uploadSession/);
  });

  it('is told to be alone only by the clock', async () => {
    const contract = await atsContract();
    const lanes = (members: Partial<DeploymentFile>): Set<string> => {
      const identities = { active: { token: 'active-key', public: true } };
      const { paths } = createPlan(contract, atsSuite, deployment({ identities, works: { own: 1 }, ...members }), ({ code }) => /(session|prepared)_not_found/.test(code)); // prettier-ignore
      const expiring = (planned: PlannedPath): string[] =>
        planned.cause !== 'expired' ? [] : [planned.action.do === 'run' ? planned.action.lane : planned.action.do];
      return new Set(paths.filter(({ action }) => action.do !== 'nothing' || action.outcome !== 'not-selected').flatMap(expiring));
    };
    expect([...lanes({ capabilities: CLOCK })]).to.deep.equal(['alone']);
    expect([...lanes({ aged: AGED })]).to.deep.equal(['parallel']);
    expect([...lanes({ patienceSeconds: 601 })]).to.deep.equal(['parallel']);
    expect([...lanes({})]).to.deep.equal(['nothing']);
  });
});

describe('what has expired on a deployment without a clock', () => {
  const HOUR = 3_600_000;
  let mock: Mock;
  const transport = createTransport({ timeoutMs: 10_000, connections: 4 });
  beforeEach(async () => void (mock = await startMock()));
  afterEach(() => mock.close());
  after(() => transport.close());

  const described = (members: Partial<DeploymentFile>): Deployment => {
    const { world } = mock;
    return createDeployment({
      url: mock.url,
      organization: world.organizations.active,
      identities: { active: { token: world.tokens.active, public: true } },
      works: { own: world.works.active, external: { externalUserRef: world.externalUser.ref, id: world.externalUser.work } },
      ...members,
    });
  };
  /** The lines about what has expired; time passes on the mock's clock only. */
  const lines = async (members: Partial<DeploymentFile>, waited: number[] = []): Promise<readonly CauseLine[]> => {
    const plan = createPlan(await atsContract(), atsSuite, described(members), ({ causes }) => causes.includes('expired'));
    const paths = plan.paths.filter(({ cause }) => cause === 'expired');
    const wait = async (milliseconds: number): Promise<void> => {
      waited.push(milliseconds);
      await mock.clock.advance(milliseconds);
    };
    const found: CauseLine[] = [];
    for await (const event of run({ ...plan, paths }, { transport, concurrency: 1, wait }))
      if (event.type === 'path-finished') found.push(event.line);
    return found;
  };
  const told = (found: readonly CauseLine[]): string[] => [
    ...new Set(found.map(({ outcome, reason, evidence }) => [outcome, reason, ...evidence.notes].join(' | '))),
  ];

  it('is proven by waiting, and the script that reproduces it waits as well', async () => {
    const waited: number[] = [];
    const found = await lines({ patienceSeconds: 3601 }, waited);
    expect(told(found)).to.have.members([
      'verified |  | waited 601 s for it to expire',
      'verified |  | waited 301 s for it to expire',
      'verified |  | waited 3601 s for it to expire',
    ]);
    expect(found).to.have.length(6);
    expect(waited.sort((a, b) => a - b)).to.deep.equal([301_000, 301_000, 601_000, 601_000, 3_601_000, 3_601_000]);
    const quote = found.find(({ failure }) => failure.operation.id === 'confirmWork');
    expect(quote?.repro).to.match(/\n# when: confirmWork, to be refused .*\nsleep 301\n/);
  });

  it('is a finding where it lives on', async () => {
    const found = await lines({ limits: { ...NOTHING, quoteTtlSeconds: 10, uploadTtlSeconds: 10, partnerSessionTtlSeconds: 10 } });
    expect(new Set(found.map(({ outcome }) => outcome))).to.deep.equal(new Set(['not-reached']));
  });

  describe('and was given', () => {
    const post = async (path: string, body: object): Promise<Readonly<Record<string, string>>> => {
      const { json } = await transport.send({
        method: 'POST',
        url: `${mock.url}/v1/organizations/${mock.world.organizations.active}/${path}`,
        headers: { authorization: `Bearer ${mock.world.tokens.active}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return json as Readonly<Record<string, string>>;
    };
    const CREATORS = [
      { full_name: 'A', email: 'a@example.org', roles: { author: true, composer: false, arranger: false, adapter: false } },
    ];
    const jobOf = async (path: string, more: object): Promise<string> =>
      String((await post(path, { network: 'testnet', creators: CREATORS, ...more }))['job_id']);

    /** Made as the deployment's clock stands. */
    const made = async (): Promise<DeploymentFile['aged']> => {
      const version = `works/${mock.world.works.active}/versions`;
      const versionQuote = await jobOf(`${version}/init`, {});
      await post(`${version}/prepare`, { job_id: versionQuote });
      return {
        uploadSession: await jobOf('works/init', { title: 'Aged', filename: 'aged.wav' }),
        versionUploadSession: await jobOf(`${version}/init`, {}),
        versionQuote,
        partnerSession: {
          token: (await post('partner-sessions', { external_user_ref: 'artist-1' }))['token'] ?? '',
          public: true,
          externalUserRef: 'artist-1',
        },
      };
    };

    it('is proven, with a note that the run has not seen it alive', async () => {
      await mock.clock.set(Date.now() - 2 * HOUR);
      const aged = await made();
      await mock.clock.set(Date.now());
      const found = await lines({ aged });
      const note = (member: string): string =>
        `verified |  | aged.${member} is said by the deployment file to have expired; this run has not seen it alive`;
      expect(told(found.filter(({ outcome }) => outcome !== 'not-capable'))).to.have.members(
        ['uploadSession', 'versionUploadSession', 'versionQuote', 'partnerSession'].map(note),
      );
      expect(found.filter(({ outcome }) => outcome === 'not-capable').map(({ failure }) => failure.operation.id)).to.deep.equal([
        'confirmWork',
      ]);
    });

    it('is no proof where a session says nothing of its end: what is no session at all is refused in the same way', async () => {
      const partnerSession = { token: 'aps_0123456789abcdef', public: true, externalUserRef: 'artist-1' };
      const found = await lines({ aged: { partnerSession } });
      const sessions = found.filter(({ failure }) => failure.code === 'common.unauthorized');
      expect(sessions.map(({ outcome }) => outcome)).to.deep.equal(['setup-failed', 'setup-failed']);
      for (const { reason } of sessions) expect(reason).to.match(/^aged\.partnerSession does not say when it expired: it must be a JWT/);
    });

    it('is no proof while it lives: a session that says so is not sent, a job is a finding', async () => {
      const found = await lines({ aged: await made() });
      const sessions = found.filter(({ failure }) => failure.code === 'common.unauthorized');
      for (const { outcome, reason } of sessions) {
        expect(outcome).to.equal('setup-failed');
        expect(reason).to.match(/^aged\.partnerSession has not expired yet: it says that it lives until \d{4}-/);
      }
      expect(sessions).to.have.length(2);
      expect(found.find(({ failure }) => failure.operation.id === 'prepareVersion')?.outcome).to.equal('not-reached');
    });
  });
});
