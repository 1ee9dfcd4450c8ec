import type { Quote, UploadSession } from './state.js';
import type { Table } from '../state/index.js';
import { sign } from './webhooks/signature.js';

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
  takeSession: (sessions, jobId) => sessions.delete(jobId),
  takeQuote: (quotes, jobId) => quotes.delete(jobId),
  report: (event) => event,
  sign,
});
