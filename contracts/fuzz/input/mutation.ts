import type { Draft } from '../draft.js';
import { repeated } from '../placeholders.js';

/** The cause of what is accepted though no reader of JSON can take it. */
export const NO_JSON = 'body text (syntax)';

/** One thing done to a request. */
export interface Mutation {
  /** What is changed: `body /title`, `header idempotency-key`, `query first`, `path ats_id`, `route`, `method`, `credential`. */
  readonly place: string;
  /** What kind of change it is. */
  readonly family: string;
  /** What findings of it have as their cause, joined by ` + ` where it does several things; by default its place and family. */
  readonly cause?: string;
  /** In words, after "with": `/title null`. */
  readonly says: string;
  /**
   * What must become of it, whatever the rest: `refused`, or `open` where the contract leaves it open. Of the body the contract's
   * schema says it, of what is not said here.
   */
  readonly expects?: 'refused' | 'open';
  /** The keyword that it violates, where it does. */
  readonly violates?: string;
  /** Whether it breaks a `format` beyond doubt; what breaks one only in some readings is left open. */
  readonly breaksFormat?: boolean;
  apply(draft: Draft): Draft;
  /** The same with a smaller value, the smallest first; none for what cannot be smaller. */
  smaller?(): readonly Mutation[];
  /** The things that it does at once, each by itself. */
  apart?(): readonly Mutation[];
}

/**
 * What findings of a mutation have as their cause.
 *
 * @example
 * causesOf({ place: 'query first', family: 'text', cause: 'query first maximum', ... }); // ['query first maximum']
 */
export function causesOf({ place, family, cause }: Pick<Mutation, 'place' | 'family' | 'cause'>): readonly string[] {
  return (cause ?? `${place} (${family})`).split(' + ');
}

/** Texts that are a part of one, the shortest first; a repetition has less of it. */
export function smallerTexts(text: string): readonly string[] {
  const repetition = /^(.*)\$\{repeat (\d+) ([^}]+)\}(.*)$/s.exec(text);
  if (repetition !== null) {
    const [, before = '', count = '', unit = '', after = ''] = repetition;
    const times = Number(count);
    const fewer = [...new Set([1, times >> 4, times >> 2, times >> 1, times - (times >> 2), times - 1])].filter(
      (less) => less > 0 && less < times,
    );
    return fewer.map((less) => `${before}${repeated(unit, less)}${after}`);
  }
  if (text.includes('${')) return [];
  const units = Array.from(text);
  const without = (from: number, length: number): string => [...units.slice(0, from), ...units.slice(from + length)].join('');
  const half = units.length >> 1;
  const smaller = units.length < 2 ? [] : [without(0, half), without(half, units.length - half)];
  if (units.length <= 48) smaller.push(...units.map((_, index) => without(index, 1)));
  return [...new Set(smaller)];
}
