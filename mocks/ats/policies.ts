import { createSecretKey } from 'node:crypto';
import type Jwt from 'jsonwebtoken';
import { onDemand } from '../../spec/index.js';
import type { Quote, UploadSession } from './state.js';
import type { Table } from '../state/index.js';
import { sign } from './webhooks/signature.js';

const jwt = (): typeof Jwt => onDemand('jsonwebtoken') as typeof Jwt;

/**
 * The decisions below the rules that a deployment can get wrong on their own: each comparison of a time or a size, and
 * each taking away of what may be used once. A test that needs a lying deployment replaces one.
 */
export interface Policies {
  uploadLives(expiresAt: number, now: number): boolean;
  quoteLives(expiresAt: number, now: number): boolean;
  answerLives(expiresAt: number, now: number): boolean;
  workIsOnChain(onChainAt: number, now: number): boolean;
  sizeAllowed(bytes: number, max: number): boolean;
  sessionLives(expiresAt: number, now: number): boolean;
  downloadLives(expiresAt: number, now: number): boolean;
  /** The claims of a partner session; `undefined` for one that is not signed with the secret. */
  sessionClaims(token: string, secret: Buffer): unknown;
  /** What a successful prepare does to the upload session. */
  takeSession(sessions: Table<UploadSession>, jobId: string): UploadSession | undefined;
  /** What a successful confirm does to the quote: get and delete in one step. */
  takeQuote(quotes: Table<Quote>, jobId: string): Quote | undefined;
  /** What a webhook says, of what there is to say; `undefined` for nothing at all. */
  report(event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined;
  /** The signature of a webhook's body. */
  sign(body: string, secretBase64: string, at: number): string;
}

export const POLICIES: Policies = Object.freeze<Policies>({
  uploadLives: (expiresAt, now) => now < expiresAt,
  quoteLives: (expiresAt, now) => now < expiresAt,
  answerLives: (expiresAt, now) => now < expiresAt,
  workIsOnChain: (onChainAt, now) => now >= onChainAt,
  sizeAllowed: (bytes, max) => bytes <= max,
  sessionLives: (expiresAt, now) => now < expiresAt,
  downloadLives: (expiresAt, now) => now < expiresAt,
  sessionClaims: (token, secret) => {
    try {
      // The algorithm is ours to choose and not the token's. Time is the mock's, so it is looked at elsewhere.
      // As a key: of a text the library would first try whether it is a public one, which costs more than all the rest.
      return jwt().verify(token, createSecretKey(secret), { algorithms: ['HS256'], ignoreExpiration: true, ignoreNotBefore: true });
    } catch {
      return undefined;
    }
  },
  takeSession: (sessions, jobId) => sessions.delete(jobId),
  takeQuote: (quotes, jobId) => quotes.delete(jobId),
  report: (event) => event,
  sign,
});
