import type { Failure } from '../spec/index.js';
import { jsonPointer } from '../spec/index.js';
import { findCaptures, type Capture } from './captures.js';
import type { Deployment } from './deployment.js';
import type { Redactor } from './redact.js';
import { isHandshake } from './handshake.js';
import type { Exchange, WireAnswer, WireRequest } from './types.js';
import { wavHeader } from './wav.js';

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
  /** The last part of the story; by default the faulty request. */
  readonly until?: 'when' | 'again' | 'control';
}): string {
  const { failure, cause } = story;
  // What came after the faulty request (the same again, the control twin) belongs to the judgement, unless it is what failed.
  const { until = 'when' } = story;
  const last = until === 'control' ? -1 : story.exchanges.findLastIndex(({ phase }) => phase === until);
  const exchanges = story.exchanges.filter(({ phase }, index) => phase !== 'fresh' && (phase === 'restore' || last < 0 || index <= last));
  const ending = exchanges.findLastIndex(({ phase }) => phase !== 'restore');
  return scriptOf({
    ...story,
    title: `${failure.operation.id} ${failure.status} ${failure.code} (${cause.replaceAll(/\s+/g, ' ')})`,
    exchanges,
    isShown: (index) => index === ending || isFaulty(exchanges[index]),
    whatOf: (exchange) => (isFaulty(exchange) ? `${exchange.label}, to be refused with ${failure.status} ${failure.code}` : exchange.label),
  });
}

function isFaulty(exchange: Exchange | undefined): boolean {
  return exchange?.phase === 'when' || exchange?.phase === 'again';
}

/** Requests that are to be a script. */
export interface ScriptStory {
  /** In one line. */
  readonly title: string;
  readonly exchanges: readonly Exchange[];
  readonly deployment: Deployment;
  readonly redactor: Redactor;
  readonly run: string;
  /** Whether the answer of a request is what the script is run for; nothing is captured from it. */
  isShown(index: number): boolean;
  whatOf(exchange: Exchange): string;
  /** Whether a request is sent while the one before it, or after it, is under way as well. */
  isAtOnce?(index: number): boolean;
}

/** Requests as a shell script of curl calls; see {@link toScript}. */
export function scriptOf(story: ScriptStory): string {
  const { deployment, redactor, title, isShown, whatOf, isAtOnce = () => false } = story;
  const sending = story.exchanges.map((exchange) => sentAgain(exchange, deployment));
  const said = sending.map(({ text }) => text);
  const sent = said.join('\n');
  const captures = findCaptures(sending, said).filter(({ from }) => !isShown(from));
  const secrets = secretsOf(deployment).filter(({ value }) => sent.includes(value));
  const quote = createQuote(
    new Map([
      [deployment.url, 'URL'],
      [story.run, 'RUN'],
      ...captures.map(({ value, variable }): [string, string] => [value, variable]),
      ...secrets.map(({ value, variable }): [string, string] => [value, variable]),
    ]),
    redactor,
  );
  const url = deployment.replayUrl ?? deployment.url;
  const script = [
    '#!/usr/bin/env bash',
    `# ${title}`,
    'set -euo pipefail',
    `URL=\${URL:-${/^[\w:/.~%@[\]-]+$/.test(url) ? url : literal(url)}}`,
    ...(sent.includes(story.run) ? ['RUN=$(date +%s) # part of the name of all that this makes and leaves behind'] : []),
    ...[...new Set(secrets.map(({ variable, what }) => `: "\${${variable}:?set it to ${what}}"`))].sort(),
    ...(captures.length > 0 ? [MEMBER] : []),
    '',
    ...sending.map((exchange, index) => {
      const command = toCommand(exchange, {
        what: whatOf(exchange),
        captures: captures.filter(({ from }) => from === index),
        shown: isShown(index),
        answer: `ANSWER_${index + 1}`,
        quote,
      });
      if (!isAtOnce(index)) return command;
      return isAtOnce(index + 1) ? `${command} &` : `${command} &\nwait`;
    }),
    '',
  ].join('\n');
  return redactor.redact(script);
}

/** A request as a script sends it, and all that it says. */
interface SentAgain extends Exchange {
  readonly text: string;
}

