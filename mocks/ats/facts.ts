import { lately } from '../once.js';
import type { Call } from '../types.js';
import { readCursor, type ReadCursor } from './cursors.js';
import { sha256 } from './digest.js';
import { readPartnerSession, type PartnerSession, type ReadSession } from './partner-sessions.js';
import { quotaOf, type QuotaState } from './quota.js';
import { faultsOf, type Service } from './service.js';
import type {
  Administrator,
  Faults,
  Key,
  Kind,
  Network,
  Organization,
  Quote,
  RememberedAnswer,
  Spent,
  Transaction,
  UploadSession,
  Version,
  Work,
} from './state.js';
import { versionOf, workWithId } from './works.js';

/** What `Authorization` holds, before anybody has judged it. */
export interface Credential {
  readonly scheme: 'none' | 'Bearer' | 'other';
  readonly token: string | undefined;
}

/**
 * What a call is about: everything that it names, looked up and not judged. Rules judge facts, effects use them; a fact
 * is `undefined` where the call names nothing that exists.
 *
 * @example
 * const facts = new Facts(service, call);
 * facts.key?.revoked_at; // when the calling key was revoked
 */
export class Facts {
  readonly service: Service;
  readonly call: Call;
  /** One moment for the whole call, in milliseconds since 1970 UTC. */
  readonly now: number;
  #credential: Credential | undefined;
  #tokenHash: string | undefined;
  #readSession: ReadSession | undefined;
  #organizationId: string | undefined;
  #jobId: string | undefined;

  constructor(service: Service, call: Call) {
    this.service = service;
    this.call = call;
    this.now = service.clock.now();
  }

