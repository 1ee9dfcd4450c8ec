import { createQuote, formatResponse, scriptOf, secretsOf } from '../../repro.js';
import { isHandshake } from '../../handshake.js';
import type { Deployment } from '../../deployment.js';
import type { Exchange } from '../../types.js';
import type { Finding, FuzzRequest } from '../types.js';
import type { Taken } from './take.js';
import type { Wrong } from './types.js';

/** What a sequence has shown, as a finding: its requests, and a script that sends them again. */
export function toFinding(taken: Taken, wrong: Wrong): Finding {
  const { context } = taken;
  const { redactor } = context;
  const told = storyOf(taken);
  const last = told.at(-1)?.answer;
  return {
    ...wrong,
    says: redactor.redact(wrong.says),
    requests: told.map((exchange) => toRequest(exchange, taken)),
    sequence: taken.steps,
    answer: last === undefined ? undefined : formatResponse(last, redactor.redact),
    curl: toCurl(told, taken, wrong),
    times: 1,
  };
}

/** The steps, and what was looked at when something was found wrong; how the sequence began is everybody's business. */
function storyOf({ exchanges }: Taken): readonly Exchange[] {
  const steps = exchanges.findLastIndex(({ phase }) => phase === 'given');
  return exchanges.filter(({ phase }, index) => phase === 'given' || (phase === 'control' && index > steps));
}

function toRequest({ label, request }: Exchange, { context, names }: Taken): FuzzRequest {
  const { deployment, redactor } = context;
  const known = new Map([...[...deployment.identities.values()].map(({ value, name }): [string, string] => [value, name]), ...names]);
  const token = request.headers['authorization']?.replace(/^\w+ +/, '');
  const as = token === undefined ? null : (known.get(token) ?? null);
  const named = (text: string): string => redactor.redact(token === undefined || as === null ? text : text.replaceAll(token, `\${${as}}`));
  return {
    operation: label,
    method: request.method,
    target: redactor.redact(request.url.startsWith(deployment.url) ? request.url.slice(deployment.url.length) : request.url),
    headers: Object.entries(request.headers)
      .filter(([name]) => name !== deployment.sessions?.header)
      .map(([name, value]) => [name, named(value)] as const),
    body: typeof request.body === 'string' ? named(request.body) : request.body && `<${request.body.bytes} bytes of audio>`,
    as,
  };
}

function toCurl(told: readonly Exchange[], { groups, context }: Taken, { operation, says }: Wrong): string {
  const { deployment, redactor, run } = context;
  const isAtOnce = (index: number): boolean => {
    const exchange = told[index];
    return exchange !== undefined && groups.some((group) => group.length > 1 && group.includes(exchange));
  };
  const script = scriptOf({
    title: redactor.redact(`${operation}: ${says}`.replaceAll(/\s+/g, ' ')),
    exchanges: told,
    deployment,
    redactor,
    run,
    isShown: (index) => index === told.length - 1 || isAtOnce(index),
    whatOf: ({ label }) => label,
    isAtOnce,
  });
  // What takes no value from an answer needs no script.
  const isPlain = !script.includes('$(member ') && told.every(({ request }) => typeof request.body !== 'object' && !isHandshake(request));
  return isPlain ? inOneLine(told, isAtOnce, { deployment, redactor }) : script;
}

function inOneLine(
  told: readonly Exchange[],
  isAtOnce: (index: number) => boolean,
  { deployment, redactor }: { readonly deployment: Deployment; readonly redactor: Taken['context']['redactor'] },
): string {
  const quote = createQuote(new Map(secretsOf(deployment).map(({ value, variable }) => [value, variable])), redactor);
  const url = deployment.replayUrl ?? deployment.url;
  return told
    .map(({ request }, index) => {
      const headers = Object.entries({ ...deployment.http.headers, ...request.headers }).filter(
        ([name]) => name !== deployment.sessions?.header,
      );
      const command = [
        `curl -sS -i -X ${request.method}`,
        quote(request.url.startsWith(deployment.url) ? `${url}${request.url.slice(deployment.url.length)}` : request.url),
        ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
        ...(typeof request.body === 'string' ? [`--data-raw ${quote(request.body)}`] : []),
      ].join(' ');
      if (index === told.length - 1) return isAtOnce(index) ? `${command}; wait` : command;
      return isAtOnce(index) && isAtOnce(index + 1) ? `${command} & ` : `${command}; `;
    })
    .join('');
}
