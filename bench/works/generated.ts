import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { Flow } from '../load-types.js';

/** How large a contract is. */
export interface Size {
  readonly operations: number;
  /** Of each operation, spread over the statuses of 4xx. */
  readonly failures: number;
}

const STATUSES = [400, 401, 403, 404, 409, 410, 412, 413, 422, 429];
const codeOf = (n: number): string => `failure.number_${n}`;
const schema = (name: string): unknown => ({ $ref: `#/components/schemas/${name}` });

const ENVELOPE = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'request_id'],
      properties: { code: { type: 'string' }, message: { type: 'string' }, details: { type: 'object' }, request_id: { type: 'string' } },
    },
  },
};

const THING = {
  type: 'object',
  required: ['name', 'parts'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 80 },
    parts: { type: 'array', items: { type: 'object', required: ['id'], properties: { id: { type: 'integer', minimum: 1 } } } },
  },
};

const CODE = (code: string): unknown => ({
  description: `What ${code} means.`,
  'x-causes': ['because'],
  'x-retry': 'never',
  allOf: [schema('Envelope')],
  properties: { error: { properties: { code: { const: code } } } },
});

function answersOf(failures: number): Readonly<Record<string, unknown>> {
  const codes = Array.from({ length: failures }, (_, n) => codeOf(n));
  const answers = STATUSES.map((status, at) => [status, codes.filter((_, n) => n % STATUSES.length === at)] as const);
  const content = (own: readonly string[]): unknown => ({
    'application/json': {
      schema: own.length === 1 ? schema(own[0] ?? '') : { oneOf: own.map(schema) },
      examples: Object.fromEntries(own.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
    },
  });
  return Object.fromEntries(
    answers
      .filter(([, own]) => own.length > 0)
      .map(([status, own]) => [String(status), { description: 'Refused.', content: content(own) }]),
  );
}

/** A contract of so many operations with so many failures each, as a document. */
function documentOf({ operations, failures }: Size): unknown {
  const codes = Array.from({ length: failures }, (_, n) => codeOf(n));
  const json = { schema: schema('Thing'), examples: { thing: { value: { name: 'Lamp', parts: [{ id: 1 }] } } } };
  const operation = (n: number): unknown => ({
    operationId: `change${n}`,
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    requestBody: { required: true, content: { 'application/json': json } },
    responses: { '200': { description: 'Done.', content: { 'application/json': json } }, ...answersOf(failures) },
  });
  return {
    openapi: '3.1.0',
    info: { title: 'Generated', version: '1.0.0' },
    'x-failpath': {
      envelope: { code: '/error/code', message: '/error/message', details: '/error/details', requestId: '/error/request_id' },
    },
    paths: Object.fromEntries(Array.from({ length: operations }, (_, n) => [`/things/{id}/changes/${n}`, { post: operation(n) }])),
    components: {
      schemas: { Thing: THING, Envelope: ENVELOPE, ...Object.fromEntries(codes.map((code) => [code, CODE(code)])) },
      examples: Object.fromEntries(
        codes.map((code) => [code, { value: { error: { code, message: `What ${code} says.`, request_id: 'req_1' } } }]),
      ),
    },
  };
}

/** Writes a generated contract as YAML. */
export function writeContract(file: string, size: Size): void {
  writeFileSync(file, stringify(documentOf(size), { aliasDuplicateObjects: false }));
}

/** The last failure of the last operation, by `Prefer`, with a valid request. */
export function lastFailure({ operations, failures }: Size): Flow {
  const last = failures - 1;
  return [
    {
      method: 'POST',
      path: `/things/17/changes/${operations - 1}`,
      headers: { 'content-type': 'application/json', prefer: `error=${codeOf(last)}` },
      body: JSON.stringify({ name: 'Lamp', parts: [{ id: 1 }] }),
      status: STATUSES[last % STATUSES.length] ?? 0,
    },
  ];
}
