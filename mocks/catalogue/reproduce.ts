import { jsonPointer, type Contract, type Failure, type Operation, type Parameter } from '../../spec/index.js';
import { atsReproduction } from '../ats/index.js';
import { jsonPointersOf } from './members.js';
import { appliedPreference } from '../prefer.js';
import { curl, type CurlRequest } from './shell.js';
import type { Declaration, Reproduction } from './types.js';

/** What a built-in sandbox adds: how to get there for failures that no single request reaches. */
type InSandbox = (failure: Failure, url: string) => Pick<Reproduction, 'by' | 'says' | 'shell'> | undefined;

/** By the `api` that a contract names. */
const IN_SANDBOX: Readonly<Record<string, InSandbox>> = { ats: atsReproduction };

/**
 * How to be answered with a failure by the mock: always by asking for it, and where it has a magic value that one request can carry, or the
 * sandbox knows a way, without asking as well.
 *
 * @example
 * reproductionsOf(contract, failure, 'http://127.0.0.1:4010')[0]?.shell; // "curl -i -X POST -H 'Prefer: error=api_key.revoked' http://..."
 */
export function reproductionsOf(contract: Contract, failure: Failure, url: string): readonly Reproduction[] {
  const { operation, status } = failure;
  const base = { operation: operation.id, status };
  const address = addressOf(operation, url);
  const chosen: Reproduction = {
    ...base,
    by: 'choice',
    says: 'Ask for it: the request need not be valid.',
    shell: curl({ method: operation.method, ...choiceOf(failure, address) }),
  };
  const others = [byMagic(contract, failure, address), inSandbox(contract, failure, url)].filter((one) => one !== undefined);
  return [chosen, ...others.map((one) => ({ ...base, ...one }))];
}

/** The choice of a failure: in a header, or in the query where no header can carry the code. */
function choiceOf({ operation, status, code }: Failure, address: string): Pick<CurlRequest, 'url' | 'headers'> {
  const severalStatuses = operation.failures.some((other) => other.code === code && other.status !== status);
  if (!/^[\x20-\x7e]+$/.test(code)) {
    const query = new URLSearchParams({ __error: code, ...(severalStatuses ? { __code: String(status) } : {}) });
    return { url: `${address}?${query.toString()}` };
  }
  return { url: address, headers: [`Prefer: ${appliedPreference('error', code)}${severalStatuses ? `, code=${status}` : ''}`] };
}

/**
 * Of the ways to a code at its operations, the best of each kind: the choice, at the operation of the first other way; then the real cause and
 * the magic value.
 */
export function bestOf(operations: readonly Pick<Declaration, 'reproductions'>[]): readonly Reproduction[] {
  const all = operations.flatMap(({ reproductions }) => reproductions);
  const kinds = (['cause', 'magic'] as const).map((kind) => shortest(all.filter(({ by }) => by === kind)));
  const others = kinds.filter((one) => one !== undefined);
  const choice = all.find(({ by, operation }) => by === 'choice' && (others[0] === undefined || operation === others[0].operation));
  return [...(choice === undefined ? [] : [choice]), ...others];
}

/** What takes the fewest commands, the first of them. */
function shortest(all: readonly Reproduction[]): Reproduction | undefined {
  const commands = ({ shell }: Reproduction): number => shell.split('\n').length;
  return all.reduce<Reproduction | undefined>(
    (best, one) => (best === undefined || commands(one) < commands(best) ? one : best),
    undefined,
  );
}

/** One request whose body carries the magic value. */
function byMagic(contract: Contract, { operation, magic, status, code }: Failure, url: string): ReturnType<InSandbox> {
  const members = contract.magic?.members ?? [];
  const schema = operation.body?.json?.schema;
  const ambiguous = operation.failures.some((other) => other.code === code && other.status !== status);
  if (magic === undefined || magic === '' || schema === undefined || ambiguous) return undefined;
  const taken = jsonPointersOf(contract.document, schema, members);
  const member = taken[0];
  if (member === undefined) return undefined;
  const body = jsonPointer.set({}, member, magic);
  return {
    by: 'magic',
    says: `Send the magic value in ${member}: for clients that cannot set headers. The rest of the request need not be valid.`,
    shell: curl({ method: operation.method, url, json: JSON.stringify(body) }),
  };
}

function inSandbox({ api }: Contract, failure: Failure, url: string): ReturnType<InSandbox> {
  return api !== undefined && Object.hasOwn(IN_SANDBOX, api) ? IN_SANDBOX[api]?.(failure, url) : undefined;
}

/** The address of an operation, with the contract's examples in its path. */
function addressOf({ path, parameters }: Operation, url: string): string {
  const named = new Map(parameters.filter((one) => one.in === 'path').map((one) => [one.name, one]));
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(valueOf(named.get(name)) ?? name));
  return `${url.replace(/\/+$/, '')}${filled}`;
}

function valueOf(parameter: Parameter | undefined): string | undefined {
  const schema = parameter?.schema as
    { readonly example?: unknown; readonly default?: unknown; readonly enum?: readonly unknown[] } | undefined;
  const value = [parameter?.example, schema?.example, schema?.default, schema?.enum?.[0]].find((one) => one !== undefined && one !== null);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
