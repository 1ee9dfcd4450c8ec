import type { DueSource } from '../../agenda.js';
import { createCouriers, type Couriers, type Errand, type Forbids, type Sent } from '../../deliveries/index.js';
import type { Service } from '../service.js';
import { claimed, concluded, dead, SETTINGS, type Delivery, type DeliverySettings } from './delivery.js';
import type { WebhookRules } from './rules.js';
import { signatureHeaders } from './signature.js';

export interface WebhooksOptions {
  readonly rules: WebhookRules;
  readonly forbids: Forbids;
  /** For how long in real time somebody who makes the time pass waits for an answer, in milliseconds. */
  readonly patienceMs: number;
}

const CURRENT = 'current';

/** The settings at the moment. */
export function settingsOf({ state }: Pick<Service, 'state'>): DeliverySettings {
  return state.deliverySettings.get(CURRENT) ?? SETTINGS;
}

/** Sets the settings, all of them; part of a step. */
export function setSettings({ state }: Pick<Service, 'state'>, settings: DeliverySettings): void {
  state.deliverySettings.put(CURRENT, settings);
}

/** An attempt that was claimed, and is to be made. */
interface Claim {
  readonly delivery: Delivery;
  readonly number: number;
}

/**
 * Sends webhooks when they are due. An attempt is claimed in one step, made, and concluded in another step that looks at the record
 * again: so several servers with the same records make it once, and one that is gone loses nothing.
 *
 * @example
 * clock.agenda.add(new Webhooks(service, { rules, forbids, patienceMs: 1_000 }));
 */
export class Webhooks implements DueSource {
  readonly #service: Service;
  readonly #options: WebhooksOptions;
  /** Made for the first errand: most worlds never have one. */
  #couriers: Couriers | undefined;
  /** When each is next to be sent, and until when each is under way: what the records say, without those that are finished. */
  #waiting = NOTHING;
  #claims = NOTHING;
  /** The attempts that this server makes, by the ids of their deliveries. */
  #flying = NOTHING;
  /** The first of them all; `null` when it has to be looked for. */
  #first: number | undefined | null = null;
  #isTold = false;
  #isClosed = false;

