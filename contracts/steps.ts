import { randomUUID } from 'node:crypto';
import type { Contract, Operation } from '../spec/index.js';
import { jsonPointer } from '../spec/index.js';
import { isSharedState } from './capability-file.js';
import { exampleRequest } from './example-request.js';
import { missingOf, type Resolver, type Way } from './capabilities.js';
import type { Deployment } from './deployment.js';
import type { CallTemplate, MagicWay } from './deployment-schema.js';
import { NotPermitted, type PermittingTransport } from './permits.js';
import type { Redactor } from './redact.js';
import { describeAnswer, insteadOfSuccess, refusedBy, SetupFailed } from './setup-failed.js';
import { succeeded } from './success.js';
import { identityFor, type Sequence, type Suite } from './suite.js';
import {
  TransportError,
  type AudioUpload,
  type Capability,
  type Exchange,
  type PathRequest,
  type SharedState,
  type Token,
  type WireAnswer,
  type WireRequest,
} from './types.js';
import { fromTemplate, toWire } from './wire.js';

/** What all paths of a run share. */
export interface RunContext {
  readonly contract: Contract;
  readonly deployment: Deployment;
  readonly suite: Suite;
  readonly resolve: Resolver;
  readonly transport: PermittingTransport;
  readonly redactor: Redactor;
  /** Short and random: part of every name that the run creates. */
  readonly run: string;
  /** The sequences that ran already, by capability. */
  readonly shared: Map<Capability, Promise<Provided>>;
  /** Lets so many milliseconds pass; a rehearsal takes none. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Whether lines carry their path as a script: of a rehearsal, nobody reads it. */
  readonly scripts: boolean;
  /** What the run must undo at its end. */
  readonly cleanups: Cleanup[];
  /** What may have made something without anybody knowing: POSTs that got no answer. */
  readonly unsure: Set<string>;
  /** The operations that have succeeded in this run. */
  readonly succeeded: Set<string>;
  /** The header that names the session which this work has to itself; what is made there goes away with it. */
  readonly session?: Readonly<Record<string, string>>;
}

/** What a sequence made, or why it made nothing, and its requests: part of the story of every path that uses it. */
export type Provided = { readonly exchanges: readonly Exchange[]; readonly notes: readonly string[] } & (
  { readonly value: Token | string } | { readonly failed: SetupFailed }
);

export interface Cleanup {
  readonly what: string;
  undo(): Promise<void>;
}

/**
 * What a path's `given`, `when` and `control` work with: requests by operation, identities, uploads, shared state.
 * Every request is recorded for the report, under the phase in which it was sent.
 */
export class Steps {
  readonly exchanges: Exchange[] = [];
  readonly notes: string[] = [];
  readonly #context: RunContext;
  readonly #magic: MagicWay['magic'][] = [];
  readonly #restores: Cleanup[] = [];
  readonly #cleanups: Cleanup[] = [];
  #phase: Exchange['phase'] = 'given';
  #simulated = false;
  /** Whether a magic value has been in a request. */
  #pretended = false;
  #names = 0;
  #waitedMs = 0;

  constructor(context: RunContext) {
    this.#context = context;
  }

  get contract(): Contract {
    return this.#context.contract;
  }

  get deployment(): Deployment {
    return this.#context.deployment;
  }

  /** Whether a magic value took part: the answer was chosen at the API's edge. */
  get simulated(): boolean {
    return this.#simulated;
  }

  enter(phase: Exchange['phase']): void {
    this.#phase = phase;
  }

  /** How every name of this run begins. */
  get namesBegin(): string {
    return `failpath-${this.#context.run}-`;
  }

  /** A name that no other run or path uses; leftovers are found by its beginning. */
  unique(what = ''): string {
    this.#names += 1;
    // Of these node:crypto keeps a store; random bytes are asked of the system each time.
    return `${this.namesBegin}${what}${what === '' ? '' : '-'}${randomUUID().slice(0, 6)}${this.#names}`;
  }

