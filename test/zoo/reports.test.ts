import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAtsSandbox } from '../../mocks/ats/index.js';
import { startMock, type StartOptions } from '../../mocks/index.js';
import { failpath, ROOT, temporaryFolder, type Ended } from '../support/cli.js';
import { expectGolden } from '../support/golden.js';
import { normalise } from '../support/normalise.js';
import { startProxy, type Meddling } from '../support/proxy.js';
import { BEHAVIOUR_LIES } from './behaviours.js';
import { NGINX_413 } from './edge.js';
import { codeOf, telling, WIRE_LIES } from './wire.js';

/** A lying deployment as it is set up: the sandbox, and a proxy in front of it. */
interface Setup {
  readonly sandbox?: NonNullable<StartOptions['sandbox']>;
  readonly proxy?: Meddling;
}

const behaviour = (name: string): Setup => {
  const lie = BEHAVIOUR_LIES.find((one) => one.name === name);
  return { sandbox: (context) => createAtsSandbox(context, lie?.lies) };
};

const wire = (name: string): Setup => {
  const lie = WIRE_LIES.find((one) => one.name === name);
  return lie === undefined ? {} : { proxy: telling(lie) };
};

const edge: Setup = { proxy: { answer: (answer) => (codeOf(answer) === 'registration.audio_too_large' ? NGINX_413 : answer) } };

/** Reports that are kept, each of one lie by the one line that is about it. */
const REPORTS: readonly { readonly name: string; readonly setup: Setup; readonly filter: string; readonly exitCode: number }[] = [
  { name: 'revoked key accepted', setup: behaviour('revoked key accepted'), filter: 'initWork api_key.revoked', exitCode: 1 },
  {
    name: 'second confirm accepted',
    setup: behaviour('second confirm accepted'),
    filter: 'confirmWork registration.prepared_not_found',
    exitCode: 1,
  },
  { name: 'quota ignored', setup: behaviour('quota ignored'), filter: 'confirmWork common.quota_exceeded', exitCode: 1 },
  { name: 'wrong status', setup: wire('wrong status'), filter: 'initWork registration.title_required', exitCode: 1 },
  { name: 'sibling code', setup: wire('sibling code'), filter: 'initVersion api_key.revoked', exitCode: 1 },
  { name: 'flattened envelope', setup: wire('flattened envelope'), filter: 'initWork api_key.scope_denied', exitCode: 1 },
  { name: 'missing details member', setup: wire('missing details member'), filter: 'initWork api_key.scope_denied', exitCode: 1 },
  { name: 'HTML body', setup: wire('HTML body'), filter: 'initWork api_key.scope_denied', exitCode: 1 },
  { name: 'edge', setup: edge, filter: 'prepareWork registration.audio_*', exitCode: 2 },
];

async function withDeployment<T>({ sandbox, proxy: meddling }: Setup, use: (url: string) => Promise<T>): Promise<T> {
  const mock = await startMock(sandbox === undefined ? {} : { sandbox });
  const proxy = meddling && (await startProxy(mock.url, meddling));
  try {
    return await use(proxy?.url ?? mock.url);
  } finally {
    await proxy?.close();
    await mock.close();
  }
}

/** Paths run one at a time, so that a report's order never changes. */
const verify = (url: string, filter: string, out: string): Promise<Ended> =>
  failpath(['verify', '--url', url, '--filter', filter, '--concurrency', '1', '--out', out], { cwd: ROOT });

const CONTRACT = readFileSync(join(ROOT, 'openapi.yaml'), 'utf8').split('\n');

/** The code that a report's finding is about. */
function codeIn(report: string): string {
  return /^✗ \S+ {2}\w+ \d{3} (\S+)/m.exec(report)?.[1] ?? 'no code';
}

describe('reports of lies', () => {
  for (const { name, setup, filter, exitCode } of REPORTS) {
    it(`${name}: exit code ${exitCode}, and a report that explains itself`, async () => {
      const out = temporaryFolder();
      const ended = await withDeployment(setup, (url) => verify(url, filter, out));
      expect({ exitCode: ended.exitCode, stderr: ended.stderr }).to.deep.equal({ exitCode, stderr: '' });
      for (const [, line, column] of ended.stdout.matchAll(/^ {4}declared {4}openapi\.yaml:(\d+):(\d+)$/gm)) {
        expect(CONTRACT[Number(line) - 1]?.slice(Number(column) - 1)).to.contain(codeIn(ended.stdout));
      }
      expectGolden(normalise(ended.stdout).replaceAll(out, '<out>'), new URL(`goldens/${name.replaceAll(' ', '-')}.txt`, import.meta.url));
    });
  }
});
