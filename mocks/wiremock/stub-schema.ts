import { z } from 'zod';
import { MAX_DELAY_MS } from '../faults/index.js';
import { requestPattern } from './schema.js';

const milliseconds = z
  .int('must be a whole number of milliseconds')
  .min(0, 'must not be negative')
  .max(MAX_DELAY_MS, `must be at most ${MAX_DELAY_MS} milliseconds`);
const nullableText = z.string('must be a text').nullish();

/** Ways to draw a delay, by WireMock's names. */
export const delayDistribution = z
  .discriminatedUnion(
    'type',
    [
      z.strictObject({ type: z.literal('fixed'), milliseconds }),
      z
        .strictObject({ type: z.literal('uniform'), lower: milliseconds, upper: milliseconds })
        .refine(({ lower, upper }) => lower <= upper, 'must have a lower bound that is not above the upper one'),
      z.strictObject({
        type: z.literal('lognormal'),
        median: z.number('must be a number').gt(0, 'must be above 0').max(MAX_DELAY_MS, `must be at most ${MAX_DELAY_MS} milliseconds`),
        sigma: z.number('must be a number').min(0, 'must not be negative').max(10, 'must be at most 10'),
      }),
    ],
    'must be a delay of type fixed, uniform or lognormal',
  )
  .meta({ id: 'DelayDistribution' });

export type DelayDistribution = z.output<typeof delayDistribution>;

const FAULT_NAMES = ['CONNECTION_RESET_BY_PEER', 'EMPTY_RESPONSE', 'MALFORMED_RESPONSE_CHUNK', 'RANDOM_DATA_THEN_CLOSE'] as const;

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;
/** Visible characters, spaces and tabs, and whatever else Latin-1 has: what node:http can write. */
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
const headerValue = z.stringFormat('header value', HEADER_VALUE, 'must be a text without control characters');

export const responseDefinition = z
  .strictObject(
    {
      status: z.int('must be a whole number').min(200, 'must be at least 200').max(599, 'must be at most 599').nullish(),
      statusMessage: nullableText,
      headers: z
        .record(
          z.stringFormat('header name', HEADER_NAME, 'must be the name of a header'),
          z.union([headerValue, z.array(headerValue).min(1)], 'must be a text without control characters, or a list of such texts'),
        )
        .nullish(),
      body: nullableText,
      jsonBody: z.unknown().optional(),
      base64Body: nullableText,
      fault: z.enum(FAULT_NAMES, `must be one of ${FAULT_NAMES.join(', ')}`).nullish(),
      fixedDelayMilliseconds: milliseconds.nullish(),
      delayDistribution: delayDistribution.nullish(),
      chunkedDribbleDelay: z.strictObject({ numberOfChunks: z.int().min(1).max(10_000), totalDuration: milliseconds }).nullish(),
      proxyBaseUrl: nullableText,
      transformers: z.array(z.unknown()).max(0, 'names transformers, and this mock runs none: write what is to be answered').nullish(),
    },
    'must be a response such as {"status": 503}',
  )
  .superRefine((response, context) => {
    const bodies = (['body', 'jsonBody', 'base64Body'] as const).filter((name) => response[name] !== undefined && response[name] !== null);
    if (bodies.length > 1) context.addIssue({ code: 'custom', message: `has ${bodies.join(' and ')}, of which only one can be given` });
  })
  .meta({ id: 'ResponseDefinition' });

export type ResponseDefinition = z.output<typeof responseDefinition>;