  /** How the operation succeeds here: its scenario's request, provisioned afresh; without a scenario, the contract's example. */
  async scenario(operation: string): Promise<PathRequest> {
    const scenario = this.#context.suite.scenarios[operation];
    if (scenario !== undefined) return scenario.given(this);
    const declared = this.contract.operation(operation);
    if (declared === undefined) throw new SetupFailed(`the contract declares no operation ${operation}`);
    return exampleRequest(declared);
  }

  /** The token of an identity: the deployment file's, or one that is made over the public API. */
  async identity(name: string): Promise<Token> {
    const made = await this.provide(`identity:${name}`);
    if (typeof made === 'object') return made;
    const identity = this.deployment.identities.get(name);
    if (identity === undefined) throw new SetupFailed(`there is no identity ${name}`);
    return identity;
  }

  /** What a capability's sequence made, run once for all paths; `undefined` when the deployment file has it ready. */
  async provide(capability: Capability): Promise<Token | string | undefined> {
    const way = this.way(capability);
    if (way.by !== 'sequence') return undefined;
    if (way.sequence.afresh === true) return way.sequence.run(this);
    const { shared } = this.#context;
    let making = shared.get(capability);
    if (making === undefined) {
      making = runSequence(this.#context, way.sequence);
      shared.set(capability, making);
    }
    const made = await making;
    // Also when it failed: what was answered is part of this path's story.
    this.exchanges.push(...made.exchanges.filter((exchange) => !this.exchanges.includes(exchange)));
    this.notes.push(...made.notes.filter((note) => !this.notes.includes(note)));
    if (!('failed' in made)) return made.value;
    // It may succeed for the next path.
    if (shared.get(capability) === making) shared.delete(capability);
    throw made.failed;
  }

  /** How the deployment meets a capability. */
  way(capability: Capability): Way {
    const resolved = this.#context.resolve(capability);
    if ('missing' in resolved) throw new SetupFailed(`${capability} is missing: ${resolved.missing[0]?.remedy ?? ''}`);
    return resolved.way;
  }

  /** Whether the deployment meets these capabilities. */
  can(...capabilities: readonly Capability[]): boolean {
    return missingOf(capabilities, this.#context.resolve).length === 0;
  }

  /** Sends a request, whatever the answer. */
  async send(request: PathRequest): Promise<WireAnswer> {
    const operation = this.#operation(request.operation);
    const params = this.#params(operation, request);
    const answer = await this.#exchange(request.operation, await this.#toWire(operation, request, params));
    if (succeeded(operation, answer)) {
      this.#context.succeeded.add(operation.id);
      this.#learnSecrets(operation, answer);
      const cleanup = this.#context.suite.created(operation.id, answer, this, params);
      if (cleanup !== undefined) this.#cleanups.push(cleanup);
    }
    return answer;
  }

  /** Sends a request that must succeed, and returns its JSON body. */
  async call(request: PathRequest): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.send(request);
    const operation = this.#operation(request.operation);
    if (!succeeded(operation, answer)) {
      throw refusedBy(answer, `${request.operation} ${insteadOfSuccess(this.contract, operation, answer)}`);
    }
    return (answer.json ?? {}) as Readonly<Record<string, unknown>>;
  }

  /** Puts audio of exactly so many bytes to an upload URL; the URL is the credential. */
  async upload(url: unknown, upload: AudioUpload): Promise<void> {
    if (typeof url !== 'string' || !URL.canParse(url, this.deployment.url))
      throw new SetupFailed('there is no upload_url to send the audio to');
    const target = new URL(url, this.deployment.url).href;
    const answer = await this.#exchange('upload', { method: 'PUT', url: target, headers: { 'content-type': 'audio/wav' }, body: upload });
    if (answer.status >= 300) throw refusedBy(answer, `the upload of ${upload.bytes} bytes was answered with ${answer.status}`);
  }

  /**
   * Sends the magic values of these capabilities from now on where they stand in requests on the way to the faulty one.
   * Returns whether there are any: what such a request has made is not what the control twin may use.
   */
  pretendOnTheWay(capabilities: readonly Capability[], operation: string): boolean {
    const early = capabilities.flatMap((capability) => {
      const way = isSharedState(capability) ? this.deployment.ways.get(capability) : undefined;
      return way !== undefined && 'magic' in way && (way.magic.operation ?? operation) !== operation ? [way.magic] : [];
    });
    this.#magic.push(...early);
    if (early.length > 0) this.#simulated = true;
    return early.length > 0;
  }

  /** Moves state that other paths share; it is put back when the path's faulty request has been answered. */
  async change(capability: SharedState, parameters: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const way = this.deployment.ways.get(capability);
    if (way === undefined) throw new SetupFailed(`${capability} is missing`);
    if ('magic' in way) {
      this.#magic.push(way.magic);
      this.#simulated = true;
      return;
    }
    const values = { organization: this.deployment.organization, network: this.deployment.network, ...parameters };
    const { restore } = way;
    // What may not be put back must not be moved.
    if (restore !== undefined) this.#context.transport.mustPermit(fromTemplate(restore, values, this.deployment.url));
    // Registered before the change itself: a change whose answer was lost is put back as well.
    if (restore !== undefined) this.#restores.push({ what: capability, undo: () => this.#template(capability, restore, values) });
    await this.#template(capability, way.set, values);
  }

  /**
   * Undoes every change of shared state, the last one first; magic values are no longer sent.
   *
   * @throws {SetupFailed} when a change could not be put back, after all others were
   */
  async restore(): Promise<void> {
    const phase = this.#phase;
    this.#phase = 'restore';
    this.#magic.length = 0;
    const failed: string[] = [];
    for (let last = this.#restores.pop(); last !== undefined; last = this.#restores.pop()) {
      try {
        await last.undo();
      } catch (error) {
        if (!(error instanceof SetupFailed)) throw error;
        failed.push(`${last.what} could not be put back (${error.message})`);
      }
    }
    this.#phase = phase;
    if (failed.length > 0) throw new SetupFailed(`${failed.join('; ')}: the deployment may still be in the state that the path set`);
  }

  /** Removes what this path created; what resists is tried once more at the end of the run. */
  async cleanUp(): Promise<void> {
    if (this.#context.session !== undefined) this.#cleanups.length = 0;
    this.#phase = 'restore';
    const recorded = this.exchanges.length;
    for (let last = this.#cleanups.pop(); last !== undefined; last = this.#cleanups.pop()) {
      try {
        await last.undo();
      } catch (error) {
        if (!(error instanceof SetupFailed)) throw error;
        this.#context.cleanups.push(last);
      }
    }
    this.exchanges.length = recorded;
  }

  /** Leaves what was created to the end of the run. */
  keepForRun(): void {
    this.#context.cleanups.push(...this.#cleanups.splice(0));
  }

  /** Something that whoever reads the line should know. */
  note(text: string): void {
    this.notes.push(text);
  }

  /** Lets time pass on the deployment's own clock. */
  async wait(milliseconds: number): Promise<void> {
    await this.#context.wait(milliseconds);
    this.#waitedMs += milliseconds;
  }

  /** From now on a value is hidden in every output. */
  hide(value: string, name: string): void {
    this.#context.redactor.add(value, name);
  }

  get #isFaulty(): boolean {
    return this.#phase === 'when' || this.#phase === 'again';
  }

  #operation(id: string): Operation {
    const operation = this.contract.operation(id);
    if (operation === undefined) throw new SetupFailed(`the contract has no operation ${id}`);
    return operation;
  }

