import type { OpenAPIV3_1 } from 'openapi-types';
import type { Extension } from './extensions.js';
import { get, join, split } from './pointer.js';
import { follow, memberSchemas, secretMembers, type Schemas } from './schemas.js';
import type { Answer, Content, Credential, Example, Failure, Header, Operation, Parameter, RequestBody, Retry } from './types.js';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Node = Record<string, unknown>;

/** Reads every operation of a document, with its answers and failures. */
export function readOperations(document: OpenAPIV3_1.Document, schemas: Schemas, extension: Extension): readonly Operation[] {
  const reader = new Reader(document, schemas, split(extension.envelope.code));
  const operations: Operation[] = [];
  for (const path of Object.keys(document.paths ?? {})) {
    const item = follow(document, join('/paths', path)).pointer;
    for (const method of METHODS) {
      if (get(document, join(item, method)) !== undefined) operations.push(reader.operation(path, method, item));
    }
  }
  return Object.freeze(operations);
}

class Reader {
  readonly #document: OpenAPIV3_1.Document;
  readonly #schemas: Schemas;
  readonly #codeMembers: readonly string[];

  constructor(document: OpenAPIV3_1.Document, schemas: Schemas, codeMembers: readonly string[]) {
    this.#document = document;
    this.#schemas = schemas;
    this.#codeMembers = codeMembers;
  }

