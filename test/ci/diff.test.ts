import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { diffContracts } from '../../ci/index.js';
import { KINDS } from '../../ci/diff/types.js';
import { jsonPointer, loadContract, type Contract } from '../../spec/index.js';

/** A document under change: JSON pointers lead to what is set, or taken away. */
interface Draft {
  readonly document: Record<string, unknown>;
  get(pointer: string): never;
  set(pointer: string, value: unknown): void;
  remove(pointer: string): void;
}

const TOY = readFileSync(new URL('../contracts/toy.yaml', import.meta.url), 'utf8');
const EXISTS = '/components/schemas/thing.exists/properties/error/properties/details';
const ENVELOPE = '/components/schemas/Envelope/properties/error';
const MAKE = '/paths/~1things/post';
const REMOVE = '/paths/~1things~1{id}/delete';
const answer = (operation: string, status: number): string => `${operation}/responses/${status}`;
const json = (at: string): string => `${at}/content/application~1json`;
const BODY = `${json(`${MAKE}/requestBody`)}/schema`;

function draft(text: string): Draft {
  const document = parse(text) as Record<string, unknown>;
  return {
    document,
    get: (pointer) => {
      const value = jsonPointer.get(document, pointer);
      if (value === undefined) throw new Error(`nothing stands at ${pointer}`);
      return structuredClone(value) as never;
    },
    set: (pointer, value) => void jsonPointer.set(document, pointer, value),
    remove: (pointer) => {
      const at = pointer.lastIndexOf('/');
      const parent = jsonPointer.get(document, pointer.slice(0, at)) as Record<string, unknown>;
      const key = pointer
        .slice(at + 1)
        .replaceAll('~1', '/')
        .replaceAll('~0', '~');
      if (!(key in parent)) throw new Error(`nothing stands at ${pointer}`);
      delete parent[key];
    },
  };
}

/** The toy, with details that there is something to change about. */
function base(): Draft {
  const toy = draft(TOY);
  toy.set(EXISTS, {
    type: 'object',
    required: ['id', 'kind', 'limit'],
    properties: {
      id: { type: 'string', maxLength: 10 },
      kind: { enum: ['pot', 'pan'] },
      limit: { type: 'integer', minimum: 1 },
      hint: { type: ['string', 'null'] },
      tags: { type: 'array', items: { type: 'string' } },
    },
  });
  toy.set(`${json(answer(MAKE, 409))}/examples/thing.exists/value/error/details`, { id: '1', kind: 'pot', limit: 1 });
  toy.set('/x-failpath/limits', { things: { value: 10, unit: 'things', description: 'So many.' } });
  toy.set('/x-failpath/refusals', { unknownRoute: 'key.missing' });
  toy.set(`${BODY}/properties/name/maxLength`, 50);
  return toy;
}

