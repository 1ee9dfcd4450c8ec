import { randomBytes } from 'node:crypto';
import { jsonPointer, type Validator, type Violation } from '../spec/index.js';

/** An error body with a gap for the request id: checked and serialised once, written per request. */
export interface Template {
  /** The body without a request id of its own request; not to be changed. */
  readonly value: unknown;
  readonly violations: readonly Violation[];
  write(requestId: string): string;
  /** Puts a request id into another body of the same shape. */
  stamp(body: object, requestId: string): void;
}

/**
 * A request id: `req_` and 128 random bits.
 *
 * @example
 * newRequestId(); // 'req_5f0c4a1d9be24e0f8a7be0d3c1a2f964'
 */
export function newRequestId(): string {
  if (at === ids.length) {
    ids = randomBytes(DRAWN * 16)
      .toString('hex')
      .replace(/.{32}/g, 'req_$&');
    at = 0;
  }
  const id = ids.slice(at, at + LENGTH);
  at += LENGTH;
  return id;
}

/** Drawn many at a time; whoever keeps one keeps the text that all of them are parts of. */
const DRAWN = 256;
const LENGTH = 36;
let ids = '';
let at = 0;

/** Ways to write a request id: ours, and as a bare UUID for contracts that ask for one. */
const FORMS: readonly ((requestId: string) => string)[] = [
  (requestId) => requestId,
  (requestId) => requestId.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
];

/**
 * The same text with a byte for each character, if that is enough for all of them: what was cut out of a text with other characters in it
 * has two, and so has every text that it becomes a part of.
 *
 * @example
 * narrow('— said the page'.slice(2)); // 'said the page'
 */
export function narrow(text: string): string {
  return WIDE.test(text) ? text : Buffer.from(text, 'latin1').toString('latin1');
}

const WIDE = /[^\0-\xff]/;

/**
 * Compiles an error body. Where the contract's schema accepts no request id of ours, the body keeps its own.
 *
 * @param pointer Where the request id sits.
 */
export function compileTemplate(value: unknown, pointer: string, validate: Validator): Template {
  const sample = newRequestId();
  let refused: readonly Violation[] | undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const form of FORMS) {
      const stamp = (body: object, requestId: string): void => void jsonPointer.set(body, pointer, form(requestId));
      const body = structuredClone(value);
      stamp(body, sample);
      const violations = validate(body);
      if (violations.length === 0) {
        const [before = '', after = ''] = JSON.stringify(body).split(form(sample)).map(narrow);
        return { value, violations, write: (requestId) => before + form(requestId) + after, stamp };
      }
      refused ??= violations;
    }
  }
  const violations = validate(value);
  const text = narrow(JSON.stringify(value) ?? 'null');
  return { value, violations: violations.length === 0 ? violations : (refused ?? violations), write: () => text, stamp: () => undefined };
}
