import type { Failure } from '../spec/index.js';
import { jsonPointer } from '../spec/index.js';
import type { Deployment } from './deployment.js';
import type { Redactor } from './redact.js';
import type { Exchange, WireAnswer, WireRequest } from './types.js';
import { wavHeader } from './wav.js';

/** Ids shorter than this turn up by chance in other requests. */
const SHORTEST_CAPTURE = 8;
/** Marks a shell variable inside text that is not quoted yet; a character that no request holds. */
const MARK = '\u0001';

/** A value that an earlier answer gave, and a later request uses. */
interface Capture {
  readonly variable: string;
  readonly value: string;
  /** Index of the exchange whose answer gave it, and where in the body. */
  readonly from: number;
  readonly pointer: string;
}

/**
 * A path as a shell script of curl calls: ids are captured from the answers that gave them, secrets are environment
 * variables, so that anybody can run it again.
 *
 * @example
 * toScript({ failure, cause, exchanges, deployment, redactor }); // '#!/usr/bin/env bash\n...'
 */
export function toScript(story: {
  readonly failure: Failure;
  readonly cause: string;
  readonly exchanges: readonly Exchange[];
  readonly deployment: Deployment;
  readonly redactor: Redactor;
  /** Part of every name that the run created; a script makes its own. */
  readonly run: string;
}): string {
  const { failure, cause, deployment, redactor } = story;
  // The script ends with the faulty request; what came after it (control twin) belongs to the judgement, not to the failure.
  const last = story.exchanges.findLastIndex(({ phase }) => phase === 'when');
  const faulty = story.exchanges.filter(({ phase }, index) => phase === 'restore' || last < 0 || index <= last);
  const captures = findCaptures(faulty);
  const substitutions = new Map<string, string>([[deployment.url, 'URL'], [story.run, 'RUN'], ...captures.map(({ value, variable }): [string, string] => [value, variable])]);
  const environment = new Set<string>();
  for (const { name, value, public: shown } of deployment.identities.values()) {
    if (shown) continue;
    substitutions.set(value, secretName(name));
    if (faulty.some(({ request }) => serialise(request).includes(value))) environment.add(secretName(name));
  }
  const quote = createQuote(substitutions);
  const steps = faulty.map((exchange, index) => toCommand(exchange, captures.filter(({ from }) => from === index), index, quote));
  const script = [
    '#!/usr/bin/env bash',
    `# ${failure.operation.id} ${failure.status} ${failure.code} (${cause})`,
    'set -euo pipefail',
    `URL=\${URL:-${deployment.replayUrl ?? deployment.url}}`,
    ...(faulty.some(({ request }) => serialise(request).includes(story.run)) ? ['RUN=$(date +%s)'] : []),
    ...[...environment].sort().map((name) => `: "\${${name}:?set it to the token of the identity ${name.slice('FAILPATH_'.length).toLowerCase()}}"`),
    '',
    ...steps,
    '',
  ].join('\n');
  return redactor.redact(script);
}

/** The environment variable that stands for an identity's token: `readOnly` is `FAILPATH_READ_ONLY`. */
export function secretName(identity: string): string {
  return `FAILPATH_${identity
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/\W/g, '_')
    .toUpperCase()}`;
}

/** An answer as it looks on the wire: status line, headers, body. */
export function formatResponse({ status, headers, text, json }: WireAnswer): string {
  const shown = Object.entries(headers).filter(([name]) => !['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'].includes(name));
  const body = json === undefined ? text : JSON.stringify(json, null, 2);
  const cut = body.length > 4000 ? `${body.slice(0, 4000)}\n... ${body.length - 4000} more characters` : body;
  return [`HTTP ${status}`, ...shown.map(([name, value]) => `${name}: ${value}`), '', cut].join('\n').trimEnd();
}

function serialise({ url, headers, body }: WireRequest): string {
  return [url, ...Object.values(headers), typeof body === 'string' ? body : ''].join('\n');
}

/** Values flow from answers into later requests: those are the ids that a script must capture. */
function findCaptures(exchanges: readonly Exchange[]): Capture[] {
  const captures: Capture[] = [];
  const names = new Map<string, number>();
  exchanges.forEach(({ answer }, from) => {
    for (const [pointer, value] of leaves(answer?.json, '')) {
      if (value.length < SHORTEST_CAPTURE || captures.some((one) => one.value === value)) continue;
      if (!exchanges.slice(from + 1).some(({ request }) => serialise(request).includes(value))) continue;
      const name = (jsonPointer.split(pointer).at(-1) ?? 'value').replace(/\W/g, '_').toUpperCase();
      const count = (names.get(name) ?? 0) + 1;
      names.set(name, count);
      captures.push({ variable: count === 1 ? name : `${name}_${count}`, value, from, pointer });
    }
  });
  return captures;
}

function* leaves(value: unknown, pointer: string): Generator<[string, string]> {
  if (typeof value === 'string') yield [pointer, value];
  else if (typeof value === 'number') yield [pointer, String(value)];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) yield* leaves(member, jsonPointer.join(pointer, key));
  }
}

function toCommand({ phase, label, request }: Exchange, captures: readonly Capture[], index: number, quote: (text: string) => string): string {
  const answer = `ANSWER_${index + 1}`;
  const lines = [
    ...(captures.length > 0 ? [`${answer}=$(curl -sS`] : [phase === 'when' ? 'curl -sS -i' : 'curl -sS']),
    `-X ${request.method} ${quote(request.url)}`,
    ...Object.entries(request.headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(typeof request.body === 'string' ? [`--data-raw ${quote(request.body)}`] : typeof request.body === 'object' ? ['--data-binary @-'] : []),
  ];
  const command = lines.join(' \\\n  ') + (captures.length > 0 ? ')' : '');
  const audio = typeof request.body === 'object' ? `${audioCommand(request.body.bytes)} |\n  ` : '';
  return [
    `# ${phase}: ${label}`,
    audio + command,
    ...captures.map(({ variable, pointer }) => `${variable}=$(jq -r '${jqPath(pointer)}' <<<"$${answer}")`),
  ].join('\n');
}

/** Prints a WAV of so many bytes: a header, then noise. */
function audioCommand(bytes: number): string {
  if (bytes === 0) return 'printf ""';
  const header = [...wavHeader(bytes).subarray(0, bytes)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  return `{ printf '${header}'; head -c ${Math.max(bytes - 44, 0)} /dev/urandom; }`;
}

function jqPath(pointer: string): string {
  return jsonPointer
    .split(pointer)
    .map((member) => (/^\d+$/.test(member) ? `[${member}]` : /^\w+$/.test(member) ? `.${member}` : `[${JSON.stringify(member)}]`))
    .join('')
    .replace(/^\[/, '.[');
}

/** Quotes text for a shell: literal parts in single quotes, variables in double ones. */
function createQuote(substitutions: ReadonlyMap<string, string>): (text: string) => string {
  const values = [...substitutions.keys()].filter((value) => value !== '').sort((a, b) => b.length - a.length);
  return (text) => {
    let marked = text;
    for (const value of values) marked = marked.replaceAll(value, `${MARK}${substitutions.get(value)}${MARK}`);
    return marked
      .split(MARK)
      .map((part, index) => (index % 2 === 1 ? `"$${part}"` : part === '' ? '' : `'${part.replaceAll("'", String.raw`'\''`)}'`))
      .join('');
  };
}