/** The refusal of a code on an operation, in the place of what is there under the status. */
function single(code: string): unknown {
  return {
    description: code,
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${code}` },
        examples: { [code]: { value: { error: { code, message: 'No.', request_id: 'req_1' } } } },
      },
    },
  };
}

type Pair = readonly [what: string, change: (now: Draft) => void, told: readonly string[]];

const PAIRS: readonly Pair[] = [
  ['nothing', () => undefined, []],
  // What clients break of.
  ['a code removed', (now) => now.remove(answer(MAKE, 409)), ['breaking code-removed makeThing 409 thing.exists']],
  [
    'another status',
    (now) => {
      now.set(answer(MAKE, 410), now.get(answer(MAKE, 409)));
      now.remove(answer(MAKE, 409));
    },
    ['breaking status-changed makeThing 410 thing.exists'],
  ],
  [
    'a code moved off an operation that others keep',
    (now) => now.remove(answer(REMOVE, 401)),
    ['breaking code-moved removeThing 401 key.missing'],
  ],
  [
    'a code moved off one, onto another',
    (now) => {
      now.set(answer(REMOVE, 503), single('toy.down'));
      now.remove(answer(MAKE, 503));
    },
    ['breaking code-moved makeThing 503 toy.down', 'attention code-added removeThing 503 toy.down'],
  ],
  [
    'a member of details removed',
    (now) => now.remove(`${EXISTS}/properties/hint`),
    ['breaking member-removed makeThing 409 thing.exists at /error/details/hint'],
  ],
  [
    'a member of details that is required, removed',
    (now) => {
      now.remove(`${EXISTS}/properties/limit`);
      now.set(`${EXISTS}/required`, ['id', 'kind']);
    },
    ['breaking member-removed makeThing 409 thing.exists at /error/details/limit'],
  ],
  [
    'a member of details made optional',
    (now) => now.set(`${EXISTS}/required`, ['id', 'kind']),
    ['breaking member-optional makeThing 409 thing.exists at /error/details/limit'],
  ],
  [
    'details that may be absent',
    (now) => now.remove('/components/schemas/thing.exists/properties/error/required'),
    ['breaking member-optional makeThing 409 thing.exists at /error/details'],
  ],
  [
    'a text that is shorter',
    (now) => now.set(`${EXISTS}/properties/id/maxLength`, 5),
    ['breaking member-narrowed makeThing 409 thing.exists at /error/details/id: maxLength 10 -> maxLength 5'],
  ],
  [
    'a text with a pattern',
    (now) => now.set(`${EXISTS}/properties/id/pattern`, '^a'),
    ['breaking member-narrowed makeThing 409 thing.exists at /error/details/id: no pattern -> pattern "^a"'],
  ],
  [
    'a number that is a text',
    (now) => now.set(`${EXISTS}/properties/limit`, { type: 'string' }),
    [
      'breaking type-changed makeThing 409 thing.exists at /error/details/limit: integer -> string',
      'informational member-widened makeThing 409 thing.exists at /error/details/limit: minimum 1 -> no minimum',
    ],
  ],
  [
    'a member that is never null any more',
    (now) => now.set(`${EXISTS}/properties/hint/type`, 'string'),
    ['breaking type-changed makeThing 409 thing.exists at /error/details/hint: null or string -> string'],
  ],
  [
    'a member that may be null',
    (now) => now.set(`${EXISTS}/properties/id/type`, ['string', 'null']),
    ['breaking type-changed makeThing 409 thing.exists at /error/details/id: string -> null or string'],
  ],
  [
    'other items',
    (now) => now.set(`${EXISTS}/properties/tags/items/type`, 'integer'),
    ['breaking type-changed makeThing 409 thing.exists at /error/details/tags/*: string -> integer'],
  ],
  [
    'a value of an enum removed',
    (now) => now.set(`${EXISTS}/properties/kind/enum`, ['pot']),
    ['breaking value-removed makeThing 409 thing.exists at /error/details/kind: "pan" -> nothing'],
  ],
  [
    'a value of an enum in the place of another',
    (now) => now.set(`${EXISTS}/properties/kind/enum`, ['pot', 'lid']),
    [
      'breaking value-removed makeThing 409 thing.exists at /error/details/kind: "pan" -> nothing',
      'attention value-added makeThing 409 thing.exists at /error/details/kind: nothing -> "lid"',
    ],
  ],
  [
    'another retry class',
    (now) => now.set('/components/schemas/toy.down/x-retry', 'never'),
    ['breaking retry-changed makeThing 503 toy.down: backoff -> never'],
  ],
  ['another limit', (now) => now.set('/x-failpath/limits/things/value', 9), ['breaking limit-changed at things: 10 things -> 9 things']],
  ['a limit removed', (now) => now.remove('/x-failpath/limits/things'), ['breaking limit-removed at things: 10 things -> nothing']],
  [
    'a shorter text in requests',
    (now) => now.set(`${BODY}/properties/name/maxLength`, 40),
    ['breaking limit-changed makeThing at /name: maxLength 50 -> maxLength 40'],
  ],
  [
    'another content type of errors: once for all',
    (now) => {
      for (const at of [answer(MAKE, 409), answer(MAKE, 503)]) {
        now.set(`${at}/content`, { 'application/problem+json': now.get(json(at)) });
      }
    },
    ['breaking content-type-changed makeThing: application/json -> application/problem+json'],
  ],
  [
    'a member more that requests must have',
    (now) => {
      now.set(`${BODY}/properties/size`, { type: 'integer' });
      now.set(`${BODY}/required`, ['size']);
    },
    ['breaking request-narrowed makeThing at /size: nothing -> integer, required'],
  ],
  [
    'a header that requests must have',
    (now) => now.set(`${REMOVE}/parameters/1`, { name: 'If-Match', in: 'header', required: true, schema: { type: 'string' } }),
    ['breaking request-narrowed removeThing at header If-Match: not declared -> required'],
  ],
  [
    'a header of an error that may be absent',
    (now) => now.set(`${answer(MAKE, 503)}/headers/Retry-After/required`, false),
    ['breaking header-removed makeThing 503 toy.down at retry-after'],
  ],
  [
    'the envelope somewhere else',
    (now) => now.set('/x-failpath/envelope/requestId', '/error/trace'),
    ['breaking envelope-moved at requestId: /error/request_id -> /error/trace'],
  ],
  [
    'a request id that may be absent: once for all codes',
    (now) => now.set(`${ENVELOPE}/required`, ['code', 'message']),
    ['breaking member-optional makeThing removeThing at /error/request_id'],
  ],
  [
    'another code for unknown routes',
    (now) => now.set('/x-failpath/refusals/unknownRoute', 'thing.forbidden'),
    ['breaking refusal-changed at unknownRoute: key.missing -> thing.forbidden'],
  ],
  [
    'an operation removed: its codes are elsewhere',
    (now) => now.remove('/paths/~1things~1{id}'),
    ['breaking operation-removed removeThing: DELETE /things/{} -> nothing'],
  ],
  [
    'an operation moved',
    (now) => {
      now.set('/paths/~1pots~1{id}', now.get('/paths/~1things~1{id}'));
      now.remove('/paths/~1things~1{id}');
    },
    ['breaking operation-moved removeThing: DELETE /things/{} -> DELETE /pots/{}'],
  ],
  // What clients should look at.
  ['a code added', (now) => now.set(answer(REMOVE, 503), single('toy.down')), ['attention code-added removeThing 503 toy.down']],
  [
    'a new operation with a code that is new to the API',
    (now) => {
      now.set('/components/schemas/lid.lost', {
        ...(now.get('/components/schemas/toy.down') as object),
        properties: { error: { properties: { code: { const: 'lid.lost' } } } },
      });
      now.set('/paths/~1lids', { get: { operationId: 'findLid', responses: { 204: { description: 'There.' }, 404: single('lid.lost') } } });
    },
    ['attention code-added findLid 404 lid.lost', 'informational operation-added findLid: nothing -> GET /lids'],
  ],
  [
    'another order of refusal',
    (now) => now.set('/components/securitySchemes/key/x-failures', ['key.revoked', 'key.missing']),
    ['attention order-changed makeThing removeThing: key.missing, key.revoked -> key.revoked, key.missing'],
  ],
  [
    'another credential',
    (now) => now.set(`${REMOVE}/security`, [{ key: ['things:remove'] }]),
    ['attention credential-changed removeThing: key -> key things:remove'],
  ],
  // What they may know.
  [
    'a member of details added',
    (now) => now.set(`${EXISTS}/properties/since`, { type: 'string' }),
    ['informational member-added makeThing 409 thing.exists at /error/details/since: nothing -> string'],
  ],
  [
    'a member of details that is always there',
    (now) => now.set(`${EXISTS}/required`, ['id', 'kind', 'limit', 'hint']),
    ['informational member-required makeThing 409 thing.exists at /error/details/hint: optional -> required'],
  ],
  [
    'other words, and a message that is longer',
    (now) => {
      now.set('/components/schemas/toy.down/description', 'It does not work.');
      now.set(`${ENVELOPE}/properties/message/minLength`, 2);
    },
    ['informational wording-changed makeThing 503 toy.down: Toy down -> Toy down'],
  ],
  [
    'a cause more and a cause less',
    (now) => now.set('/components/schemas/toy.down/x-causes', ['overload']),
    ['informational cause-removed makeThing 503 toy.down at upstream down', 'informational cause-added makeThing 503 toy.down at overload'],
  ],
  [
    'another success',
    (now) => now.set(`${json(answer(MAKE, 201))}/schema/properties/size`, { type: 'integer' }),
    ['informational success-changed makeThing'],
  ],
  [
    'another name in the same place, also of a parameter',
    (now) => {
      now.set('/paths/~1things~1{thing}', now.get('/paths/~1things~1{id}'));
      now.remove('/paths/~1things~1{id}');
      now.set('/paths/~1things~1{thing}/delete/operationId', 'deleteThing');
      now.set('/paths/~1things~1{thing}/delete/parameters/0/name', 'thing');
    },
    ['informational operation-renamed deleteThing: removeThing -> deleteThing'],
  ],
  [
    'a header that is always there, a limit that is declared, another magic value',
    (now) => {
      now.set(`${answer(MAKE, 409)}/headers`, { 'X-Kind': { required: true, schema: { type: 'string' } } });
      now.set('/x-failpath/limits/pots', { value: 3, unit: 'pots', description: 'So few.' });
      now.set('/x-failpath/magic', ['/name']);
      now.set('/components/schemas/toy.down/x-magic', 'go down');
    },
    [
      'informational limit-added at pots: nothing -> 3 pots',
      'informational header-added makeThing 409 thing.exists at x-kind',
      'informational magic-changed makeThing 503 toy.down: nothing -> go down',
    ],
  ],
  [
    'a member that requests may leave out, and one that may be null and longer',
    (now) => {
      now.set(`${BODY}/properties/size`, { type: 'integer' });
      now.set(`${BODY}/properties/name/type`, ['string', 'null']);
      now.remove(`${BODY}/properties/name/maxLength`);
    },
    [
      'informational request-widened makeThing at /name: string -> null or string',
      'informational request-widened makeThing at /name: maxLength 50 -> no maxLength',
      'informational request-widened makeThing at /size: nothing -> integer',
    ],
  ],
  [
    'a webhook',
    (now) =>
      now.set('/webhooks', {
        made: {
          post: {
            requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
            responses: { 200: { description: 'Thanks.' } },
          },
        },
      }),
    ['informational webhooks-changed'],
  ],
  [
    'several at once, the worst first',
    (now) => {
      now.set(`${EXISTS}/properties/since`, { type: 'string' });
      now.set(answer(REMOVE, 503), single('toy.down'));
      now.remove(`${EXISTS}/properties/hint`);
      now.set('/x-failpath/limits/things/value', 9);
    },
    [
      'breaking limit-changed at things: 10 things -> 9 things',
      'breaking member-removed makeThing 409 thing.exists at /error/details/hint',
      'attention code-added removeThing 503 toy.down',
      'informational member-added makeThing 409 thing.exists at /error/details/since: nothing -> string',
    ],
  ],
];

/** Written otherwise, and the same: none of these is a change. */
const REORGANISED: readonly (readonly [what: string, change: (now: Draft) => void])[] = [
  [
    'refs moved',
    (now) => {
      now.set('/components/schemas/Details', now.get(EXISTS));
      now.set(EXISTS, { $ref: '#/components/schemas/Details' });
      now.set('/components/schemas/Wrapping', now.get('/components/schemas/Envelope'));
      for (const code of ['key.missing', 'key.revoked', 'thing.forbidden', 'thing.exists', 'toy.down'])
        now.set(`/components/schemas/${code}/allOf`, [{ $ref: '#/components/schemas/Wrapping' }]);
      now.remove('/components/schemas/Envelope');
    },
  ],
  [
    'a shared answer',
    (now) => {
      now.set('/components/responses', { Missing: now.get(answer(REMOVE, 401)) });
      now.set(answer(REMOVE, 401), { $ref: '#/components/responses/Missing' });
      now.set(answer(MAKE, 401), { $ref: '#/components/responses/Missing' });
    },
  ],
  [
    'definitions of its own',
    (now) => {
      const details = now.get(EXISTS) as object;
      now.set(EXISTS, { $ref: `#${EXISTS.replace('/properties/error/properties/details', '/$defs/Details')}` });
      now.set('/components/schemas/thing.exists/$defs', { Details: details });
    },
  ],
  [
    'allOf written out, and the other way round',
    (now) => {
      const envelope = now.get(ENVELOPE) as { readonly properties: object };
      now.set('/components/schemas/toy.down', {
        ...(now.get('/components/schemas/toy.down') as object),
        allOf: [{ type: 'object' }, { required: ['error'] }],
        properties: {
          error: { ...(envelope as object), properties: { ...envelope.properties, code: { type: 'string', const: 'toy.down' } } },
        },
      });
      now.set(EXISTS, { allOf: [now.get(EXISTS), { type: 'object' }, { required: ['id'] }, { properties: { id: { type: 'string' } } }] });
    },
  ],
  [
    'the order of members, names and values',
    (now) => {
      const details = now.get(EXISTS) as { readonly properties: object };
      now.set(EXISTS, {
        ...(details as object),
        properties: Object.fromEntries(Object.entries(details.properties).toReversed()),
        required: ['limit', 'kind', 'id'],
      });
      now.set(`${EXISTS}/properties/kind`, { type: 'string', enum: ['pan', 'pot'] });
      now.set('/components', Object.fromEntries(Object.entries(now.get('/components') as object).toReversed()));
    },
  ],
  [
    'one value, one type, one of one',
    (now) => {
      now.set(`${EXISTS}/properties/kind`, { anyOf: [{ const: 'pot' }, { enum: ['pan'] }] });
      now.set(`${EXISTS}/properties/hint`, { oneOf: [{ type: 'string' }, { type: 'null' }] });
      now.set(`${EXISTS}/properties/limit`, { allOf: [{ type: 'number' }, { type: ['integer'], minimum: 1, title: 'Limit' }] });
    },
  ],
  [
    '3.0 in the place of 3.1',
    (now) => {
      now.set('/openapi', '3.0.3');
      now.remove('/jsonSchemaDialect');
      now.set(`${EXISTS}/properties/hint`, { type: 'string', nullable: true });
      for (const code of ['key.missing', 'key.revoked', 'thing.forbidden', 'thing.exists', 'toy.down'])
        now.set(`/components/schemas/${code}/properties/error/properties/code`, { enum: [code] });
    },
  ],
  [
    'words, examples and the version',
    (now) => {
      now.set('/info/version', '2.0.0');
      now.set(`${MAKE}/summary`, 'Makes a thing.');
      now.set(`${EXISTS}/description`, 'Which one.');
      now.set(`${json(answer(MAKE, 409))}/examples/thing.exists/value/error/message`, 'Once more.');
    },
  ],
];