const UUID = /^[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/;
const uuid = z.stringFormat('uuid', UUID, 'must be a UUID').nullish();
const name = z.string('must be a text').max(1_000, 'must have at most 1,000 characters').nullish();
const EMPTY = 'names what is to happen after an answer, and this mock calls nobody';

export const stubMapping = z
  .strictObject(
    {
      id: uuid,
      uuid,
      name,
      request: requestPattern.nullish(),
      response: responseDefinition.nullish(),
      priority: z.int('must be a whole number').min(1, 'must be at least 1').max(2_147_483_647, 'must be at most 2147483647').nullish(),
      scenarioName: name,
      requiredScenarioState: name,
      newScenarioState: name,
      metadata: z.record(z.string(), z.unknown(), 'must be an object').nullish(),
      persistent: z
        .literal(false, 'asks for a stub that is written to disk, and rules of this API are kept in memory: write it into a script file')
        .nullish(),
      postServeActions: z.union([z.array(z.unknown()).max(0), z.strictObject({})], EMPTY).nullish(),
      serveEventListeners: z.array(z.unknown(), EMPTY).max(0, EMPTY).nullish(),
    },
    'must be a stub mapping such as {"request": {"url": "/x"}, "response": {"status": 503}}',
  )
  .superRefine((stub, context) => {
    const add = (member: string, message: string): void => context.addIssue({ code: 'custom', path: [member], message });
    if (isText(stub.id) && isText(stub.uuid) && stub.id !== stub.uuid) add('uuid', 'differs from id, of which it is another name');
    if (isText(stub.scenarioName)) return;
    if (isText(stub.requiredScenarioState)) add('requiredScenarioState', 'belongs to a scenario, and there is no scenarioName');
    if (isText(stub.newScenarioState)) add('newScenarioState', 'belongs to a scenario, and there is no scenarioName');
  })
  .meta({ id: 'StubMapping', description: "A rule in WireMock's words; members that are not listed are refused by name." });

/** A stub as WireMock's clients write it; `null` is as good as nothing. */
export type StubMapping = z.output<typeof stubMapping>;

const isText = (value: unknown): boolean => typeof value === 'string';

export const globalSettings = z.strictObject(
  {
    fixedDelay: milliseconds.nullish(),
    delayDistribution: delayDistribution.nullish(),
    extended: z.strictObject({}, 'must be empty: this mock has no extensions').nullish(),
    // What is shown can be sent back.
    proxyPassThrough: z.literal(true, 'cannot be turned off: what no rule answers is answered from the contract').nullish(),
  },
  'must be settings such as {"fixedDelay": 500}',
);

export const stubImport = z.strictObject(
  {
    mappings: z.array(z.unknown(), 'must be a list of stubs'),
    importOptions: z
      .strictObject({
        duplicatePolicy: z.enum(['OVERWRITE', 'IGNORE'], 'must be OVERWRITE or IGNORE').nullish(),
        deleteAllNotInImport: z.boolean('must be true or false').nullish(),
      })
      .nullish(),
  },
  'must be an import such as {"mappings": []}',
);

export const stateInput = z.strictObject({ state: z.string('must be a text').nullish() }, 'must be a state such as {"state": "Started"}');

/** What WireMock knows and this mock does not support, by name, and what to do instead. */
export const UNSUPPORTED: Readonly<Record<string, string>> = {
  // Of a request
  scheme: 'The mock is reached by one address; leave it out.',
  host: 'The mock is reached by one address; leave it out.',
  port: 'The mock is reached by one address; leave it out.',
  clientIp: 'Rules do not look at addresses; match a header instead.',
  customMatcher: 'Extensions of WireMock cannot run here; use the matchers of urls, headers and bodies.',
  multipartPatterns: 'Parts of a body are not told apart; match the whole body with contains or matches.',
  // Of a content pattern
  binaryEqualTo: 'Bodies are matched as text; use equalTo.',
  equalToXml: 'XML is not parsed; use equalTo, contains or matches.',
  matchesXPath: 'XML is not parsed; use contains or matches.',
  xPathNamespaces: 'XML is not parsed; use contains or matches.',
  matchesJsonSchema: 'Bodies are not matched against a schema of their own; use equalToJson or matchesJsonPath.',
  schemaVersion: 'Bodies are not matched against a schema of their own; use equalToJson or matchesJsonPath.',
  before: 'Times are not compared; use equalTo or matches.',
  after: 'Times are not compared; use equalTo or matches.',
  equalToDateTime: 'Times are not compared; use equalTo or matches.',
  matchesPathTemplate: 'Use urlPathTemplate, or matches.',
  // Of a response
  bodyFileName: 'The mock reads no files on behalf of stubs; use body, jsonBody or base64Body.',
  transformerParameters: 'The mock runs no transformers: write what is to be answered.',
  additionalProxyRequestHeaders: 'A proxied request goes on as it came.',
  removeProxyRequestHeaders: 'A proxied request goes on as it came.',
  proxyUrlPrefixToRemove: 'A proxied request goes on as it came.',
  fromConfiguredStub: 'It is said of answers; a stub cannot set it.',
  maxValue: 'A lognormal delay has no bound of its own; use a uniform one.',
  // Of a stub
  insertionIndex: 'The stub that came last is asked first; import a list to give an order.',
  postServeActions: 'The mock calls nobody after an answer.',
};
