import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gate as decide, policyJsonSchema, readPolicy, subjectsOf, toRecord } from '../../ci/index.js';
import { canDeploy } from '../../cli/commands/can-deploy.js';
import { gate } from '../../cli/commands/gate.js';
import { merge } from '../../cli/commands/merge.js';
import { atsSuite, REASON_KINDS, type Ledger } from '../../contracts/index.js';
import { ledgerOf, on, type Told } from '../ci/support.js';
import { ROOT, temporaryFolder } from '../support/cli.js';
import { testIo } from '../support/io.js';
import { contract } from '../support/judge.js';
import { readPage, type Page } from './support.js';

const [POLICY, GATE, LEDGER] = [readPage('docs/policy.md'), readPage('docs/gate.md'), readPage('docs/ledger.md')];
const [WHOLE = ''] = POLICY.blocks.flatMap(({ language, text }) => (language === 'yaml' ? [text] : []));
/** While nothing in the examples has ended. */
const NOW = on('2026-09-15');

/** The names in the first column of the tables with this heading. */
function rows({ text }: Page, heading: string): string[] {
  const tables = text.split('\n\n').filter((block) => new RegExp(`^\\| ${heading} +\\|`).test(block));
  return tables.flatMap((table) =>
    table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)),
  );
}

/** A ledger of the ATS contract at staging: what the policy of the page lets pass is not proven, the rest is. */
function staging(operations?: readonly string[]): Ledger {
  const lines = contract.failures.flatMap(({ operation, status, code, causes }) =>
    causes.map((cause): Told => {
      const about = { operation: operation.id, status, code, cause };
      if (operations?.includes(operation.id) === false) return { ...about, outcome: 'not-selected' };
      const waived = code === 'registration.prepared_not_found' && cause === 'expired' && operation.id === 'confirmWork';
      const pending = code === 'transaction.not_found';
      return operations === undefined && (waived || pending) ? { ...about, outcome: 'not-capable' } : about;
    }),
  );
  return ledgerOf(lines);
}

/** A folder as the commands of the pages find it. */
function workplace(): string {
  const folder = temporaryFolder();
  const put = (name: string, content: unknown): void => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const ids = contract.operations.map(({ id }) => id);
  const shards = [ids.slice(0, 5), ids.slice(5)];
  put('failpath.policy.yaml', WHOLE);
  put('failpath.baseline.json', { violations: [] });
  for (const [index, operations] of shards.entries()) {
    const shard = { index: index + 1, of: 2, operations, webhooks: index === 0, alone: false };
    put(`shard-${index + 1}/ledger.json`, { ...staging(operations), partial: true, shard });
  }
  put('failpath-report/ledger.json', staging());
  return folder;
}

/** Runs a command of a page in this process, at the time of the examples. */
async function run(line: string, folder: string): Promise<number> {
  const [command = '', ...words] = line.replaceAll('"$GIT_COMMIT"', '4f2c').split(' ');
  const at = (name: string): string => join(folder, name);
  const flag = (name: string): string | undefined => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const file = (name: string): string | undefined => (flag(name) === undefined ? undefined : at(flag(name) ?? ''));
  const policy = file('--policy');
  const by = { store: file('--store') ?? at('failpath-store'), ...(policy === undefined ? {} : { policy }) };
  const io = testIo();
  if (command === 'merge') return merge(words.slice(0, words.indexOf('--out')).map(at), { out: file('--out') ?? '' }, io, NOW);
  const build = flag('--build');
  if (command === 'can-deploy') return canDeploy({ ...by, build: build ?? '', to: flag('--to') ?? '' }, io, NOW);
  const options = { ...by, ledger: file('--ledger') ?? '', writeBaseline: words.includes('--write-baseline') };
  return gate(build === undefined ? options : { ...options, build }, io, NOW);
}

describe('docs/policy.md', () => {
  it('shows a whole policy that can be read, with every section', () => {
    const policy = readPolicy(join(workplace(), 'failpath.policy.yaml'), { subjects: subjectsOf(contract, atsSuite) });
    const sections = Object.keys((policyJsonSchema() as { properties: object }).properties);
    expect(rows(POLICY, 'member')).to.include.members(sections);
    for (const section of sections) expect(WHOLE).to.match(new RegExp(`^${section}:`, 'm'));
    expect([policy.requirements.length, policy.waivers.length, policy.pending.map(({ until }) => until)]).to.deep.equal([
      3,
      1,
      ['2026-10-15', '2026-10-01'],
    ]);
  });

  it('explains every member of an entry, and every grade', () => {
    const { properties } = policyJsonSchema() as {
      properties: Record<string, { items?: { properties: Record<string, { enum?: string[] }> } }>;
    };
    const members = new Set(
      ['requirements', 'waivers', 'pending'].flatMap((name) => Object.keys(properties[name]?.items?.properties ?? {})),
    );
    for (const member of members) expect(POLICY.text, member).to.include(`\`${member}`);
    expect(rows(POLICY, '`requires`')).to.include.members(properties['requirements']?.items?.properties['requires']?.enum ?? ['none']);
  });

  it('decides by it as it says', async () => {
    const folder = workplace();
    const [again, write] = [...POLICY.text.matchAll(/^npx failpath (gate .*?)(?: +#.*)?$/gm)].map(([, line = '']) => line);
    expect(await run(again ?? '', folder)).to.equal(0);
    expect(await run(write ?? '', folder)).to.equal(0);
    expect(readFileSync(join(folder, 'failpath.baseline.json'), 'utf8')).to.equal('{\n  "violations": []\n}\n');
  });
});

describe('docs/gate.md', () => {
  it('shows commands that do what they say, one after the other', async () => {
    const folder = workplace();
    const lines = GATE.blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => text.split('\n'))
      .flatMap((line) => /^npx failpath ((?:gate|can-deploy|merge) [^<[]*?)(?: +#.*)?$/.exec(line)?.[1] ?? []);
    expect(lines.map((line) => line.split(' ')[0])).to.deep.equal(['gate', 'can-deploy', 'merge']);
    // By the policy of its own page: without one, the ledger is not proven.
    const codes: number[] = [];
    for (const line of lines) codes.push(await run(line.startsWith('gate') ? `${line} --policy failpath.policy.yaml` : line, folder));
    expect(codes).to.deep.equal([0, 0, 0]);
  });

  it('explains every member of a record', () => {
    const ledger = staging();
    const policy = readPolicy(join(workplace(), 'failpath.policy.yaml'));
    const record = toRecord({
      build: '4f2c',
      saved: { sha256: 'e'.repeat(64) },
      decided: decide(ledger, { policy, now: NOW }).ledger,
      now: NOW,
    });
    expect(rows(GATE, 'member')).to.include.members(Object.keys(record));
    for (const member of Object.keys(record.lapses[0] ?? { none: 0 })) expect(GATE.text, member).to.include(`\`${member}\``);
  });
});

describe('docs/ledger.md: reasons', () => {
  it('lists every kind', () => {
    expect(rows(LEDGER, 'kind')).to.have.members([...REASON_KINDS]);
  });

  it('leads from page to page to headings that are there', () => {
    const anchors = (text: string): string[] =>
      [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
    for (const { file, text } of [POLICY, GATE, LEDGER])
      for (const [, page = '', anchor = ''] of text.matchAll(/\]\(([\w./-]*)#([^)]+)\)/g)) {
        const target = page === '' ? text : readFileSync(join(ROOT, 'docs', page), 'utf8');
        expect(anchors(target), `${file}: ${page}#${anchor}`).to.include(anchor);
      }
  });
});