  async #exchange(label: string, wanted: WireRequest): Promise<WireAnswer> {
    const { session } = this.#context;
    const request = session === undefined ? wanted : { ...wanted, headers: { ...wanted.headers, ...session } };
    const phase = this.#phase;
    const waited = this.#waitedMs === 0 ? {} : { waitedMs: this.#waitedMs };
    this.#waitedMs = 0;
    const began = performance.now();
    const record = (answer: WireAnswer | undefined): void => {
      this.exchanges.push({ phase, label, request, answer, durationMs: tenths(performance.now() - began), ...waited });
    };
    try {
      const answer = await this.#context.transport.send(request, { phase, label });
      record(answer);
      if (answer.unanswered !== undefined)
        this.note(`${label} was answered at attempt ${answer.unanswered.length + 1}; before that: ${answer.unanswered.join('; ')}`);
      return answer;
    } catch (error) {
      // It was never sent.
      if (error instanceof NotPermitted) throw error;
      record(undefined);
      if (request.method === 'POST') this.#context.unsure.add(label);
      throw error instanceof TransportError ? new SetupFailed(`${label} got no answer: ${error.message}`, { cause: error }) : error;
    }
  }

  #params(operation: Operation, request: PathRequest): Readonly<Record<string, string>> {
    const given: Readonly<Record<string, string | number | undefined>> = {
      ...this.#context.suite.params(this.deployment),
      ...request.params,
    };
    return Object.fromEntries(
      operation.parameters.flatMap(({ name, in: place }) => {
        if (place !== 'path') return [];
        const value = given[name];
        if (value === undefined) throw new SetupFailed(`${operation.id} needs a value for {${name}}`);
        return [[name, String(value)]];
      }),
    );
  }

  async #toWire(operation: Operation, request: PathRequest, params: Readonly<Record<string, string>>): Promise<WireRequest> {
    const token = request.as === undefined ? await this.#defaultToken(operation) : (request.as ?? undefined);
    const magic = this.#magic.filter((one) => (one.operation === undefined ? this.#isFaulty : one.operation === operation.id));
    const hasBody = request.body !== undefined && request.raw === undefined;
    if (magic.some(({ headers, body }) => Object.keys(headers).length > 0 || (hasBody && Object.keys(body).length > 0)))
      this.#pretended = true;
    // To pretend is all that this way can do: without the value, the request would be an ordinary one.
    if (this.#isFaulty && this.#simulated && !this.#pretended)
      throw new SetupFailed(
        `the magic value has no place in this path: ${operation.id} has no body for it, or no request is the one that it is for`,
      );
    return toWire(operation, request, { base: this.deployment.url, params, token, magic });
  }

  async #defaultToken(operation: Operation): Promise<Token | undefined> {
    const [credential] = operation.credentials;
    return credential && this.identity(identityFor(this.#context.suite, credential.scheme));
  }

  /** Credentials in an answer are secrets from the moment they arrive. */
  #learnSecrets(operation: Operation, answer: WireAnswer): void {
    for (const { status, content } of operation.successes) {
      if (status !== answer.status) continue;
      for (const pointer of content?.secrets ?? []) {
        const value = jsonPointer.get(answer.json, pointer);
        if (typeof value === 'string') this.hide(value, pointer.slice(1).replace(/\W/g, '_').toUpperCase());
      }
    }
  }

  async #template(label: string, template: CallTemplate, values: Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await this.#exchange(label, fromTemplate(template, values, this.deployment.url));
    if (answer.status >= 300) throw new SetupFailed(`${label} was answered with ${describeAnswer(this.contract, answer)}`);
  }
}

async function runSequence(context: RunContext, sequence: Sequence): Promise<Provided> {
  const steps = new Steps(context);
  const { exchanges, notes } = steps;
  try {
    return { exchanges, notes, value: await sequence.run(steps) };
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return { exchanges, notes, failed: error };
  } finally {
    // Also what it created before it failed.
    steps.keepForRun();
  }
}

/** Milliseconds as reports show them. */
export function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

/** Shared state is put back even after a failure; says what could not be. */
export async function restored(steps: Steps): Promise<string | undefined> {
  try {
    await steps.restore();
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return error.message;
  }
}