/** By deployment and exchange: what a visit of probes begins with is in the scripts of all of them. */
const sentBefore = new WeakMap<Deployment, WeakMap<Exchange, SentAgain>>();

function sentAgain(exchange: Exchange, deployment: Deployment): SentAgain {
  let known = sentBefore.get(deployment);
  if (known === undefined) sentBefore.set(deployment, (known = new WeakMap()));
  let sent = known.get(exchange);
  if (sent === undefined) {
    // A session has ended when somebody reads of it; whoever runs the script has a world of their own.
    const { [deployment.sessions?.header ?? '']: _, ...headers } = { ...deployment.http.headers, ...exchange.request.headers };
    const request = { ...exchange.request, headers };
    known.set(exchange, (sent = { ...exchange, request, text: serialise(request) }));
  }
  return sent;
}

/** The environment variable that stands for an identity's token: `readOnly` is `FAILPATH_READ_ONLY`. */
export function secretName(identity: string): string {
  return `FAILPATH_${identity
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/\W/g, '_')
    .toUpperCase()}`;
}

/** Names of headers that hold credentials. */
const CREDENTIAL = /auth|cookie|key|token|secret|session|signature/i;

/** A value that no output may show, and the environment variable that stands for it. */
export interface Secret {
  readonly value: string;
  readonly variable: string;
  /** In words: what to set the variable to. */
  readonly what: string;
}

/**
 * Every credential that a deployment was given: tokens of identities, variables in its calls and headers, and headers
 * that are credentials by their name.
 *
 * @example
 * for (const { value, variable } of secretsOf(deployment)) redactor.add(value, variable);
 */
export function secretsOf({ identities, aged, secrets, http }: Deployment): Secret[] {
  const session = aged.partnerSession === undefined ? [] : [aged.partnerSession.token];
  const tokens = [...identities.values(), ...session].filter((identity) => !identity.public);
  const headers = Object.entries(http.headers).filter(
    ([name, value]) => CREDENTIAL.test(name) && ![...secrets.values()].some((secret) => value.includes(secret)),
  );
  return [
    ...tokens.map(({ name, value }) => ({
      value,
      variable: secretName(name),
      what: `the token of the identity ${name.replaceAll(/[^\w.-]/g, '_')}`,
    })),
    ...[...secrets].map(([variable, value]) => ({ value, variable, what: 'what the deployment file was filled in with' })),
    ...headers.map(([name, value]) => ({
      value: value.replace(/^\w+ +/, ''),
      variable: secretName(`header-${name}`),
      what: `the credential of the header ${name.replaceAll(/[^\w-]/g, '_')}`,
    })),
  ];
}

/** An answer as it looks on the wire: status line, headers, body. */
export function formatResponse({ status, headers, text, json }: WireAnswer, redact: (text: string) => string): string {
  const shown = Object.entries(headers).filter(
    ([name]) => !['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'].includes(name),
  );
  // Before it is cut: half a secret is not known as one.
  const body = redact(json === undefined ? text : JSON.stringify(json, null, 2));
  const cut = body.length > 4000 ? `${body.slice(0, 4000)}\n... ${body.length - 4000} more characters` : body;
  return [`HTTP ${status}`, ...shown.map(([name, value]) => redact(`${name}: ${value}`)), '', cut].join('\n').trimEnd();
}

function serialise({ url, headers, body }: WireRequest): string {
  return [url, ...Object.values(headers), typeof body === 'string' ? body : ''].join('\n');
}

/** What a command is in its script. */
interface Command {
  readonly what: string;
  readonly captures: readonly Capture[];
  /** Whether its answer is what the script is run for. */
  readonly shown: boolean;
  /** The variable for the answer. */
  readonly answer: string;
  readonly quote: (text: string) => string;
}

