import { expect } from 'chai';
import { deploymentName } from '../../cli/targets.js';
import { atsSuite, fingerprint, type Suite } from '../../contracts/index.js';
import { contract } from '../support/judge.js';

const hash = (suite: Suite, version = '0.1.0'): string => fingerprint(contract, suite, version).sha256;

describe("the suite's hash", () => {
  it('is the same however often it is made, and whatever the order of the paths', () => {
    const shuffled = { ...atsSuite, paths: atsSuite.paths.toReversed() };
    expect(fingerprint(contract, atsSuite, '0.1.0').name).to.equal('ats');
    expect([hash(atsSuite), hash(shuffled)]).to.deep.equal([hash(atsSuite), hash(atsSuite)]);
    expect(hash(atsSuite)).to.match(/^[0-9a-f]{64}$/);
  });

  it('is another one for another version, another name, and anything less that is asserted', () => {
    const { probes, webhooks, ...bare } = atsSuite;
    const less: readonly Suite[] = [
      { ...atsSuite, name: 'other' },
      { ...atsSuite, ...(probes && { probes: { ...probes, precedence: probes.precedence.slice(1) } }) },
      { ...atsSuite, ...(probes && { probes: { ...probes, identities: {} } }) },
      { ...atsSuite, webhooks: { triggers: {}, check: () => [] } },
      { ...bare, paths: bare.paths.slice(1) },
    ];
    expect(webhooks).to.not.equal(undefined);
    const hashes = [hash(atsSuite), hash(atsSuite, '0.1.1'), ...less.map((suite) => hash(suite))];
    expect(new Set(hashes).size).to.equal(hashes.length);
  });
});

describe('the name of a deployment', () => {
  it('is that of its file, else of its host', () => {
    expect(deploymentName({ deployment: 'deployments/staging.eu.yaml' })).to.equal('staging.eu');
    expect(deploymentName({ url: 'https://api.example.com:8443/ats' })).to.equal('api.example.com:8443');
    expect(deploymentName({})).to.equal('sandbox');
  });
});
