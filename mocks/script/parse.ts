import { createHash } from 'node:crypto';
import { InputError, jsonPointer, readSource, type Contract, type Finding, type Location, type Source } from '../../spec/index.js';
import { compileRule, type Names } from './compile.js';
import { parseDuration } from './duration.js';
import { findingOf, NOT_READ } from './errors.js';
import { KINDS, scriptSchema, type WrittenAnswer, type WrittenRule } from './format.js';
import { matchOf } from './in-full.js';
import { dotted, MAX_FINDINGS, misreadings, type Misread } from './strict.js';
import type { Delay, Rule, RuleAnswer } from './types.js';

export interface ParseOptions extends Names {
  readonly contract: Contract;
}

/** Where a script was written. */
export interface ScriptPlace {
  /** A file, as people should see it, or `admin`. */
  readonly name: string;
  /** By JSON pointer into the script. */
  locate?(pointer: string): Location;
}

/**
 * Reads a script file, YAML or JSON, and checks it against the contract.
 *
 * @example
 * scripts.replace('scripts/flaky.yaml', readScript('scripts/flaky.yaml', { contract }));
 *
 * @returns The rules in the order of the file: of equal priority, the last is asked first.
 * @throws {InputError} `script-invalid`, everything that is wrong with the file, each with its place in it
 */
export function readScript(file: string, options: ParseOptions): readonly Rule[] {
  const source = readScriptSource(file);
  return parseScript(source.value, { name: source.file, locate: source.locate }, options);
}

/**
 * Rules out of the value of a script, such as a body of the control API.
 *
 * @example
 * parseScript({ rules: [{ on: 'prepareWork', answers: [503, 503, 'ok'] }] }, { name: 'admin' }, { contract });
 *
 * @throws {InputError} `script-invalid`
 */
export function parseScript(value: unknown, place: ScriptPlace, { contract, ...names }: ParseOptions): readonly Rule[] {
  const parsed = scriptSchema.safeParse(value ?? {});
  if (!parsed.success) throw new InputError(misreadings(parsed.error.issues).map((misread) => findingFor(misread, place)));
  const nextId = createIds(place.name);
  const findings: Finding[] = [];
  const rules = parsed.data.rules.map((written, index) => {
    const base = jsonPointer.join('/rules', index);
    const rule = ruleOf(written, sourceOf(place, base), nextId);
    for (const problem of compileRule(rule, contract, names).problems) {
      const pointer = writtenAt(problem.pointer, written, base);
      findings.push(findingOf({ ...problem, what: `${dotted(pointer)}: ${problem.what}` }, place.locate?.(pointer)));
    }
    return rule;
  });
  if (findings.length > 0) throw new InputError(findings.slice(0, MAX_FINDINGS));
  return rules;
}

/** The value of a script file. */
export function readScriptSource(file: string): Source {
  try {
    return readSource(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.findings.map(({ what, remedy, location }) =>
        findingOf(
          {
            what,
            why: 'A script says what the mock answers.',
            remedy: location === undefined ? 'Name an existing file with --script.' : remedy,
          },
          location,
        ),
      ),
    );
  }
}

function ruleOf(written: WrittenRule, source: string, nextId: (rule: Omit<Rule, 'id' | 'source'>) => string): Rule {
  const { name, on, when, then = 'repeat-last', per, delay, uses, lasts, probability, seed, priority = 5, scenario } = written;
  const rule: Omit<Rule, 'id' | 'source'> = {
    name,
    priority,
    match: { ...(on === undefined ? {} : { on }), ...matchOf(when) },
    answers: answersOf(written),
    end: then,
    perIdempotencyKey: per !== undefined,
    delay: delay === undefined ? undefined : delayOf(delay),
    uses,
    lastsMs: lasts === undefined ? undefined : parseDuration(lasts),
    probability,
    seed: seed === undefined ? undefined : String(seed),
    scenario: scenario as Rule['scenario'],
  };
  return { id: nextId(rule), ...rule, source };
}

function answersOf(written: WrittenRule): Rule['answers'] {
  if (written.answers === undefined) return [inFull(written)];
  return [written.answers].flat().map(answerOf) as unknown as Rule['answers'];
}

function answerOf(written: WrittenAnswer): RuleAnswer {
  if (typeof written === 'number') return { status: written };
  if (typeof written === 'object') return inFull(written);
  return written === 'ok' || written === 'passes' ? { passes: true } : { fails: written };
}

const MEMBERS = [...KINDS, 'details', 'message', 'headers'] as const;

/** An answer out of an object that may be a whole rule. */
function inFull(written: Partial<Record<(typeof MEMBERS)[number], unknown>>): RuleAnswer {
  return Object.fromEntries(
    MEMBERS.flatMap((member) => (written[member] === undefined ? [] : [[member, written[member]]])),
  ) as unknown as RuleAnswer;
}

function delayOf(delay: NonNullable<WrittenRule['delay']>): Delay {
  return typeof delay === 'object' ? delay : parseDuration(delay);
}

/** Ids that a rule keeps when others around it change: by its name, or else by its content. They look like UUIDs, as WireMock's do. */
function createIds(file: string): (rule: Omit<Rule, 'id' | 'source'>) => string {
  const used = new Map<string, number>();
  return (rule) => {
    const own = rule.name ?? JSON.stringify(rule);
    const count = used.get(own) ?? 0;
    used.set(own, count + 1);
    const hash = createHash('sha256')
      .update(JSON.stringify([file, own, count]))
      .digest('hex');
    return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
}

function sourceOf({ name, locate }: ScriptPlace, pointer: string): string {
  if (locate === undefined) return name;
  const { file, line, column } = locate(pointer);
  return `${file}:${line}:${column}`;
}

/** Where the file says what a place of the rule says. */
function writtenAt(pointer: string, { answers }: WrittenRule, base: string): string {
  const [first = '', second = '', ...rest] = jsonPointer.split(pointer);
  if (first === 'match') return jsonPointer.join(base, ...(second === 'on' ? ['on'] : ['when', second]), ...rest);
  if (first === 'lastsMs') return `${base}/lasts`;
  if (first !== 'answers') return base + pointer;
  if (answers === undefined) return jsonPointer.join(base, ...rest);
  const at = Array.isArray(answers) && second !== '' ? jsonPointer.join(`${base}/answers`, second) : `${base}/answers`;
  const one = Array.isArray(answers) ? answers[Number(second)] : answers;
  return typeof one === 'object' ? jsonPointer.join(at, ...rest) : at;
}

function findingFor({ pointer, message }: Misread, place: ScriptPlace): Finding {
  const said = pointer === '' ? 'the script' : dotted(pointer);
  const remedy = 'Write it as docs/scripts.md shows; schemas/script.schema.json completes it in editors.';
  return findingOf({ what: `${said}: ${message}`, why: NOT_READ, remedy }, place.locate?.(pointer));
}
