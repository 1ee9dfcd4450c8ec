import {
  envelopeCodec,
  jsonPointer,
  type Answer,
  type Contract,
  type Example,
  type Failure,
  type Validator,
  type Violation,
} from '../spec/index.js';
import type { MakeSource } from './dynamic.js';
import { checkedStream, exampleFrames } from './frames.js';
import { PLAIN, sample, type Source } from './sample.js';
import { compileTemplate, narrow, type Template } from './template.js';
import { lately } from './once.js';
import type { MockAnswer, Success } from './types.js';

/** A finished answer, or what the contract holds against it. */
export type Attempt = { readonly answer: MockAnswer } | { readonly violations: readonly Violation[] };

/** What a request, or the sandbox, adds to a failure's example. */
export interface Particulars {
  readonly message?: string | undefined;
  /** Members over those of the example's details. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Builds answers out of the contract; each is checked against it, what never changes only once. */
export interface Answers {
  /** A failure's first example, or a sample of its schema, with its particulars. */
  failure(failure: Failure, requestId: string, particulars?: Particulars): Attempt;
  /** A named example as it stands, with the request id of this request if it is an error. */
  example(answer: Answer, failure: Failure | undefined, example: Example, requestId: string): Attempt;
  /** A success's first example that its schema allows, or a sample of that; also an error answer that declares no code. */
  plain(answer: Answer, requestId: string): Attempt;
  /** Plausible data for a failure; its message stays that of the example. */
  dynamicFailure(failure: Failure, requestId: string, particulars: Particulars, make: MakeSource, seed: string): Attempt;
  dynamicSuccess(answer: Answer, requestId: string, make: MakeSource, seed: string): Attempt;
  /** What the sandbox answers. */
  success(answer: Answer, success: Success, requestId: string): Attempt;
}

/** How often chance may miss what a schema asks for before the example is taken. */
const ATTEMPTS = 20;

/** What a failure was made to say. */
interface Said {
  times: number;
  message: string | undefined;
  details: Particulars['details'];
  template: Template | undefined;
}

/** All that a failure was made to say of late, by what is particular about it, and the last of it, which most often comes again. */
interface Sayings {
  readonly of: (particulars: string) => Said;
  last: Said | undefined;
}

/** For each failure. */
const MOST_KNOWN = 20;
/** In characters. */
const LONGEST_KNOWN = 500;

/** The builder of a contract's answers. */
export function createAnswers(contract: Contract): Answers {
  return new Builder(contract);
}

class Builder implements Answers {
  readonly #contract: Contract;
  readonly #headers: (answer: Answer) => Headers;
  readonly #failures: (failure: Failure) => Template;
  readonly #sayings: (failure: Failure) => Sayings;
  readonly #examples = new Map<Example, Map<Failure | undefined, Template>>();
  readonly #plain: (answer: Answer) => Template;

