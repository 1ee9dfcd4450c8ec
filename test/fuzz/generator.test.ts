import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  atsSuite,
  createDeployment,
  createPlan,
  createTransport,
  discoverWorld,
  prepareRun,
  type Deployment,
} from '../../contracts/index.js';
import { provide, type Base } from '../../contracts/fuzz/bases.js';
import { build, casesOf, violationsOf, type Case } from '../../contracts/fuzz/cases.js';
import { toCurl } from '../../contracts/fuzz/curl.js';
import { mutationsOf, type Mutation } from '../../contracts/fuzz/input/index.js';
import { fill, isIdle } from '../../contracts/fuzz/placeholders.js';
import { createRandom } from '../../contracts/fuzz/random.js';
import { smallerThan } from '../../contracts/fuzz/shrink.js';
import { isSendable, toRaw } from '../../contracts/fuzz/wire.js';
import { startMock } from '../../mocks/index.js';
import type { Contract, Operation } from '../../spec/index.js';
import { createRedactor } from '../../spec/index.js';
import { contract } from '../support/judge.js';

interface Tried {
  readonly operation: Operation;
  readonly base: Base;
  readonly mutations: readonly Mutation[];
}

/** Good requests of every operation of the ATS, and all that is done to them. */
async function allTried(of: Contract): Promise<{ readonly tried: readonly Tried[]; readonly deployment: Deployment }> {
  const mock = await startMock({ port: 0, contract: of });
  const transport = createTransport({ timeoutMs: 10_000, connections: 4 });
  try {
    const deployment = await discoverWorld(mock.url, transport);
    if (deployment === undefined) throw new Error('the mock has no world');
    const { context } = prepareRun(createPlan(of, atsSuite, deployment), { transport });
    const tried: Tried[] = [];
    for (const operation of of.operations) {
      const base = await provide(context, operation);
      tried.push({ operation, base, mutations: mutationsOf(of, base.draft, new Set(atsSuite.fuzz?.ids)) });
    }
    return { tried, deployment };
  } finally {
    await transport.close();
    await mock.close();
  }
}