describe('the diff of two contracts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'failpath-diff-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  let files = 0;
  const load = async ({ document }: Draft): Promise<Contract> => {
    const file = join(folder, `${++files}`, 'openapi.yaml');
    mkdirSync(dirname(file));
    writeFileSync(file, stringify(document, { aliasDuplicateObjects: false }));
    return loadContract(file);
  };

  it('points at what has changed', async () => {
    const [from, to] = [draft(TOY), draft(TOY)];
    for (const { set } of [from, to]) {
      set('/x-failpath/limits', { things: { value: 10, unit: 'things', description: 'So many.' } });
      set(`${BODY}/properties/name/maxLength`, 50);
    }
    to.set('/x-failpath/limits/things/value', 9);
    to.set(`${BODY}/properties/name/maxLength`, 40);
    to.set('/components/securitySchemes/key/x-failures', ['key.revoked', 'key.missing']);
    const schema = `${json(answer(MAKE, 403))}/schema`;
    to.set(`${schema}/oneOf`, [{ $ref: '#/components/schemas/thing.forbidden' }, { $ref: '#/components/schemas/key.revoked' }]);
    const changes = diffContracts(await load(from), await load(to));
    expect(changes.map(({ kind, pointer }) => `${kind} ${pointer}`)).to.have.members([
      'limit-changed /x-failpath/limits/things/value',
      `limit-changed ${BODY}/properties/name/maxLength`,
      `order-changed ${schema}/oneOf/0`,
      'order-changed /components/securitySchemes/key/x-failures/0',
    ]);
  });
  const told = (before: Contract, now: Contract): string[] =>
    diffContracts(before, now).map(({ severity, kind, operations, status, code, at, before: from, after: to, says }) => {
      expect(says, kind).to.match(/\S/).and.not.contain('undefined');
      const silent = kind === 'member-removed' || (from === null && to === null) || kind === 'status-changed' || kind === 'member-optional';
      const values = silent ? '' : `: ${from ?? 'nothing'} -> ${to ?? 'nothing'}`;
      const where = [operations.join(' '), status, code, at === null ? undefined : `at ${at}`];
      return `${[severity, kind, ...where].filter((one) => one !== undefined && one !== null && one !== '').join(' ')}${values}`;
    });

  let old: Contract;
  before(async () => void (old = await load(base())));

  describe('tells', () => {
    for (const [what, change, expected] of PAIRS)
      it(what, async () => {
        const now = base();
        change(now);
        expect(told(old, await load(now))).to.deep.equal(expected);
      });
  });

  describe('is no change:', () => {
    for (const [what, change] of REORGANISED)
      it(what, async () => {
        const now = base();
        change(now);
        const contract = await load(now);
        expect(contract.sha256).to.not.equal(old.sha256);
        expect(told(old, contract)).to.deep.equal([]);
        expect(told(contract, old)).to.deep.equal([]);
      });

    it('all of that at once', async () => {
      const now = base();
      for (const [what, change] of REORGANISED.toReversed())
        if (!what.startsWith('allOf') && !what.startsWith('one value') && !what.startsWith('definitions')) change(now);
      expect(told(old, await load(now))).to.deep.equal([]);
    });
  });

  it('sees a change through any reorganisation', async () => {
    const now = base();
    for (const [what, change] of REORGANISED) if (what === 'refs moved') change(now);
    now.set('/components/schemas/Details/properties/kind/enum', ['pot']);
    expect(told(old, await load(now))).to.deep.equal([
      'breaking value-removed makeThing 409 thing.exists at /error/details/kind: "pan" -> nothing',
    ]);
  });

  it('comes to an end where schemas lie in themselves', async () => {
    const nest = (name: string, leaf: string): Draft => {
      const now = base();
      now.set(`/components/schemas/${name}`, {
        type: 'object',
        properties: { leaf: { type: leaf }, inner: { $ref: `#/components/schemas/${name}` } },
      });
      now.set(`${EXISTS}/properties/nest`, { $ref: `#/components/schemas/${name}` });
      return now;
    };
    const nested = await load(nest('Nest', 'string'));
    expect(told(nested, await load(nest('Called', 'string')))).to.deep.equal([]);
    expect(told(nested, await load(nest('Nest', 'integer')))).to.deep.equal([
      'breaking type-changed makeThing 409 thing.exists at /error/details/nest/leaf: string -> integer',
    ]);
  });

  it('has every kind of change in its documentation, with its severity, and tests of each', () => {
    const page = readFileSync(new URL('../../docs/diff.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^\| `([a-z-]+)` +\| (\w+)/gm)].map(([, kind, severity]) => `${kind} ${severity}`);
    expect(documented).to.deep.equal(Object.entries(KINDS).map(([kind, [severity]]) => `${kind} ${severity}`));
    const tested = new Set(PAIRS.flatMap(([, , lines]) => lines.map((line) => line.split(' ')[1])));
    expect(Object.keys(KINDS).filter((kind) => !tested.has(kind))).to.deep.equal([]);
  });
});