  constructor(service: Service, options: WebhooksOptions) {
    this.#service = service;
    this.#options = options;
    const { deliveries, deliverySettings } = service.state;
    for (const delivery of deliveries.list()) this.#follow(delivery.id, delivery);
    deliveries.watch((id, delivery) => this.#follow(id, delivery));
    deliverySettings.watch(() => this.#look());
  }

  next(): number | undefined {
    if (this.#isClosed) return undefined;
    if (this.#first === null) {
      let first = Infinity;
      for (const due of this.#claims.values()) first = Math.min(first, due);
      if (!settingsOf(this.#service).paused) for (const due of this.#waiting.values()) first = Math.min(first, due);
      this.#first = first === Infinity ? undefined : first;
    }
    return this.#first;
  }

  async run(now: number): Promise<void> {
    await this.#giveUp(now);
    const claims = await this.#service.transact(() => this.#claim(now));
    // A record may have changed while the claim was being kept.
    const standing = claims.filter(({ delivery, number }) => isClaimed(this.#service.state.deliveries.get(delivery.id), number));
    if (this.#isClosed) return;
    for (const { delivery, number } of standing) this.#flying = noted(this.#flying, delivery.id, number);
    if (standing.length === 0) return;
    this.#couriers ??= createCouriers(this.#options);
    this.#couriers.send(standing.map((claim) => this.#errand(claim)));
  }

  settle(): Promise<void> {
    return this.#couriers?.settle() ?? Promise.resolve();
  }

  close(): void {
    this.#isClosed = true;
    this.#couriers?.close();
  }

  /** Claims what is due; part of a step. */
  #claim(now: number): readonly Claim[] {
    const { state } = this.#service;
    const { paused, order } = settingsOf(this.#service);
    if (paused) return [];
    const due = [...this.#waiting].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b);
    if (order === 'newest-first') due.reverse();
    return due.flatMap(([id]): Claim[] => {
      const delivery = state.deliveries.get(id);
      if (delivery === undefined) return [];
      const next = this.#begin(delivery, now);
      state.deliveries.put(id, next);
      return next.claimed_until === null ? [] : [{ delivery: next, number: numberOf(next) }];
    });
  }

  #begin(delivery: Delivery, now: number): Delivery {
    const forbidden = this.#options.forbids(delivery.url);
    if (forbidden !== undefined) return dead(delivery, forbidden);
    const key = this.#service.state.keys.get(delivery.key_sha256);
    if (key === undefined) return dead(delivery, 'the key whose secret signs it is gone');
    return claimed(delivery, now, this.#service.policies.sign(delivery.body, key.webhook_secret_base64, now), this.#options.rules.terms);
  }

  #errand({ delivery, number }: Claim): Errand {
    const signature = delivery.attempts.at(-1)?.signature ?? '';
    const headers = { 'content-type': 'application/json', 'user-agent': 'failpath', ...signatureHeaders(signature) };
    return {
      id: nameOf(delivery.id, number),
      parcel: { url: delivery.url, headers, body: delivery.body },
      done: (sent) => this.#service.transact(() => this.#conclude(delivery.id, number, sent, this.#service.clock.now())),
    };
  }

  /** Attempts that have been silent for too long have failed, whoever has made them; part of nobody's step. */
  async #giveUp(now: number): Promise<void> {
    const overdue = (): [string, number][] => [...this.#claims].filter(([, until]) => until <= now);
    // The time may have been moved faster than anybody can answer.
    const isYoung = ([id]: [string, number]): boolean =>
      (this.#couriers?.age(nameOf(id, this.#flying.get(id) ?? 0)) ?? Infinity) < this.#options.patienceMs;
    if (overdue().some(isYoung)) await this.settle();
    if (overdue().length === 0) return;
    const problem = `no answer within ${this.#options.rules.terms.timeoutSeconds} seconds`;
    await this.#service.transact(() => {
      for (const [id, until] of overdue()) {
        const delivery = this.#service.state.deliveries.get(id);
        if (delivery !== undefined) this.#conclude(id, numberOf(delivery), { problem }, until);
      }
    });
  }

  /** Part of a step. An attempt that is not the one under way any more has no say. */
  #conclude(id: string, number: number, sent: Sent, now: number): void {
    const { state } = this.#service;
    const delivery = state.deliveries.get(id);
    if (!isClaimed(delivery, number)) return;
    const { terms, effectOf } = this.#options.rules;
    const { duplicates } = settingsOf(this.#service);
    const verdict = { terms, duplicates, effectOf: (status: number) => effectOf(delivery.event, status) };
    state.deliveries.put(id, concluded(delivery, sent, now, verdict));
  }

  /** Whoever has changed a record, a server that shares it or a reset. */
  #follow(id: string, delivery: Delivery | undefined): void {
    const before = Math.min(this.#waiting.get(id) ?? Infinity, this.#claims.get(id) ?? Infinity);
    const { next_attempt_at = null, claimed_until = null } = delivery ?? {};
    this.#waiting = noted(this.#waiting, id, next_attempt_at);
    this.#claims = noted(this.#claims, id, claimed_until);
    const flying = this.#flying.get(id);
    if (flying !== undefined && !isClaimed(delivery, flying)) {
      this.#flying = noted(this.#flying, id, null);
      this.#couriers?.recall(nameOf(id, flying));
    }
    const due = Math.min(next_attempt_at ?? Infinity, claimed_until ?? Infinity);
    const first = this.#first === null ? -Infinity : (this.#first ?? Infinity);
    if (due < first || before <= first) this.#look();
  }

  /** Something else may be next; said once for all that one step changes. */
  #look(): void {
    this.#first = null;
    if (this.#isTold) return;
    this.#isTold = true;
    queueMicrotask(() => {
      this.#isTold = false;
      this.#service.clock.agenda.changed();
    });
  }
}

/** Of all worlds that have no deliveries, which are most; nothing is ever put into it. */
const NOTHING: Map<string, number> = new Map();

function noted(numbers: Map<string, number>, id: string, number: number | null): Map<string, number> {
  if (number !== null) return (numbers === NOTHING ? new Map<string, number>() : numbers).set(id, number);
  numbers.delete(id);
  return numbers;
}

/** Whether this attempt of a delivery is under way. */
function isClaimed(delivery: Delivery | undefined, number: number): delivery is Delivery {
  return delivery !== undefined && delivery.claimed_until !== null && numberOf(delivery) === number;
}

function numberOf({ attempts }: Delivery): number {
  return attempts.at(-1)?.number ?? 0;
}

function nameOf(id: string, number: number): string {
  return `${id}/${number}`;
}