describe('fuzz: the requests that it makes', function () {
  this.timeout(120_000);
  let all: Awaited<ReturnType<typeof allTried>>;
  const bodyOf = ({ operation, base }: Tried, ...mutations: Mutation[]): string | undefined =>
    build(base.draft, { operation, mutations, trims: [] }, base.values, true).request.body;
  const each = (look: (tried: Tried, mutation: Mutation) => void): number => {
    const pairs = all.tried.flatMap((tried) => tried.mutations.map((mutation) => [tried, mutation] as const));
    pairs.forEach(([tried, mutation]) => look(tried, mutation));
    return pairs.length;
  };
  const expectsOf = ({ operation, base }: Tried, ...mutations: Mutation[]): string =>
    build(base.draft, { operation, mutations, trims: [] }, base.values, true).expects;
  const named = ({ operation }: Tried, { says }: Mutation): string => `${operation.id} with ${says}`;

  before(async () => {
    all = await allTried(contract);
  });

  it('are good where they are a control', () => {
    for (const tried of all.tried) {
      expect(tried.base.good, tried.operation.id).to.equal(true);
      expect(expectsOf(tried), tried.operation.id).to.equal('accepted');
      expect(violationsOf(tried.operation, bodyOf(tried), tried.base.values), tried.operation.id).to.have.lengthOf(0);
    }
  });

  it('violate what they say that they violate, and that is always refused', () => {
    const wrong: string[] = [];
    let looked = 0;
    each((tried, mutation) => {
      if (mutation.violates === undefined) return;
      looked += 1;
      const pointer = mutation.place.replace(/^body ?/, '');
      const found = violationsOf(tried.operation, bodyOf(tried, mutation), tried.base.values);
      const isThere = found.some((one) => one.keyword === mutation.violates && one.pointer.startsWith(pointer));
      if (!isThere || expectsOf(tried, mutation) !== 'refused') wrong.push(named(tried, mutation));
    });
    expect(wrong).to.deep.equal([]);
    expect(looked).to.be.greaterThan(300);
  });

  it('say "refused" of a body only where its schema does, or where it is no JSON', () => {
    const wrong: string[] = [];
    each((tried, mutation) => {
      if (!mutation.place.startsWith('body') || mutation.expects !== undefined) return;
      const found = violationsOf(tried.operation, bodyOf(tried, mutation), tried.base.values);
      const isBroken = found.some(({ keyword }) => keyword !== 'format' || mutation.breaksFormat === true);
      if ((expectsOf(tried, mutation) === 'refused') !== isBroken) wrong.push(named(tried, mutation));
    });
    each((tried, mutation) => {
      if (mutation.place !== 'body text' || mutation.expects !== 'refused') return;
      const body = bodyOf(tried, mutation);
      if (body !== undefined && isJson(fill(body, tried.base.values, 'body'))) wrong.push(named(tried, mutation));
    });
    expect(wrong).to.deep.equal([]);
  });

  it('carry no valid credential where they must be refused for it', () => {
    const wrong: string[] = [];
    let looked = 0;
    each((tried, mutation) => {
      if (!mutation.place.startsWith('credential') || mutation.expects !== 'refused') return;
      looked += 1;
      const { request } = build(
        tried.base.draft,
        { operation: tried.operation, mutations: [mutation], trims: [] },
        tried.base.values,
        true,
      );
      const token = tried.base.values.get(tried.base.draft.as ?? '');
      const raw = toRaw(request, tried.base.values, () => 'x');
      // What changes nothing, such as the case of digits, is not sent.
      if (request.headers.some(([, value]) => isIdle(value, tried.base.values))) return;
      if (raw.headers.some(([name, value]) => name === 'authorization' && value === `Bearer ${token}`)) wrong.push(named(tried, mutation));
    });
    expect(wrong).to.deep.equal([]);
    expect(looked).to.be.greaterThan(500);
  });

  it('differ from the good request, and can nearly all be sent', () => {
    const same: string[] = [];
    let unsendable = 0;
    const count = each((tried, mutation) => {
      const [plain, changed] = [[], [mutation]].map((mutations) => {
        const one: Case = { operation: tried.operation, mutations, trims: [] };
        return toRaw(build(tried.base.draft, one, tried.base.values, true).request, tried.base.values, () => 'x');
      });
      if (JSON.stringify(plain) === JSON.stringify(changed) && mutation.family !== 'control') same.push(named(tried, mutation));
      if (changed !== undefined && !isSendable(changed)) unsendable += 1;
    });
    // A choice is also tried as it is; a token of digits has no case.
    expect(same.filter((one) => !/a token in (?:upper|lower) case|with its case|a token of a choice/.test(one))).to.deep.equal([]);
    expect(unsendable).to.equal(0);
    expect(count).to.be.greaterThan(3000);
  });

  it('get smaller step by step, and stay good but for what was done to them', () => {
    for (const tried of all.tried) {
      const [first] = tried.mutations;
      if (first === undefined) continue;
      let one: Case = { operation: tried.operation, mutations: [first], trims: [] };
      for (let steps = 0; steps < 100; steps++) {
        const next = [...smallerThan(one, tried.base)].find(({ mutations }) => mutations.length > 0);
        if (next === undefined) break;
        one = next;
        const rest = build(tried.base.draft, { ...one, mutations: [] }, tried.base.values, true).request.body;
        expect(violationsOf(tried.operation, rest, tried.base.values), tried.operation.id).to.have.lengthOf(0);
        expect(steps, 'an end').to.be.lessThan(99);
      }
    }
  });

  it('come in the same order for the same seed, and in another one for another', () => {
    const first = (seed: number): string[] => {
      const told: string[] = [];
      for (const { operation, mutations } of casesOf(all.tried, createRandom(seed))) {
        told.push(`${operation.id}: ${mutations.map(({ place, says }) => `${place} ${says}`).join(' and ')}`);
        if (told.length === 6000) break;
      }
      return told;
    };
    expect(first(7)).to.deep.equal(first(7));
    expect(first(7)).not.to.deep.equal(first(8));
    expect(new Set(first(7)).size).to.be.greaterThan(5000);
  });

  it('show some of every kind early, also in a short run', () => {
    const kinds = new Set(all.tried.flatMap(({ operation, mutations }) => mutations.map(({ family }) => `${operation.id} ${family}`)));
    const seen = new Set<string>();
    let count = 0;
    for (const { operation, mutations } of casesOf(all.tried, createRandom(1))) {
      mutations.forEach(({ family }) => seen.add(`${operation.id} ${family}`));
      if (++count === kinds.size + all.tried.length) break;
    }
    expect(seen.size).to.equal(kinds.size);
  });

  it('are the same as commands for a shell', () => {
    const { deployment } = all;
    const commands: string[] = [];
    const expected: string[][] = [];
    const secret = new Map([...deployment.identities].map(([name, one]) => [name, { ...one, public: false }]));
    each((tried, mutation) => {
      const { request } = build(
        tried.base.draft,
        { operation: tried.operation, mutations: [mutation], trims: [] },
        tried.base.values,
        true,
      );
      if (/\$\{repeat|\$\{unique|\$\{bytes/.test(JSON.stringify(request)) || request.body?.includes('\u0000') === true) return;
      if (commands.length >= 1500) return;
      commands.push(
        toCurl(request, { deployment: { ...deployment, identities: secret }, redactor: createRedactor(), values: tried.base.values }),
      );
      const raw = toRaw(request, tried.base.values, () => 'x');
      expected.push([
        deployment.url + raw.target,
        ...raw.headers.map(([name, value]) => (value === '' ? `${name};` : `${name}: ${value}`)),
        ...(raw.body === undefined ? [] : [String(raw.body)]),
      ]);
    });
    expect(commands.filter((command) => command.includes('\n'))).to.deep.equal([]);
    const env = Object.fromEntries([...secret.values()].map(({ name, value }) => [variableOf(name), value]));
    const tokens = Object.fromEntries(
      all.tried.flatMap(({ base: { draft, values } }) => (draft.as === null ? [] : [[variableOf(draft.as), values.get(draft.as)]])),
    );
    const script = `curl() { printf '%s\\0' "$@"; printf '@@end@@'; }\n${commands.join('\n')}\n`;
    const printed = execFileSync('bash', {
      input: script,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...env, ...tokens },
    });
    const sent = printed.split('@@end@@').slice(0, -1).map(argumentsOf);
    expect(sent.length).to.equal(commands.length);
    const wrong = sent.flatMap((one, index) => (JSON.stringify(one) === JSON.stringify(expected[index]) ? [] : [commands[index]]));
    expect(wrong.slice(0, 3)).to.deep.equal([]);
  });
});

describe('fuzz: bodies that are too long or no text, as commands for a shell', () => {
  const printed = (body: string): string => {
    const request = { operation: 'x', method: 'POST', target: '/', headers: [], body, as: null };
    const context = {
      deployment: createDeployment({ url: 'http://127.0.0.1:1' }),
      redactor: createRedactor(),
      values: new Map([['id', "it's"]]),
    };
    return execFileSync('bash', { input: `curl() { base64 -w0; }\n${toCurl(request, context)}`, encoding: 'utf8' });
  };
  for (const [what, body, bytes] of [
    ['bytes', '{"a":"${bytes ff00c0}"}', Buffer.from('7b2261223a22ff00c0227d', 'hex')],
    ['UTF-16', '${bytes fffe7b007d00}', Buffer.from('\ufeff{}', 'utf16le')],
    ['long', '["${repeat 5000 😀}${bytes 5c}", "${id}"]', Buffer.from(`["${'😀'.repeat(5000)}\\", "it's"]`)],
  ] as const)
    it(what, () => {
      expect(printed(body)).to.equal(bytes.toString('base64'));
      const raw = toRaw({ operation: 'x', method: 'POST', target: '/', headers: [], body, as: null }, new Map([['id', "it's"]]), () => 'x');
      expect(Buffer.from(raw.body ?? '').equals(bytes)).to.equal(true);
    });
});

const variableOf = (name: string): string => `FAILPATH_${name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`;

/** URL, headers and body of a call of curl. */
function argumentsOf(printed: string): string[] {
  const words = printed.split('\u0000').slice(0, -1);
  const url = words.find((word) => word.startsWith('http')) ?? '';
  const headers = words.flatMap((word, index) => (words[index - 1] === '-H' && word !== 'content-type:' ? [word] : []));
  const at = words.indexOf('--data-raw');
  return [url, ...headers, ...(at < 0 ? [] : [words[at + 1] ?? ''])];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
