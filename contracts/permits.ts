import { closest, InputError, type Contract } from '../spec/index.js';
import { SHARED_STATES } from './capability-file.js';
import type { Deployment } from './deployment.js';
import type { CallTemplate } from './deployment-file.js';
import { SetupFailed } from './setup-failed.js';
import type { Transport, WireRequest } from './types.js';
import { addressOf } from './wire.js';

/** Why a request may not be sent, naming what to write into the deployment file; `undefined` when it may. */
export type Permits = (request: WireRequest) => string | undefined;

/** A request that the deployment file does not permit; it was not sent. */
export class NotPermitted extends SetupFailed {}

/** Sends only what is permitted; runs know no other transport. */
export interface PermittingTransport extends Transport {
  /** @throws {NotPermitted} when the request would be refused; nothing is sent */
  mustPermit(request: WireRequest): void;
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const USUAL_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * What a deployment file permits: everything, unless it says `production: true` or has an `allow` list; then requests to named hosts
 * only, and of those that are not safe (RFC 9110, section 9.2.1) only named ones. Decided by what goes over the wire, so that no
 * caller can forget to say what it does.
 *
 * @example
 * createPermits(contract, deployment)(request); // 'the deployment file does not allow initWork: name it in allow.writes'
 *
 * @throws {InputError} `deployment-invalid` when `allow.writes` has a name that is nothing which could be written
 */
export function createPermits(contract: Contract, deployment: Deployment): Permits {
  const { allow } = deployment;
  if (allow === undefined) return () => undefined;
  mustKnow(contract, allow.writes);
  const callOf = createCallFinder(deployment);
  return (request) => {
    if (!URL.canParse(request.url)) return 'the deployment file does not allow requests to what is no URL';
    const url = new URL(request.url);
    if (!hostsOf(url).some((host) => allow.hosts.has(host)))
      return `the deployment file does not allow requests to ${url.host}: name that host in allow.hosts`;
    const operation = operationOf(contract, deployment, request.method, url);
    if (operation === undefined) {
      const call = typeof request.body === 'object' ? 'upload' : callOf(request);
      if (call !== undefined) return allow.writes.has(call) ? undefined : unnamed(call);
      return SAFE.has(request.method)
        ? undefined
        : `the deployment file cannot allow ${/^[AEIOU]/.test(request.method) ? 'an' : 'a'} ${request.method} that is no operation of the contract, no upload and no call of capabilities`;
    }
    if (SAFE.has(request.method)) return undefined;
    if (request.method === 'DELETE')
      return allow.revocations ? undefined : `the deployment file does not allow ${operation}: set allow.revocations: true`;
    return allow.writes.has(operation) ? undefined : unnamed(operation);
  };
}

/** A name that is misspelt would permit nothing, without a word. */
function mustKnow({ operations }: Contract, writes: ReadonlySet<string>): void {
  const known = [...operations.map(({ id }) => id), 'upload', 'sessions', ...SHARED_STATES];
  const unknown = [...writes].filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new InputError(
    unknown.map((name) => {
      const meant = closest(name, known);
      return {
        problem: 'deployment-invalid',
        what: `allow.writes: there is no ${JSON.stringify(name)} in the contract, and it is neither upload, sessions nor a capability with a call`,
        why: 'A name that is misread would permit something else, or nothing.',
        remedy: meant === undefined ? 'Name operations by their operationId: `failpath list` shows them.' : `Did you mean ${meant}?`,
      };
    }),
  );
}

/**
 * A transport that refuses what is not permitted before a byte of it is sent.
 *
 * @example
 * await permitting(transport, createPermits(contract, deployment)).send(request);
 *
 * @throws {NotPermitted} from `send`
 */
export function permitting(transport: Transport, permits: Permits): PermittingTransport {
  const mustPermit = (request: WireRequest): void => {
    const why = permits(request);
    if (why !== undefined) throw new NotPermitted(why);
  };
  return {
    mustPermit,
    send: async (request, about) => {
      mustPermit(request);
      return transport.send(request, about);
    },
    close: () => transport.close(),
  };
}

const unnamed = (name: string): string => `the deployment file does not allow ${name}: name it in allow.writes`;

/** A host as a file may name it: with its port, and without it where that is the usual one. */
function hostsOf({ protocol, hostname, port }: URL): string[] {
  const usual = USUAL_PORTS[protocol];
  const name = hostname.toLowerCase();
  return port === '' ? [name, `${name}:${usual}`] : [`${name}:${port}`];
}

function operationOf(contract: Contract, deployment: Deployment, method: string, url: URL): string | undefined {
  const base = new URL(deployment.url);
  const folder = base.pathname.replace(/\/+$/, '');
  if (url.origin !== base.origin || !url.pathname.startsWith(`${folder}/`)) return undefined;
  return contract.route(method, url.pathname.slice(folder.length))?.operation.id;
}

/** Which capability's call a request is, by the URLs that the deployment file gives; parameters stand for anything but a slash. */
function createCallFinder({ ways, sessions, url }: Deployment): (request: WireRequest) => string | undefined {
  const described: { name: string; calls: readonly (CallTemplate | undefined)[] }[] = [...ways].flatMap(([name, way]) =>
    'magic' in way ? [] : [{ name, calls: [way.set, way.restore] }],
  );
  if (sessions !== undefined) described.push({ name: 'sessions', calls: [sessions.open, sessions.close] });
  const patterns = described.flatMap(({ name, calls }) =>
    calls.flatMap((call) => (call === undefined ? [] : [{ name, method: call.method, url: patternOf(call, url) }])),
  );
  return (request) => patterns.find((call) => call.method === request.method && call.url.test(request.url))?.name;
}

function patternOf({ url }: CallTemplate, base: string): RegExp {
  const parts = addressOf(url, base)
    .split(/\{\{\w+\}\}/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('[^/?#&]*')}$`);
}