/** A step on the way must succeed, or the script ends there; of those, only what is needed later is kept. */
function toCommand({ phase, request, answer: answered, waitedMs }: Exchange, { what, captures, shown, answer, quote }: Command): string {
  // A step that was refused on the way, and was meant to be, such as asking whether a key is revoked by now, ends no script.
  const fails = answered !== undefined && answered.status >= 400 ? '-sS' : '-sSf';
  const curl = shown ? "curl -sS -i -w '\\n'" : captures.length > 0 ? 'curl -sSf' : `curl ${fails} -o /dev/null`;
  const kept = captures.length > 0 && !shown;
  // curl can ask for a WebSocket, but if one is opened it listens until it is stopped.
  const [open, stopped] = isHandshake(request) ? [' --http1.1 --max-time 10', ' || test $? -eq 28'] : ['', ''];
  const lines = [
    `${kept ? `${answer}=$(` : ''}${curl}${open}`,
    `-X ${request.method} ${quote(request.url)}`,
    ...Object.entries(request.headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(typeof request.body === 'string'
      ? [`--data-raw ${quote(request.body)}`]
      : typeof request.body === 'object'
        ? ['--data-binary @-']
        : []),
  ];
  const command = lines.join(' \\\n  ') + (kept ? ')' : '') + stopped;
  const audio = typeof request.body === 'object' ? `${audioCommand(request.body.bytes)} |\n  ` : '';
  return [
    `# ${phase}: ${what}`,
    ...(waitedMs === undefined ? [] : [`sleep ${Math.ceil(waitedMs / 100) / 10}`]),
    audio + command,
    ...(kept ? captures.map(({ variable, pointer }) => `${variable}=$(member "$${answer}" ${memberPath(pointer)})`) : []),
  ].join('\n');
}

/** Reads JSON in a script: with node, which is there wherever failpath ran. */
const MEMBER = `member() { node -p "JSON.parse(process.argv[1])$2" "$1"; }`;

/** Prints a WAV of so many bytes: a header, then noise. */
function audioCommand(bytes: number): string {
  if (bytes === 0) return 'printf ""';
  const header = [...wavHeader(bytes).subarray(0, bytes)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  return `{ printf '${header}'; head -c ${Math.max(bytes - 44, 0)} /dev/urandom; }`;
}

/** A JSON pointer as JavaScript, quoted for a shell where need be: `/items/id` is `.items.id`, `/0/id` is `'[0].id'`. */
function memberPath(pointer: string): string {
  const member = (name: string): string =>
    /^\d+$/.test(name) ? `[${name}]` : /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  const path = jsonPointer.split(pointer).map(member).join('');
  return /^[.\w]+$/.test(path) ? path : literal(path);
}

/**
 * Quotes text for a shell: values that a variable holds become that variable in double quotes, all else is literal.
 *
 * @example
 * createQuote(new Map([['http://127.0.0.1', 'URL']]), redactor)("http://127.0.0.1/it's"); // `"$URL"'/it'\\''s'`
 */
export function createQuote(variables: ReadonlyMap<string, string>, redactor: Redactor): (text: string) => string {
  const values = [...variables.keys()].filter((value) => value !== '').sort((a, b) => b.length - a.length);
  if (values.length === 0) return (text) => literal(redactor.redact(text));
  const plain = (text: string): string => (text === '' ? '' : literal(redactor.redact(text)));
  // Not by an expression: each script has values of its own, and would compile one of its own.
  const quoted = (text: string): string => {
    let [shown, from] = ['', 0];
    for (let hit = firstOf(values, text, from); hit !== undefined; hit = firstOf(values, text, from)) {
      shown += `${plain(text.slice(from, hit.at))}"$${variables.get(hit.value)}"`;
      from = hit.at + hit.value.length;
    }
    return shown + plain(text.slice(from)) || "''";
  };
  // Requests of a path have most of their headers in common.
  const known = new Map<string, string>();
  return (text) => {
    let shown = known.get(text);
    if (shown === undefined) known.set(text, (shown = quoted(text)));
    return shown;
  };
}

/** Where the first of these values stands; of several at one place, the one that is listed first. */
function firstOf(values: readonly string[], text: string, from: number): { readonly value: string; readonly at: number } | undefined {
  let first: { readonly value: string; readonly at: number } | undefined;
  for (const value of values) {
    const at = text.indexOf(value, from);
    if (at >= 0 && (first === undefined || at < first.at)) first = { value, at };
  }
  return first;
}

/** Text that a shell takes as it stands. */
function literal(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
