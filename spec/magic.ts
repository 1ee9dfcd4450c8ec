import type { OpenAPIV3_1 } from 'openapi-types';
import type { Finding } from './errors.js';
import { follow, memberSchemas, type Found } from './members.js';
import { get, join, split } from './pointer.js';
import type { Contract, Failure, Magic, Operation } from './types.js';

const WORD = 'x-magic';

/**
 * Reads the magic values of a contract (`x-magic` of a failure, `x-failpath.magic` for the members that are looked at);
 * what makes them useless or ambiguous comes back as findings with their places.
 *
 * @example
 * readMagic(document, operations, ['/title'], locate).magic?.triggers('fail with work.not_found at initVersion')?.size; // 1
 */
export function readMagic(
  document: OpenAPIV3_1.Document,
  operations: readonly Operation[],
  members: readonly string[],
  locate: Contract['locate'],
): { magic: Magic | undefined; findings: Finding[] } {
  const values = new Values(document, locate);
  for (const { failures } of operations) for (const failure of failures) values.add(failure);
  const findings = [...values.findings.values(), ...absent(document, operations, members, locate)];
  return { magic: values.size === 0 ? undefined : magicOf(values.byText, members), findings };
}

/** Where a failure has its magic value from: beside the reference to its schema, or in the schema. */
export function magicPlace(document: unknown, { pointer }: Pick<Failure, 'pointer'>): string {
  const beside = join(pointer, WORD);
  return get(document, beside) === undefined ? join(follow(document, pointer).pointer, WORD) : beside;
}

/** The schemas that describe a member of an operation's JSON body, by its pointer into the body. */
export function bodyMember(document: unknown, operation: Operation, member: string): Found[] {
  const { body, pointer } = operation;
  if (body?.json === undefined) return [];
  const schema = join(follow(document, join(pointer, 'requestBody')).pointer, 'content', body.json.mediaType, 'schema');
  return memberSchemas(document, schema, split(member), ['allOf', 'oneOf', 'anyOf']);
}

type ByText = ReadonlyMap<string, ReadonlyMap<string, Failure>>;

class Values {
  /** By text, then by operationId. */
  readonly byText = new Map<string, Map<string, Failure>>();
  /** By place, since operations share what is declared once. */
  readonly findings = new Map<string, Finding>();
  readonly #document: OpenAPIV3_1.Document;
  readonly #locate: Contract['locate'];
  readonly #codes = new Map<string, string>();
  readonly #without = new Set<string>();

  constructor(document: OpenAPIV3_1.Document, locate: Contract['locate']) {
    this.#document = document;
    this.#locate = locate;
  }

  get size(): number {
    return this.byText.size;
  }

  add(failure: Failure): void {
    const { magic, code, operation } = failure;
    if (magic !== undefined && magic !== '') {
      for (const text of [magic, `${magic} at ${operation.id}`]) this.#claim(text, failure);
      return;
    }
    // Operations share answers: what has none is looked at once.
    if (this.#without.size === this.#without.add(failure.pointer).size) return;
    const place = magicPlace(this.#document, failure);
    const value = get(this.#document, place);
    if (value !== undefined)
      this.#find(place, `the x-magic of ${code} is ${JSON.stringify(value)}`, `Write a text, such as: fail with ${code}.`);
  }

  #claim(text: string, failure: Failure): void {
    const { code, operation } = failure;
    const other = this.#codes.get(text) ?? code;
    this.#codes.set(text, other);
    if (other !== code)
      this.#find(
        magicPlace(this.#document, failure),
        `${JSON.stringify(text)} stands for ${other} and for ${code}`,
        'Give each code a value of its own.',
      );
    let failures = this.byText.get(text);
    if (failures === undefined) this.byText.set(text, (failures = new Map()));
    if (!failures.has(operation.id)) failures.set(operation.id, failure);
  }

  #find(place: string, what: string, remedy: string): void {
    if (!this.findings.has(place)) this.findings.set(place, mistake(this.#locate(place), what, remedy));
  }
}

function magicOf(byText: ByText, members: readonly string[]): Magic {
  const texts = Object.freeze([...byText.keys()]);
  const longest = Math.max(...texts.map(({ length }) => length)) + LONGEST_EXTENSION;
  return Object.freeze<Magic>({
    members: Object.freeze([...members]),
    texts,
    triggers: (text) => (text.length > longest ? undefined : (byText.get(text) ?? byText.get(text.replace(EXTENSION, '')))),
  });
}

/** A client whose users pick a file can name it as it likes, but often not without one of these. */
const EXTENSION = /\.[A-Za-z0-9]{1,5}$/;
const LONGEST_EXTENSION = 6;

function absent(
  document: OpenAPIV3_1.Document,
  operations: readonly Operation[],
  members: readonly string[],
  locate: Contract['locate'],
): Finding[] {
  return members.flatMap((member, index) =>
    operations.some((operation) => bodyMember(document, operation, member).length > 0)
      ? []
      : [
          mistake(
            locate(join('/x-failpath/magic', index)),
            `x-failpath.magic names ${member}, which no request body has`,
            'Name a member that the JSON body of an operation declares, or remove it.',
          ),
        ],
  );
}

function mistake(location: Finding['location'], what: string, remedy: string): Finding {
  const why = 'A magic value triggers one failure, by standing in a member that clients can fill.';
  return { problem: 'contract-extension', what, why, remedy, ...(location === undefined ? {} : { location }) };
}
