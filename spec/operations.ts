import type { OpenAPIV3_1 } from 'openapi-types';
import type { Extension } from './extensions.js';
import { get, getIn, join, split } from './pointer.js';
import { alternatives, codesAt, follow, secretReader } from './members.js';
import type { Schemas } from './schemas.js';
import type { Answer, Content, Credential, Example, Failure, Header, Operation, Parameter, RequestBody, Retry } from './types.js';

export const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Node = Record<string, unknown>;

/** The member of an answer that describes the frames of the WebSocket which it opens. */
export const WEBSOCKET = 'x-websocket';

/** Reads every operation of a document, in its order, with answers and failures. */
export function readOperations(document: OpenAPIV3_1.Document, reader: Reader): readonly Operation[] {
  const operations: Operation[] = [];
  for (const path of Object.keys(document.paths ?? {})) {
    const item = follow(document, join('/paths', path));
    const methods = Object.keys(objectOf(item.value)).filter((method) => METHODS.has(method));
    operations.push(...methods.map((method) => reader.operation(path, method, item.pointer)));
  }
  return Object.freeze(operations);
}

/** What a failure is, whichever operation declares it. */
type Shape = Omit<Failure, 'key' | 'operation' | 'answer' | 'status'>;

/** Reads the parts of operations; what many of them refer to, once. */
export class Reader {
  readonly #document: OpenAPIV3_1.Document;
  readonly #schemas: Schemas;
  readonly #codeMembers: readonly string[];
  readonly #secrets: (pointer: string) => readonly string[];
  readonly #shapes = new Map<string, readonly Shape[]>();
  readonly #contents = new Map<string, Content>();
  readonly #headerLists = new Map<string, readonly Header[]>();
  readonly #parametersAt = new Map<string, Parameter>();

  constructor(document: OpenAPIV3_1.Document, schemas: Schemas, { envelope }: Pick<Extension, 'envelope'>) {
    this.#document = document;
    this.#schemas = schemas;
    this.#codeMembers = split(envelope.code);
    this.#secrets = secretReader(document);
  }

