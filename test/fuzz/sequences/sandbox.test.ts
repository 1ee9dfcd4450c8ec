import { expect } from 'chai';
import { startMock, type JournalEntry, type Mock } from '../../../mocks/index.js';
import { contract } from '../../support/judge.js';
import { sequencesOn } from './support.js';

const LONG = process.env['FAILPATH_LONG'] === '1';
const REQUESTS = LONG ? 20_000 : 1_500;
const SEED = Number(process.env['FAILPATH_SEED'] ?? 20_261_122);

/** What sequences come across on their way; without them they would prove little. */
const REASONS = [
  'initWork 400 common.bad_request',
  'initWork 200',
  'initVersion 200',
  'initVersionUpload 200',
  'prepareWork 200',
  'prepareWork 403 registration.upload_session_forbidden',
  'prepareWork 404 registration.upload_session_not_found',
  'prepareWork 422 registration.audio_empty',
  'prepareVersion 200',
  'confirmWork 202',
  'confirmWork 403 common.forbidden',
  'confirmWork 403 registration.prepared_forbidden',
  'confirmWork 404 registration.prepared_not_found',
  'confirmWork 429 common.quota_exceeded',
  'confirmVersion 202',
  'createApiKey 201',
  'createApiKey 429 api_key.limit_reached',
  'createPartnerSession 401 api_key.revoked',
  'createPartnerSession 403 api_key.scope_denied',
  'revokeApiKey 204',
  'revokeApiKey 401 common.unauthorized',
  'listExternalUserWorks 200',
  'listExternalUserWorks 403 common.forbidden',
  'getTransaction 200',
];

const said = ({ operation, status, code }: JournalEntry): string =>
  [operation, status, code].filter((part) => part !== undefined).join(' ');

describe('sequences: the sandbox', function () {
  this.timeout(LONG ? 1_200_000 : 120_000);
  let mock: Mock;
  const seen: string[] = [];
  beforeEach(async () => {
    seen.length = 0;
    mock = await startMock({ contract, onRequest: (entry) => seen.push(said(entry)) });
  });
  afterEach(() => mock.close());

  it(`finds nothing in ${REQUESTS} requests, and comes across every reason to refuse`, async () => {
    const { finished, notes } = await sequencesOn(mock.url, { requests: REQUESTS, seed: SEED });
    expect(finished.findings.map(({ cause, sequence }) => [cause, sequence])).to.deep.equal([]);
    expect(notes).to.deep.equal([]);
    expect(finished.sent).to.be.at.least(REQUESTS);
    expect(finished.answered).to.equal(finished.sent);
    if (SEED === 20_261_122) expect(REASONS.filter((reason) => !seen.includes(reason))).to.deep.equal([]);
  });

  it('takes the same steps for the same seed, and others for another', async () => {
    const take = async (seed: number): Promise<string[]> => {
      seen.length = 0;
      await sequencesOn(mock.url, { requests: 150, seed });
      return [...seen];
    };
    const [one, same, other] = [await take(7), await take(7), await take(8)];
    expect(one.length).to.be.above(50);
    expect(same).to.deep.equal(one);
    expect(other).to.not.deep.equal(one);
  });

  it('stays within its world where there is one, and leaves nothing', async () => {
    await sequencesOn(mock.url, { requests: 200 });
    const left = await fetch(`${mock.url}/__admin/sessions`);
    const sessions = (await left.json()) as { readonly sessions?: readonly unknown[] };
    expect(JSON.stringify(sessions)).to.not.match(/[0-9a-f]{12}/);
  });
});
