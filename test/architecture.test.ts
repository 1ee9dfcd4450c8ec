import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Which rooms a room may look into. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  mocks: ['spec'],
  contracts: ['spec'],
  ci: ['contracts', 'spec'],
  cli: ['spec', 'mocks', 'contracts', 'ci'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(room: string): Import[] {
  const files = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const from = join(room, file);
    const text = readFileSync(join(ROOT, from), 'utf8');
    return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, target]) => ({
      from,
      to: normalize(join(dirname(from), target ?? '')),
    }));
  });
}

/** Capabilities and names of files that are spelled like codes. */
const NO_CODES = new Set(['work.own', 'work.other', 'work.external', 'work.direct', 'session.har']);

const roomOf = (file: string): string => file.split('/')[0] ?? '';

describe('the architecture', () => {
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    const outward = importsOf(room).filter(({ to }) => roomOf(to) !== room);

    it(`${room}/ imports only ${allowed.length === 0 ? 'itself' : allowed.map((one) => `${one}/`).join(', ')}`, () => {
      expect(outward.filter(({ to }) => !allowed.includes(roomOf(to))).map(({ from, to }) => `${from} imports ${to}`)).to.deep.equal([]);
    });

    it(`${room}/ enters other rooms through their index`, () => {
      const around = outward.filter(({ to }) => !/^\w+\/index\.js$/.test(to));
      expect(around.map(({ from, to }) => `${from} imports ${to}`)).to.deep.equal([]);
    });
  }

  it('says so on at most 60 lines', () => {
    expect(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8').trimEnd().split('\n').length).to.be.at.most(60);
  });

  it('names no code in mocks, contracts or cli that the contract does not declare', async () => {
    const { loadContract } = await import('../spec/index.js');
    const contract = await loadContract(join(ROOT, 'openapi.yaml'));
    const domains = [...new Set(contract.failures.map(({ code }) => code.split('.')[0]))];
    const declared = new Set(contract.failures.map(({ code }) => code));
    const named = new RegExp(`'((?:${domains.join('|')})\\.[a-z_]+)'`, 'g');
    const unknown = ['mocks', 'contracts', 'ci', 'cli'].flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) =>
          [...readFileSync(join(ROOT, room, file), 'utf8').matchAll(named)]
            .map(([, code]) => code ?? '')
            .filter((code) => !declared.has(code) && !NO_CODES.has(code))
            .map((code) => `${relative(ROOT, join(ROOT, room, file))}: ${code}`),
        ),
    );
    expect(unknown).to.deep.equal([]);
  });
});
