import { jsonPointer, type Contract, type Operation } from '../../spec/index.js';
import type { Relocate } from '../base-url.js';
import { parseScript, type WrittenAnswer } from '../script/index.js';
import type { KeptAnswer } from './keep.js';
import { depthOf, LONGEST_PART, MAX_DEPTH } from './limits.js';
import { PLACEHOLDER, type Secrets } from './secrets.js';

/** An answer as a script writes it. */
export interface AnswerDraft {
  /** An object with one kind of answer: it can also be a part of the rule itself. */
  readonly written: Exclude<WrittenAnswer, string | number>;
  readonly notes: readonly string[];
}

type Fails = Extract<KeptAnswer, { readonly kind: 'fails' }>;
type Responds = Extract<KeptAnswer, { readonly kind: 'responds' }>;

/** Writes answers of one recording. */
export interface AnswerWriter {
  write(operation: Operation, answer: KeptAnswer): AnswerDraft;
}

/**
 * Writes answers: declared failures by their code, with details where they are not those of the contract's example; everything
 * else as it was.
 */
export function createAnswerWriter(contract: Contract, secrets: Secrets, relocate: Relocate): AnswerWriter {
  /** Whether a script may say these details, by operation, code and details. */
  const allowed = new Map<string, boolean>();
  const mayFail = (operation: Operation, fails: string, details: Fails['details']): boolean => {
    const rule = { on: operation.id, fails, details };
    const key = JSON.stringify(rule);
    let known = allowed.get(key);
    if (known === undefined) allowed.set(key, (known = parses({ rules: [rule] }, contract)));
    return known;
  };

  const fails = (operation: Operation, { code, details }: Fails): AnswerDraft => {
    const hidden = details === undefined ? undefined : (secrets.hideJson(details, []) as NonNullable<Fails['details']>);
    const own = hidden === undefined ? undefined : unlike(hidden, exampleDetails(contract, operation, code));
    if (own === undefined) return { written: { fails: code }, notes: [] };
    if (mayFail(operation, code, own)) return { written: { fails: code, details: own }, notes: [] };
    const note = 'Its details are left to the mock: a script may not say them as they were.';
    return { written: { fails: code }, notes: [note] };
  };

  return {
    write: (operation, answer) => (answer.kind === 'fails' ? fails(operation, answer) : responds(answer, secrets, relocate)),
  };
}

function parses(script: unknown, contract: Contract): boolean {
  try {
    parseScript(script, { name: 'recorded' }, { contract });
    return true;
  } catch {
    return false;
  }
}

function exampleDetails({ envelope }: Contract, operation: Operation, code: string): unknown {
  const example = operation.failures.find((failure) => failure.code === code)?.examples[0];
  return example === undefined ? undefined : jsonPointer.get(example.value, envelope.details);
}

/** The members that an example does not have just so. */
function unlike(details: Readonly<Record<string, unknown>>, example: unknown): Readonly<Record<string, unknown>> | undefined {
  const own = Object.entries(details).filter(
    ([name, value]) => JSON.stringify(jsonPointer.getIn(example, [name])) !== JSON.stringify(value),
  );
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

function responds({ status, headers, body, secrets: pointers }: Responds, secrets: Secrets, relocate: Relocate): AnswerDraft {
  const hidden = Object.entries(headers).flatMap(([name, value]) => (isHeaderValue(value) ? [[name, relocate(secrets.hide(value))]] : []));
  const shown = hidden.length === 0 ? {} : { headers: Object.fromEntries(hidden) as Record<string, string> };
  const draft = (more: object, ...notes: string[]): AnswerDraft => ({ written: { responds: { status, ...shown, ...more } }, notes });
  if (body.kind === 'absent' || NO_BODY.has(status)) return draft({});
  if (body.kind === 'unread') return draft({}, `Its body is not in this file: ${body.why}.`);
  if (body.kind === 'text') {
    return body.text.length > LONGEST_PART
      ? draft({}, tooLong(body.text.length))
      : draft({ body: wellFormed(relocate(secrets.hide(body.text))) });
  }
  const text = JSON.stringify(body.value);
  if (text.length > LONGEST_PART) return draft({}, tooLong(text.length));
  const json = mapTexts(secrets.hideJson(body.value, pointers), relocate);
  const notes = stands(JSON.stringify(json), text);
  if (depthOf(json) <= MAX_DEPTH) return draft({ json }, ...notes);
  const typed = { headers: { 'content-type': 'application/json', ...shown.headers } };
  return draft({ ...typed, body: wellFormed(JSON.stringify(json)) }, ...notes);
}

const tooLong = (length: number): string => `Its body is not in this file: it has ${length} characters, of ${LONGEST_PART} at most.`;

/** What a client that uses a credential of the answer has to know. */
function stands(shown: string, original: string): string[] {
  const names = [...new Set(shown.match(PLACEHOLDER) ?? [])].filter((name) => !original.includes(name));
  if (names.length === 0) return [];
  const [are, them] = names.length === 1 ? ['stands for a credential', 'it'] : ['stand for credentials', 'them'];
  return [`${names.join(', ')} ${are}: a client that uses ${them} needs a value of your own here.`];
}

function mapTexts(value: unknown, map: Relocate): unknown {
  if (typeof value === 'string') return map(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, map)]));
}

function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** Half of a pair of surrogates cannot be written to a file. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}
