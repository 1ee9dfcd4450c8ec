import { mkdtempSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkContract, InputError, loadContract, type Contract, type Finding } from '../../spec/index.js';

/** A sound contract, as small as one can be that has a bit of everything. */
export const SOUND = `openapi: 3.1.0
info: {title: Things, version: 1.0.0}
x-failpath:
  refusals: {unknownRoute: thing.not_found, malformedBody: body.malformed, invalidBody: body.invalid}
paths:
  /things:
    post:
      operationId: createThing
      security: [{key: []}]
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/NewThing'}
            examples: {lamp: {value: {name: Lamp}}}
      responses:
        '201':
          description: Created.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
              examples: {lamp: {$ref: '#/components/examples/lamp'}}
        '400':
          description: No JSON.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/body.malformed'}
              examples: {body.malformed: {value: {error: {code: body.malformed, message: no JSON, request_id: req_1}}}}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '422':
          description: Not a thing.
          content:
            application/json:
              schema:
                oneOf:
                  - $ref: '#/components/schemas/body.invalid'
                  - $ref: '#/components/schemas/name.empty'
              examples:
                body.invalid: {value: {error: {code: body.invalid, message: no name, request_id: req_2}}}
                name.empty: {value: {error: {code: name.empty, message: empty name, request_id: req_3, details: {least: 1}}}}
  /things/{id}:
    get:
      operationId: getThing
      security: [{key: []}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}, example: 7}
      responses:
        '200':
          description: The thing.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
              examples: {lamp: {$ref: '#/components/examples/lamp'}}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '404':
          description: No thing.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/thing.not_found'}
              examples: {thing.not_found: {value: {error: {code: thing.not_found, message: gone, request_id: req_4}}}}
components:
  securitySchemes:
    key: {type: http, scheme: bearer, x-failures: [key.missing, key.unknown]}
  responses:
    Unauthorized:
      description: No key.
      headers:
        Retry-After: {schema: {type: integer}, example: 3}
      content:
        application/json:
          schema:
            oneOf:
              - $ref: '#/components/schemas/key.missing'
              - $ref: '#/components/schemas/key.unknown'
          examples:
            key.missing: {value: {error: {code: key.missing, message: no key, request_id: req_5}}}
            key.unknown: {value: {error: {code: key.unknown, message: who, request_id: req_6}}}
  schemas:
    NewThing:
      type: object
      required: [name]
      properties:
        name:
          type: string
          minLength: 1
          x-violations: {minLength: name.empty}
    Thing:
      allOf: [{$ref: '#/components/schemas/NewThing'}]
      required: [id]
      properties:
        id: {type: integer}
    Envelope:
      type: object
      required: [error]
      properties:
        error:
          type: object
          required: [code, message, request_id]
          properties:
            code: {type: string}
            message: {type: string}
            details: {type: object}
            request_id: {type: string}
    body.malformed: {allOf: [{$ref: '#/components/schemas/Envelope'}], properties: {error: {properties: {code: {const: body.malformed}}}}}
    body.invalid: {allOf: [{$ref: '#/components/schemas/Envelope'}], properties: {error: {properties: {code: {const: body.invalid}}}}}
    name.empty:
      x-causes: [empty, white space]
      x-retry: never
      allOf: [{$ref: '#/components/schemas/Envelope'}]
      properties:
        error:
          required: [details]
          properties:
            code: {const: name.empty}
            details: {type: object, required: [least], properties: {least: {type: integer}}}
    key.missing: {allOf: [{$ref: '#/components/schemas/Envelope'}], properties: {error: {properties: {code: {const: key.missing}}}}}
    key.unknown: {allOf: [{$ref: '#/components/schemas/Envelope'}], properties: {error: {properties: {code: {const: key.unknown}}}}}
    thing.not_found: {allOf: [{$ref: '#/components/schemas/Envelope'}], properties: {error: {properties: {code: {const: thing.not_found}}}}}
  examples:
    lamp: {value: {id: 7, name: Lamp}}
`;

/** Replaces texts that stand exactly once, so that a test cannot miss what it means to break. */
export function edit(text: string, edits: Readonly<Record<string, string>>): string {
  return Object.entries(edits).reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`"${from}" does not stand exactly once in the contract.`);
    return before.replace(from, () => to);
  }, text);
}

const folders: string[] = [];

/** Writes files into a new folder and answers the path of the first. */
export function write(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'failpath-')));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0] ?? '');
}

/** For `after`: removes what {@link write} has made. */
export function removeWritten(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function load(text: string, name = 'openapi.yaml'): Promise<Contract> {
  return loadContract(write({ [name]: text }));
}

/** What a contract that does not load, or is not sound, is told. */
export async function findingsOf(file: string): Promise<readonly Finding[]> {
  try {
    return await checkContract(await loadContract(file));
  } catch (error) {
    if (error instanceof InputError) return error.findings;
    throw error;
  }
}

/** The line and column of the mark `¶`, and the text without it. */
export function mark(marked: string): { text: string; place: string } {
  const before = marked.slice(0, marked.indexOf('¶')).split('\n');
  return { text: marked.replace('¶', ''), place: `${before.length}:${(before.at(-1) ?? '').length + 1}` };
}

/** How a contract is refused: a line for each finding. */
export async function refusal(file: string): Promise<string[]> {
  try {
    await loadContract(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.findings.map(({ problem, location, what, why, remedy }) => {
      if (why === '' || remedy === '') throw new Error(`${what}: it is not told why, or what to do.`, { cause: error });
      return `${location?.line}:${location?.column} ${problem}  ${what}`;
    });
  }
  throw new Error('The contract has loaded.');
}