  constructor(contract: Contract) {
    this.#contract = contract;
    this.#headers = memoize((answer) => headersOf(contract, answer));
    this.#failures = memoize((failure) => this.#template(this.#baseOf(failure), failure.validate));
    this.#sayings = memoize(() => ({
      of: lately((): Said => ({ times: 0, message: undefined, details: undefined, template: undefined }), MOST_KNOWN),
      last: undefined,
    }));
    this.#plain = memoize((answer) => constant(this.#firstOf(answer), answer.content?.validate));
  }

  failure(failure: Failure, requestId: string, { message, details, headers }: Particulars = {}): Attempt {
    const template = this.#failures(failure);
    if (message === undefined && details === undefined) return this.#fromTemplate(failure.answer, template, requestId, headers);
    const known = this.#particulars(failure, message, details);
    if (known !== undefined) return this.#fromTemplate(failure.answer, known, requestId, headers);
    const body = this.#particular(copied(template.value), { message, details });
    return this.#errorBody(failure, template, body, requestId, headers);
  }

  example(answer: Answer, failure: Failure | undefined, example: Example, requestId: string): Attempt {
    const known = this.#examples.get(example) ?? new Map<Failure | undefined, Template>();
    this.#examples.set(example, known);
    let template = known.get(failure);
    if (template === undefined) {
      const validate = failure?.validate ?? answer.content?.validate;
      template =
        answer.status < 400 || validate === undefined ? constant(example.value, validate) : this.#template(example.value, validate);
      known.set(failure, template);
    }
    return this.#fromTemplate(answer, template, requestId);
  }

  plain(answer: Answer, requestId: string): Attempt {
    if (answer.content === undefined) return { answer: this.#answer(answer, undefined, requestId) };
    return this.#fromTemplate(answer, this.#plain(answer), requestId);
  }

  dynamicFailure(failure: Failure, requestId: string, particulars: Particulars, make: MakeSource, seed: string): Attempt {
    const template = this.#failures(failure);
    const message = particulars.message ?? jsonPointer.get(template.value, this.#contract.envelope.message);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const body = sample(this.#contract.document, failure.schema, make(`${seed}/${attempt}`));
      if (typeof body !== 'object' || body === null) continue;
      jsonPointer.set(body, this.#contract.envelope.code, failure.code);
      const built = this.#errorBody(
        failure,
        template,
        this.#particular(body, { ...particulars, message: String(message) }),
        requestId,
        particulars.headers,
      );
      if ('answer' in built) return built;
    }
    return this.failure(failure, requestId, particulars);
  }

  dynamicSuccess(answer: Answer, requestId: string, make: MakeSource, seed: string): Attempt {
    const { content } = answer;
    if (content?.schema === undefined) return this.plain(answer, requestId);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const body = sample(this.#contract.document, content.schema, make(`${seed}/${attempt}`));
      if (content.validate(body).length === 0) return { answer: this.#answer(answer, JSON.stringify(body), requestId) };
    }
    return this.plain(answer, requestId);
  }

  success(answer: Answer, { body, frames, headers }: Success, requestId: string): Attempt {
    if (frames !== undefined && answer.status === 101) {
      const opened = this.#answer(answer, undefined, requestId, headers);
      return { answer: { ...opened, stream: checkedStream(frames, answer.frames, requestId) } };
    }
    if (body === undefined && answer.content === undefined) return { answer: this.#answer(answer, undefined, requestId, headers) };
    if (body === undefined || answer.content === undefined) {
      return { violations: [{ pointer: '', keyword: 'content', message: body === undefined ? 'is missing' : 'is not declared' }] };
    }
    // A string has been answered before, and was checked then.
    const violations = typeof body === 'string' ? [] : answer.content.validate(body);
    if (violations.length > 0) return { violations };
    return { answer: this.#answer(answer, typeof body === 'string' ? body : JSON.stringify(body), requestId, headers) };
  }

  /** A body that was asked for before is checked and written like one that never changes; who asks for it first gets one of its own. */
  #particulars(failure: Failure, message: string | undefined, details: Particulars['details']): Template | undefined {
    const sayings = this.#sayings(failure);
    let said = sayings.last;
    if (said === undefined || said.message !== message || !areAlike(said.details, details)) {
      const key = JSON.stringify([message, details]);
      if (key.length > LONGEST_KNOWN) return undefined;
      said = sayings.of(key);
      if (said.times === 0) [said.message, said.details] = [message, details];
      sayings.last = said;
    }
    if (said.times++ === 0) return undefined;
    said.template ??= this.#template(this.#particular(copied(this.#failures(failure).value), { message, details }), failure.validate);
    return said.template.violations.length === 0 ? said.template : undefined;
  }

  #errorBody(failure: Failure, template: Template, body: object, requestId: string, headers: Particulars['headers']): Attempt {
    template.stamp(body, requestId);
    const violations = failure.validate(body);
    return violations.length > 0 ? { violations } : { answer: this.#answer(failure.answer, JSON.stringify(body), requestId, headers) };
  }

  #particular(value: unknown, { message, details }: Particulars): object {
    const { envelope } = this.#contract;
    const body: object = typeof value === 'object' && value !== null ? value : {};
    if (message !== undefined) jsonPointer.set(body, envelope.message, message);
    if (details !== undefined)
      jsonPointer.set(body, envelope.details, { ...asObject(jsonPointer.get(body, envelope.details)), ...details });
    return body;
  }

  #fromTemplate(answer: Answer, template: Template, requestId: string, headers?: Particulars['headers']): Attempt {
    if (template.violations.length > 0) return { violations: template.violations };
    return { answer: this.#answer(answer, template.write(requestId), requestId, headers) };
  }

  #answer(answer: Answer, body: string | undefined, requestId: string, more?: Readonly<Record<string, string>>): MockAnswer {
    const { type, required } = this.#headers(answer);
    const headers: Record<string, string> =
      type === undefined ? { 'x-request-id': requestId } : { 'content-type': type, 'x-request-id': requestId };
    for (const [name, value] of required) headers[name] = value;
    if (more !== undefined) for (const [name, value] of Object.entries(more)) headers[name.toLowerCase()] = value;
    if (answer.status !== 101) return { status: answer.status, headers, body };
    const stream = checkedStream(exampleFrames(answer.frames), answer.frames, requestId);
    return { status: answer.status, headers, body: undefined, stream };
  }

  #template(value: unknown, validate: Validator): Template {
    return compileTemplate(value, this.#contract.envelope.requestId, validate);
  }

  /** What a failure's answers start from. */
  #baseOf(failure: Failure): unknown {
    const example = failure.examples[0];
    if (example !== undefined) return example.value;
    const written = envelopeCodec(this.#contract).write({ code: failure.code, message: failure.title, requestId: 'req_0' });
    const sampleBy = (source: Source): unknown => merge(sample(this.#contract.document, failure.schema, source), written);
    return firstThat((body) => failure.validate(body).length === 0, sampleBy) ?? sampleBy(PLAIN);
  }

  #firstOf({ content }: Answer): unknown {
    const holds = (body: unknown): boolean => content?.validate(body).length === 0;
    const examples = (content?.examples ?? []).map(({ value }) => value);
    // Of a contract whose own examples break it, nothing could be served otherwise; `check` says so.
    if (examples.some(holds)) return examples.find(holds);
    const sampleBy = (source: Source): unknown => sample(this.#contract.document, content?.schema ?? true, source);
    return firstThat(holds, sampleBy) ?? examples[0] ?? sampleBy(PLAIN);
  }
}

/**
 * First the least that a schema asks for, then everything that it names, then the second of its alternatives where the first does not do, and
 * at last what only one of them takes.
 */
const SOURCES: readonly Source[] = [
  PLAIN,
  { ...PLAIN, optional: () => true },
  { ...PLAIN, integer: (min, max) => Math.min(max, min + 1) },
  { ...PLAIN, apart: true },
  { ...PLAIN, optional: () => true, apart: true },
];

function firstThat(holds: (sampled: unknown) => boolean, sampleBy: (source: Source) => unknown): unknown {
  for (const source of SOURCES) {
    const sampled = sampleBy(source);
    if (holds(sampled)) return sampled;
  }
  return undefined;
}

function constant(value: unknown, validate: Validator | undefined): Template {
  const text = narrow(JSON.stringify(value) ?? 'null');
  return { value, violations: validate?.(value) ?? [], write: () => text, stamp: () => undefined };
}

/** Headers that never change: the media type, and what the contract requires. */
interface Headers {
  readonly type: string | undefined;
  readonly required: readonly (readonly [name: string, value: string])[];
}

function headersOf(contract: Contract, { content, headers }: Answer): Headers {
  const required = headers.filter(({ required, name }) => required && name.toLowerCase() !== 'x-request-id');
  return {
    type: content && narrow(content.mediaType),
    required: required.map(({ name, schema, example }) => [
      name.toLowerCase(),
      narrow(headerText(example ?? sample(contract.document, schema ?? true, PLAIN))),
    ]),
  };
}

function headerText(value: unknown): string {
  if (Array.isArray(value)) return value.map(headerText).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function merge(value: unknown, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...asObject(value) };
  for (const [name, member] of Object.entries(over)) {
    merged[name] = typeof member === 'object' && member !== null ? merge(merged[name], member as Record<string, unknown>) : member;
  }
  return merged;
}

/** A copy of plain JSON; `structuredClone` takes ten times as long. */
function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = copied((value as Record<string, unknown>)[name]);
  return copy;
}

/** Whether members are the same, one by one; of what is made anew each time, that is seldom true of more than texts and numbers. */
function areAlike(one: Particulars['details'], other: Particulars['details']): boolean {
  if (one === undefined || other === undefined) return one === other;
  for (const name in one) if (one[name] !== other[name]) return false;
  for (const name in other) if (one[name] !== other[name]) return false;
  return true;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function memoize<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) made.set(key, (value = make(key)));
    return value;
  };
}