  get credential(): Credential {
    return (this.#credential ??= readCredential(this.call.headers['authorization']));
  }

  /** The SHA-256 of the token: the name under which keys and administrators are kept. */
  get tokenHash(): string {
    return (this.#tokenHash ??= tokenName(this.credential.token ?? ''));
  }

  /** The API key that calls. */
  get key(): Key | undefined {
    return this.service.state.keys.get(this.tokenHash);
  }

  get administrator(): Administrator | undefined {
    return this.service.state.administrators.get(this.tokenHash);
  }

  /** The token, looked at as a partner session. */
  get readSession(): ReadSession {
    return (this.#readSession ??= readPartnerSession(this.service, this.credential.token ?? '', this.now));
  }

  /** The partner session that calls. */
  get partnerSession(): PartnerSession | undefined {
    return 'session' in this.readSession ? this.readSession.session : undefined;
  }

  get organizationId(): string {
    return (this.#organizationId ??= this.#uuid('organization_id'));
  }

  /** The organization of the path. */
  get organization(): Organization | undefined {
    return this.service.state.organizations.get(this.organizationId);
  }

  /** The scopes that the contract asks of a key for this operation. */
  get requiredScopes(): readonly string[] {
    return this.call.operation.credentials[0]?.scopes ?? [];
  }

  /** The first of them that the key lacks. */
  get missingScope(): string | undefined {
    return this.requiredScopes.find((scope) => !this.key?.scopes.includes(scope));
  }

  get work(): Work | undefined {
    return this.service.state.works.get(this.#param('ats_id'));
  }

  /** The external user of the path. */
  get externalUserRef(): string {
    return this.#param('external_user_ref');
  }

  /** The work whose id is in the path, as far as the chain has it. */
  get workOfUser(): Work | undefined {
    const work = workWithId(this.service.state, this.#uuid('work_id'));
    return work !== undefined && this.isOnChain(work) ? work : undefined;
  }

  /** The version of it that the path names, as far as the chain has it. */
  get version(): Version | undefined {
    const number = this.#param('version');
    if (this.workOfUser === undefined || !/^[1-9]\d{0,8}$/.test(number)) return undefined;
    const version = versionOf(this.service.state, this.workOfUser, Number(number));
    return version !== undefined && this.isOnChain(version) ? version : undefined;
  }

  /** The file of the path. */
  get file(): 'audio' | 'certificate' | undefined {
    const file = this.#param('file');
    return file === 'audio' || file === 'certificate' ? file : undefined;
  }

  /** The list that the call asks for a page of: what tells it from all others. */
  get list(): string {
    return JSON.stringify([this.organizationId, this.externalUserRef, this.call.query.get('network')]);
  }

  /** Where the page begins, if the call says so. */
  get cursor(): ReadCursor | undefined {
    const after = this.call.query.get('after');
    return after === null ? undefined : readCursor(this.service.state, this.list, after);
  }

  isOnChain({ on_chain_at }: { readonly on_chain_at: number }): boolean {
    return this.service.policies.workIsOnChain(on_chain_at, this.now);
  }

  get transaction(): Transaction | undefined {
    return this.service.state.transactions.get(this.#uuid('transaction_id'));
  }

  /** The key that the path names; found by its id, which is rare enough for a search. */
  get namedKey(): Key | undefined {
    const id = this.#uuid('api_key_id');
    for (const key of this.service.state.keys.list()) if (key.id === id) return key;
    return undefined;
  }

  /** The organization's keys that count towards its limit. */
  get unrevokedKeys(): readonly Key[] {
    const id = this.organizationId;
    return [...this.service.state.keys.list()].filter((key) => key.organization_id === id && key.revoked_at === null);
  }

  get maxKeys(): number {
    return this.organization?.max_keys ?? this.service.limits.keysPerOrganization;
  }

  /** The month's quota of the organization; it also says when the month ends where there is no organization. */
  get quota(): QuotaState {
    return quotaOf(this.organization ?? { quota: null, usage: { month: '', count: 0 } }, this.now);
  }

  get jobId(): string {
    return (this.#jobId ??= this.text('job_id')?.toLowerCase() ?? '');
  }

  get session(): UploadSession | undefined {
    return this.service.state.uploadSessions.get(this.jobId);
  }

  get quote(): Quote | undefined {
    return this.service.state.quotes.get(this.jobId);
  }

  /** What became of the job, once its upload session or quote is gone. */
  get spent(): Spent | undefined {
    return this.service.state.spent.get(this.jobId);
  }

  /** The path below the organization that this call's job belongs to. */
  get place(): string {
    const atsId = this.#param('ats_id');
    return atsId === '' ? 'works' : `works/${atsId}/versions`;
  }

  /** What the operation is a step of. */
  get kind(): Kind {
    return this.place === 'works' ? 'register' : 'add_version';
  }

  get network(): Network {
    return this.text('network') === 'mainnet' ? 'mainnet' : 'testnet';
  }

  /** The largest audio that this call may submit: the platform's maximum, or the key's where that is stricter. */
  get maxAudioBytes(): number {
    return Math.min(this.service.limits.audioMaxBytes, this.key?.max_file_size_bytes ?? Infinity);
  }

  get faults(): Faults {
    return faultsOf(this.service);
  }

  /** The name of the answer that an Idempotency-Key stands for: each API key has its own. */
  get answerId(): string | undefined {
    const header = this.call.headers['idempotency-key'];
    return typeof header === 'string' ? sha256(`${this.key?.id ?? ''} ${header}`) : undefined;
  }

  /** What was answered to this Idempotency-Key before, as long as that is remembered. */
  get remembered(): RememberedAnswer | undefined {
    const { state, policies } = this.service;
    const answer = this.answerId === undefined ? undefined : state.answers.get(this.answerId);
    return answer !== undefined && policies.answerLives(answer.expires_at, this.now) ? answer : undefined;
  }

  /** A member of the body, if it is text. */
  text(member: string): string | undefined {
    const value = this.member(member);
    return typeof value === 'string' ? value : undefined;
  }

  /** An own member of the body. */
  member(name: string): unknown {
    const { body } = this.call;
    return typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? (body as Record<string, unknown>)[name] : undefined;
  }

  #param(name: string): string {
    return this.call.params[name] ?? '';
  }

  /** UUIDs may be written in either case. */
  #uuid(name: string): string {
    return this.#param(name).toLowerCase();
  }
}

/** Callers say the same again and again, and a hash costs more than all that comes of it. */
const recentNames = lately(sha256, 1_000);

/** The name under which keys and administrators are kept: the SHA-256 of the token. */
export function tokenName(token: string): string {
  return token.length > LONGEST_KNOWN ? sha256(token) : recentNames(token);
}

const LONGEST_KNOWN = 200;

export function readCredential(header: string | readonly string[] | undefined): Credential {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? '';
  if (text === '') return { scheme: 'none', token: undefined };
  const end = text.search(/\s/);
  const scheme = end === -1 ? text : text.slice(0, end);
  if (scheme.toLowerCase() !== 'bearer') return { scheme: 'other', token: undefined };
  return end === -1 ? { scheme: 'none', token: undefined } : { scheme: 'Bearer', token: text.slice(end).trim() };
}