  operation(path: string, method: string, item: string): Operation {
    const pointer = join(item, method);
    const node = this.#node(pointer);
    const operation = {
      id: text(node['operationId']) ?? `${method} ${path}`,
      method: method.toUpperCase(),
      path,
      summary: text(node['summary']) ?? '',
      ...this.request(item, pointer),
      credentials: this.#credentials(node),
      pointer,
    } as Writable<Operation>;
    // Members that are numbers come in the order of the numbers, wherever they stand in the document.
    operation.answers = Object.freeze(
      Object.keys(objectOf(node['responses']))
        .filter((status) => /^[1-5]\d\d$/.test(status))
        .map((status) => this.#answer(operation, Number(status), join(pointer, 'responses', status))),
    );
    operation.successes = Object.freeze(operation.answers.filter(({ status }) => status < 400));
    operation.failures = Object.freeze(operation.answers.flatMap(({ failures }) => failures));
    return Object.freeze(operation);
  }

  /** What is sent: to an operation, or by a webhook. */
  request(item: string, pointer: string): Pick<Operation, 'parameters' | 'body'> {
    return { parameters: this.#parameters(item, pointer), body: this.#body(pointer, this.#node(pointer)) };
  }

  #answer(operation: Operation, status: number, reference: string): Answer {
    const { value, pointer } = follow(this.#document, reference);
    const node = objectOf(value);
    const content = this.#content(pointer, node, status < 400 ? 'success' : 'error');
    const answer = {
      status,
      description: text(node['description']) ?? '',
      headers: this.#headers(pointer, node),
      content,
      frames: this.#frames(pointer, node),
      pointer: reference,
    } as Writable<Answer>;
    const shapes = status < 400 || content === undefined ? [] : this.#shapesOf(answer, content, pointer);
    answer.failures = Object.freeze(
      shapes.map((shape) =>
        Object.freeze<Failure>({ key: `${operation.id} ${status} ${shape.code}`, operation, answer, status, ...shape }),
      ),
    );
    return Object.freeze(answer);
  }

  /** A list of alternatives is walked in order: it is the order of refusal. */
  #shapesOf({ description }: Answer, content: Content, answer: string): readonly Shape[] {
    const pointer = join(answer, 'content', content.mediaType, 'schema');
    return memoized(this.#shapes, pointer, () =>
      alternatives(this.#document, pointer).flatMap((at) =>
        codesAt(this.#document, at, this.#codeMembers).map((code) => this.#shape(code, at, content, description)),
      ),
    );
  }

  #shape(code: string, pointer: string, content: Content, description: string): Shape {
    const here = this.#node(pointer);
    const schema = objectOf(follow(this.#document, pointer).value);
    const own = (name: string): unknown => here[name] ?? schema[name];
    const causes = listOf(own('x-causes'));
    return {
      code,
      title: text(own('title')) ?? code,
      description: text(own('description')) ?? description,
      causes: Object.freeze(causes.length > 0 ? causes.map(String) : ['any']),
      retry: retryOf(own('x-retry')),
      magic: typeof own('x-magic') === 'string' ? (own('x-magic') as string) : undefined,
      interpretation: text(own('x-interpretation')),
      examples: Object.freeze(content.examples.filter(({ value }) => getIn(value, this.#codeMembers) === code)),
      schema,
      validate: this.#schemas.validator(here),
      pointer,
    };
  }

  #body(pointer: string, node: Node): RequestBody | undefined {
    if (node['requestBody'] === undefined) return undefined;
    const followed = follow(this.#document, join(pointer, 'requestBody'));
    const body = objectOf(followed.value);
    return Object.freeze({ required: body['required'] === true, json: this.#content(followed.pointer, body, 'body') });
  }

  /** The JSON content of an answer or a request body. */
  #content(pointer: string, node: Node, as: 'success' | 'error' | 'body'): Content | undefined {
    const contents = objectOf(node['content']);
    const mediaType = Object.keys(contents).find((name) => /^application\/(.*\+)?json\b/i.test(name));
    if (mediaType === undefined) return undefined;
    const at = join(pointer, 'content', mediaType);
    return memoized(this.#contents, `${as} ${at}`, () => this.#media(at, objectOf(contents[mediaType]), mediaType));
  }

  /** Described as the content of a body is. */
  #frames(pointer: string, node: Node): Content | undefined {
    const frames = node[WEBSOCKET];
    return frames === undefined ? undefined : this.#media(join(pointer, WEBSOCKET), objectOf(frames), 'application/json');
  }

  #media(at: string, media: Node, mediaType: string): Content {
    return Object.freeze<Content>({
      mediaType,
      schema: media['schema'] as OpenAPIV3_1.SchemaObject | undefined,
      examples: Object.freeze(this.#examples(at, media)),
      secrets: this.#secrets(join(at, 'schema')),
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
    return memoized(this.#headerLists, pointer, () =>
      Object.freeze(
        Object.keys(objectOf(node['headers'])).map((name): Header => {
          const followed = follow(this.#document, join(pointer, 'headers', name));
          const header = objectOf(followed.value);
          return Object.freeze({ name, required: header['required'] === true, ...this.#described(header), pointer: followed.pointer });
        }),
      ),
    );
  }

  /** What parameters and headers have in common. */
  #described(node: Node): Pick<Parameter, 'schema' | 'example' | 'validate'> {
    const schema = node['schema'] as OpenAPIV3_1.SchemaObject | undefined;
    return { schema, example: node['example'] ?? schema?.example, validate: this.#schemas.validator(schema ?? true) };
  }

  /** An operation's own parameter replaces the one of the same name and place on its path. */
  #parameters(item: string, operation: string): readonly Parameter[] {
    const found = new Map<string, Parameter>();
    for (const list of [join(item, 'parameters'), join(operation, 'parameters')]) {
      listOf(get(this.#document, list)).forEach((_, index) => {
        const parameter = this.#parameter(join(list, index));
        found.set(`${parameter.in} ${parameter.name.toLowerCase()}`, parameter);
      });
    }
    return Object.freeze([...found.values()]);
  }

  #parameter(at: string): Parameter {
    const { value, pointer } = follow(this.#document, at);
    const node = objectOf(value);
    return memoized(this.#parametersAt, pointer, () =>
      Object.freeze<Parameter>({
        name: text(node['name']) ?? '',
        in: node['in'] as Parameter['in'],
        required: node['required'] === true,
        ...this.#described(node),
        pointer,
      }),
    );
  }

  #credentials(node: Node): readonly Credential[] {
    return Object.freeze(
      listOf(node['security'] ?? this.#document.security).flatMap((requirement) =>
        Object.entries(objectOf(requirement)).map(([scheme, scopes]): Credential => {
          const declared = objectOf(follow(this.#document, join('/components/securitySchemes', scheme)).value)['x-failures'];
          return Object.freeze({
            scheme,
            scopes: Object.freeze(listOf(scopes).map(String)),
            failures: Object.freeze(listOf(declared).map(String)),
          });
        }),
      ),
    );
  }

  #node(pointer: string): Node {
    return objectOf(get(this.#document, pointer));
  }
}

/** What is at a place of the document is read once. */
function memoized<T>(known: Map<string, T>, place: string, read: () => T): T {
  let value = known.get(place);
  if (value === undefined) known.set(place, (value = read()));
  return value;
}

function objectOf(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value.trim() : undefined;
}

function retryOf(value: unknown): Retry {
  return value === 'backoff' || value === 'retry-after' ? value : 'never';
}