  operation(path: string, method: string, item: string): Operation {
    const pointer = join(item, method);
    const node = this.#node(pointer);
    const operation = {
      id: text(node['operationId']) ?? `${method} ${path}`,
      method: method.toUpperCase(),
      path,
      summary: text(node['summary']) ?? '',
      parameters: this.#parameters(item, pointer),
      body: this.#body(pointer, node),
      credentials: this.#credentials(node),
      pointer,
    } as Writable<Operation>;
    operation.answers = Object.freeze(
      Object.keys(objectOf(node['responses']))
        .filter((status) => /^[1-5]\d\d$/.test(status))
        .sort()
        .map((status) => this.#answer(operation, Number(status), join(pointer, 'responses', status))),
    );
    operation.successes = Object.freeze(operation.answers.filter(({ status }) => status < 400));
    operation.failures = Object.freeze(operation.answers.flatMap(({ failures }) => failures));
    return Object.freeze(operation);
  }

  #answer(operation: Operation, status: number, reference: string): Answer {
    const { value, pointer } = follow(this.#document, reference);
    const node = objectOf(value);
    const content = this.#content(pointer, node);
    const answer = {
      status,
      description: text(node['description']) ?? '',
      headers: this.#headers(pointer, node),
      content,
      pointer: reference,
    } as Writable<Answer>;
    answer.failures = Object.freeze(
      status < 400 || content === undefined ? [] : this.#failures(operation, answer, join(pointer, 'content', content.mediaType, 'schema')),
    );
    return Object.freeze(answer);
  }

  /** A list of alternatives is walked in order: it is the order of refusal. */
  #failures(operation: Operation, answer: Answer, pointer: string): Failure[] {
    const followed = follow(this.#document, pointer);
    const schema = objectOf(followed.value);
    for (const keyword of ['oneOf', 'anyOf']) {
      const alternatives = schema[keyword];
      if (Array.isArray(alternatives)) {
        return alternatives.flatMap((_, index) => this.#failures(operation, answer, join(followed.pointer, keyword, index)));
      }
    }
    return this.#codes(pointer).map((code) => this.#failure(operation, answer, code, pointer, schema));
  }

  #codes(pointer: string): string[] {
    const codes = memberSchemas(this.#document, pointer, this.#codeMembers).flatMap(({ value }): unknown[] =>
      'const' in value ? [value['const']] : Array.isArray(value['enum']) ? value['enum'] : [],
    );
    return [...new Set(codes.filter((code) => typeof code === 'string'))];
  }

  #failure(operation: Operation, answer: Answer, code: string, pointer: string, schema: Node): Failure {
    const here = this.#node(pointer);
    const own = (name: string): unknown => here[name] ?? schema[name];
    const causes = own('x-causes');
    return Object.freeze<Failure>({
      key: `${operation.id} ${answer.status} ${code}`,
      operation,
      answer,
      status: answer.status,
      code,
      title: text(own('title')) ?? code,
      description: text(own('description')) ?? answer.description,
      causes: Object.freeze(Array.isArray(causes) && causes.length > 0 ? causes.map(String) : ['any']),
      retry: retryOf(own('x-retry')),
      interpretation: text(own('x-interpretation')),
      examples: Object.freeze((answer.content?.examples ?? []).filter(({ value }) => this.#codeOf(value) === code)),
      schema: schema as OpenAPIV3_1.SchemaObject,
      validate: this.#schemas.validator(here),
      pointer,
    });
  }

  #codeOf(value: unknown): unknown {
    return this.#codeMembers.reduce<unknown>((at, member) => (at as Node | null | undefined)?.[member], value);
  }

  #body(pointer: string, node: Node): RequestBody | undefined {
    if (node['requestBody'] === undefined) return undefined;
    const followed = follow(this.#document, join(pointer, 'requestBody'));
    const body = objectOf(followed.value);
    return Object.freeze({ required: body['required'] === true, json: this.#content(followed.pointer, body) });
  }

  /** The JSON content of an answer or a request body. */
  #content(pointer: string, node: Node): Content | undefined {
    const contents = objectOf(node['content']);
    const mediaType = Object.keys(contents).find((name) => /^application\/(.*\+)?json\b/i.test(name));
    if (mediaType === undefined) return undefined;
    const at = join(pointer, 'content', mediaType);
    const media = objectOf(contents[mediaType]);
    return Object.freeze<Content>({
      mediaType,
      schema: media['schema'] as OpenAPIV3_1.SchemaObject | undefined,
      examples: Object.freeze(this.#examples(at, media)),
      secrets: Object.freeze(secretMembers(this.#document, join(at, 'schema'))),
      validate: this.#schemas.validator(media['schema'] ?? true),
    });
  }

  #examples(pointer: string, media: Node): Example[] {
    const named = Object.keys(objectOf(media['examples'])).map((name): Example => {
      const followed = follow(this.#document, join(pointer, 'examples', name));
      const example = objectOf(followed.value);
      return Object.freeze({ name, summary: text(example['summary']), value: example['value'], pointer: join(followed.pointer, 'value') });
    });
    if (named.length > 0 || media['example'] === undefined) return named;
    return [Object.freeze({ name: 'example', summary: undefined, value: media['example'], pointer: join(pointer, 'example') })];
  }

  #headers(pointer: string, node: Node): readonly Header[] {
    return Object.freeze(
      Object.keys(objectOf(node['headers'])).map((name): Header => {
        const header = objectOf(follow(this.#document, join(pointer, 'headers', name)).value);
        const schema = header['schema'] as OpenAPIV3_1.SchemaObject | undefined;
        return Object.freeze({ name, required: header['required'] === true, schema, example: header['example'] ?? schema?.example });
      }),
    );
  }

  /** An operation's own parameter replaces the one of the same name and place on its path. */
  #parameters(item: string, operation: string): readonly Parameter[] {
    const found = new Map<string, Parameter>();
    for (const list of [join(item, 'parameters'), join(operation, 'parameters')]) {
      const entries = get(this.#document, list);
      if (!Array.isArray(entries)) continue;
      entries.forEach((_, index) => {
        const node = objectOf(follow(this.#document, join(list, index)).value);
        const schema = node['schema'] as OpenAPIV3_1.SchemaObject | undefined;
        const parameter = {
          name: text(node['name']) ?? '',
          in: node['in'] as Parameter['in'],
          required: node['required'] === true,
          schema,
          example: node['example'] ?? schema?.example,
          validate: this.#schemas.validator(schema ?? true),
        };
        found.set(`${parameter.in} ${parameter.name.toLowerCase()}`, Object.freeze(parameter));
      });
    }
    return Object.freeze([...found.values()]);
  }

  #credentials(node: Node): readonly Credential[] {
    const requirements = (node['security'] ?? this.#document.security ?? []) as Record<string, string[]>[];
    return Object.freeze(
      requirements.flatMap((requirement) =>
        Object.entries(requirement).map(([scheme, scopes]): Credential => {
          const declared = objectOf(follow(this.#document, join('/components/securitySchemes', scheme)).value)['x-failures'];
          return Object.freeze({ scheme, scopes: Object.freeze(scopes), failures: Object.freeze(Array.isArray(declared) ? declared.map(String) : []) });
        }),
      ),
    );
  }

  #node(pointer: string): Node {
    return objectOf(get(this.#document, pointer));
  }
}

function objectOf(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value.trim() : undefined;
}

function retryOf(value: unknown): Retry {
  return value === 'backoff' || value === 'retry-after' ? value : 'never';
}
