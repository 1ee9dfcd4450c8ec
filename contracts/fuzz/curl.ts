import type { Deployment } from '../deployment.js';
import type { Redactor } from '../redact.js';
import { secretName, secretsOf } from '../repro.js';
import { fill, partsOf, type Values } from './placeholders.js';
import type { FuzzRequest } from './types.js';

/** What stands in a shell for a credential, and for what became of it. */
const CHANGED: Readonly<Record<string, (variable: string) => string>> = {
  upper: (variable) => `"\${${variable}^^}"`,
  lower: (variable) => `"\${${variable},,}"`,
  swapped: (variable) => `"\${${variable}~~}"`,
  cut: (variable) => `"\${${variable}%?}"`,
  doubled: (variable) => `"$${variable}$${variable}"`,
  other: (variable) => `"$(sed 's/[^0]$/0/;t;s/0$/1/' <<<"$${variable}")"`,
  reversed: (variable) => `"$(rev <<<"$${variable}")"`,
};

/** What is repeated is written out where it is not longer than this. */
const MOST_WRITTEN = 400;

/** What a command is made of beside its request. */
interface CurlContext {
  readonly deployment: Deployment;
  readonly redactor: Redactor;
  readonly values: Values;
}

/**
 * A request as one line for a shell (bash); credentials that are no public ones are environment variables.
 *
 * @example
 * toCurl(request, { deployment, redactor, values }); // "curl -sS -i -X POST 'http://127.0.0.1:4010/v1/...' --data-raw '{}'"
 */
export function toCurl(request: FuzzRequest, context: CurlContext): string {
  const { deployment, redactor } = context;
  const { method, target, body } = request;
  const base = deployment.replayUrl ?? deployment.url;
  const isSocket = request.headers.some(([name]) => name === 'upgrade');
  const long =
    body !== undefined &&
    partsOf(body).some((part) => typeof part !== 'string' && ('bytes' in part || part.unit.length * part.times > MOST_WRITTEN));
  const headers = [...Object.entries(deployment.http.headers), ...request.headers].map(([name, value]) =>
    value === '' ? `-H ${quote(`${name};`)}` : `-H ${word(`${name}: ${value}`, 'header', context)}`,
  );
  const words = [
    'curl -sS -i',
    ...(isSocket ? ['--http1.1 --max-time 10'] : []),
    ...(/\/\.|%2e/i.test(target) ? ['--path-as-is'] : []),
    ...(/[[\]{}]/.test(target.replaceAll(/\$\{[^}]*\}/g, '')) ? ['-g'] : []),
    // With a body, curl would wait for another one.
    method !== 'HEAD' ? `-X ${method}` : body === undefined ? '-I' : '-X HEAD --max-time 2',
    word(base + target, 'target', context),
    ...headers,
    // curl would say what the body is, where the request did not.
    ...(body !== undefined && !request.headers.some(([name]) => name === 'content-type') ? ["-H 'content-type:'"] : []),
    ...(body === undefined ? [] : [long ? '--data-binary @-' : `--data-raw ${word(body, 'body', context)}`]),
  ];
  return redactor.redact(`${long ? `{ ${pieces(body, context)}; } | ` : ''}${words.join(' ')}`);
}

/** What prints a body that is too long for a command line. */
function pieces(body: string, context: CurlContext): string {
  return partsOf(body)
    .map((part) => {
      if (typeof part === 'string') return `printf %s ${word(part, 'body', context)}`;
      if ('bytes' in part) return `printf '${part.bytes.replaceAll(/../g, String.raw`\x$&`)}'`;
      return `yes ${quote(part.unit)} | head -n ${part.times} | tr -d '\\n'`;
    })
    .join('; ');
}

/** A text as one word, with variables in place of credentials. */
function word(text: string, notation: 'target' | 'header' | 'body', { deployment, values }: CurlContext): string {
  const secrets = secretsOf(deployment);
  /** What stands as it is and what the shell fills in, in turn. */
  const parts: string[] = [''];
  const say = (plain: string): void => void (parts[parts.length - 1] += plain);
  const ask = (variable: string): void => void parts.push(variable, '');
  for (const part of text.split(/(\$\{[^}]+\})/)) {
    const [, name = '', change] = /^\$\{([A-Za-z_][\w.-]*)(?:!(\w+))?\}$/.exec(part) ?? [];
    const filled = fill(part, values, notation);
    const known = secrets.find(({ value }) => filled.includes(value));
    if (name === 'unique') ask('"unique-$RANDOM"');
    else if (values.has(name) && isCredential(name, deployment, values))
      ask(change === undefined ? `"$${secretName(name)}"` : (CHANGED[change]?.(secretName(name)) ?? ''));
    else if (known === undefined) say(filled);
    else filled.split(known.value).forEach((plain, index) => (index === 0 ? say(plain) : (ask(`"$${known.variable}"`), say(plain))));
  }
  return parts.map((part, index) => (index % 2 === 1 ? part : part === '' ? '' : quote(part))).join('') || "''";
}

/** Credentials of deployment files, and those that a run was given by the deployment itself. */
function isCredential(name: string, { identities }: Deployment, values: Values): boolean {
  const identity = identities.get(name);
  if (identity !== undefined) return !identity.public;
  return name === 'partnerSession' || (values.get(name) ?? '').length > 60;
}

/** Text that a shell takes as it stands, on one line whatever is in it. */
function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/.test(text))
    return `$'${[...text].map(escaped).join('')}'`;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function escaped(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  const point = character.codePointAt(0) ?? 0;
  if (point >= 0x20 && point < 0x7f) return character;
  return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`;
}
