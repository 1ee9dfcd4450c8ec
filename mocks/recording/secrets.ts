import { createRedactor, jsonPointer } from '../../spec/index.js';
import { credentialsInSecret, credentialsInText, namesCredential, type Found } from './credentials.js';

/** What stands in a recording where a credential was. */
export const PLACEHOLDER: RegExp = /\$[A-Z][A-Z0-9_]*_\d+\b/g;

/** The credentials of a recording: none of them gets into the file, wherever it was seen. */
export interface Secrets {
  /** Learns a credential, and answers what stands for it. */
  placeholder(found: Found): string;
  /** Learns what a JSON value holds: at the pointers, under telling names, and by shape. */
  learn(value: unknown, pointers: readonly string[]): void;
  /** Learns what a text holds by its shape. */
  learnText(text: string): void;
  /** A text without what is known by now. */
  hide(text: string): string;
  /** A JSON value without what is known by now; names of members included. */
  hideJson(value: unknown, pointers: readonly string[]): unknown;
}

/** Gone from a request's body instead of being replaced: nothing could match a placeholder. */
export const LEFT_OUT: unique symbol = Symbol('left out');

/**
 * Creates the secrets of one recording.
 *
 * @example
 * const secrets = createSecrets();
 * secrets.placeholder({ name: 'token', value: 'afo_sk_live_5afe' }); // '$TOKEN_1'
 * secrets.hide('the key afo_sk_live_5afe'); // 'the key $TOKEN_1'
 */
export function createSecrets(): Secrets {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  const redactor = createRedactor();

  const placeholder = ({ name, value }: Found): string => {
    const known = names.get(value);
    if (known !== undefined) return `$${known}`;
    const word = wordOf(name);
    const count = (counts.get(word) ?? 0) + 1;
    counts.set(word, count);
    names.set(value, `${word}_${count}`);
    redactor.add(value, `${word}_${count}`);
    return `$${word}_${count}`;
  };
  const learnText = (text: string): void => {
    for (const found of credentialsInText(text)) placeholder(found);
  };
  const learnLocated = (name: string, value: unknown): void => {
    eachLeaf(value, (leaf) => {
      const secret = String(leaf);
      if (secret === '') return leaf;
      placeholder({ name, value: secret });
      for (const found of credentialsInSecret(secret)) placeholder(found);
      return leaf;
    });
  };
  const hide = (text: string): string => redactor.redact(text);

  return {
    placeholder,
    learnText,
    hide,
    learn: (value, pointers) =>
      void walk(value, new Set(pointers), {
        name: (name) => name,
        text: (text) => {
          learnText(text);
          return text;
        },
        located: (name, secret) => {
          learnLocated(name, secret);
          return secret;
        },
      }),
    hideJson: (value, pointers) =>
      walk(value, new Set(pointers), {
        name: hide,
        text: hide,
        located: (name, secret) => eachLeaf(secret, (leaf) => (leaf === '' ? leaf : placeholder({ name, value: String(leaf) }))),
      }),
  };
}

/**
 * A request's body without its credentials: what a rule can ask of a body that will hold others.
 *
 * @returns `LEFT_OUT` when nothing is left
 */
export function withoutSecrets(value: unknown, pointers: readonly string[], secrets: Pick<Secrets, 'hide'>): unknown {
  return walk(value, new Set(pointers), {
    name: (name) => (secrets.hide(name) === name ? name : LEFT_OUT),
    text: (text) => (secrets.hide(text) === text ? text : LEFT_OUT),
    located: () => LEFT_OUT,
  });
}

interface Visitor {
  name(name: string): string | typeof LEFT_OUT;
  text(text: string): unknown;
  /** A value that is a credential by its place. */
  located(name: string, value: unknown): unknown;
}

/** Bodies nest no deeper than the mock reads them. */
function walk(value: unknown, pointers: ReadonlySet<string>, visitor: Visitor, pointer = '', name = ''): unknown {
  if (value === null) return null;
  if (pointers.has(pointer)) return visitor.located(name, value);
  if (typeof value !== 'boolean' && namesCredential(name)) return visitor.located(name, value);
  if (typeof value === 'string') return visitor.text(value);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    return value.map((item, index) => walk(item, pointers, visitor, `${pointer}/${index}`)).filter((item) => item !== LEFT_OUT);
  }
  const members = Object.entries(value).flatMap(([member, inner]): [string, unknown][] => {
    const shown = visitor.name(member);
    const result = shown === LEFT_OUT ? LEFT_OUT : walk(inner, pointers, visitor, jsonPointer.join(pointer, member), member);
    return shown === LEFT_OUT || result === LEFT_OUT ? [] : [[shown, result]];
  });
  return Object.fromEntries(members);
}

/** All that a credential is made of: clients need the members that it has, and only what is in them is secret. */
function eachLeaf(value: unknown, change: (leaf: string | number) => string | number): unknown {
  if (typeof value === 'string' || typeof value === 'number') return change(value);
  if (Array.isArray(value)) return value.map((item) => eachLeaf(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, eachLeaf(member, change)]));
}

/** A name as it can stand in a placeholder. */
function wordOf(name: string): string {
  const word = name
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^[^A-Za-z]+|_+$/g, '')
    .slice(0, 40);
  return word === '' ? 'SECRET' : word.toUpperCase();
}
