/** What a change means to clients: it breaks them, they should look at it, or they may know. */
export const SEVERITIES = ['breaking', 'attention', 'informational'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Every kind of change, with what it means to clients and what they should do about it. */
export const KINDS = {
  'operation-removed': ['breaking', 'Stop calling it before this is deployed.'],
  'operation-moved': ['breaking', 'Call the new place; the old one answers as an unknown route.'],
  'code-removed': ['breaking', 'Take its branch out of every switch over codes, after the last deployment that answers with it.'],
  'code-moved': ['breaking', 'Do not wait for it here any more; other operations still answer with it.'],
  'status-changed': ['breaking', 'Whoever looks at the status before the code takes another branch.'],
  'content-type-changed': ['breaking', 'Whoever looks at the content type before the body does not see an error in JSON any more.'],
  'retry-changed': ['breaking', 'Retry as the new class says: never, with backoff, or when Retry-After says.'],
  'member-removed': ['breaking', 'Do not read it any more.'],
  'member-optional': ['breaking', 'Be ready for errors without it.'],
  'member-narrowed': ['breaking', 'Check whatever was built for the wider values.'],
  'type-changed': ['breaking', 'Read the new type.'],
  'value-removed': ['breaking', 'Do not wait for it any more.'],
  'header-removed': ['breaking', 'Be ready for answers without it.'],
  'limit-changed': ['breaking', 'Check requests against the new limit before they are sent.'],
  'limit-removed': ['breaking', 'Do not rely on it: whether it holds is no longer said.'],
  'envelope-moved': ['breaking', 'Read every error at the new place.'],
  'refusal-changed': ['breaking', 'Handle the new code where the old one was handled.'],
  'request-narrowed': ['breaking', 'Requests that were accepted are refused: send what the new contract asks for.'],
  'code-added': ['attention', 'Give every switch over codes a branch for it, or make sure that its default will do.'],
  'value-added': ['attention', 'Give every switch over these values a branch for it, or make sure that its default will do.'],
  'order-changed': ['attention', 'A request with two faults is refused with another code than before.'],
  'credential-changed': ['attention', 'Check that the keys in use may still call it.'],
  'operation-added': ['informational', ''],
  'operation-renamed': ['informational', ''],
  'member-added': ['informational', ''],
  'member-required': ['informational', ''],
  'member-widened': ['informational', ''],
  'header-added': ['informational', ''],
  'limit-added': ['informational', ''],
  'cause-added': ['informational', ''],
  'cause-removed': ['informational', ''],
  'magic-changed': ['informational', ''],
  'wording-changed': ['informational', ''],
  'request-widened': ['informational', ''],
  'success-changed': ['informational', ''],
  'webhooks-changed': ['informational', ''],
} as const satisfies Readonly<Record<string, readonly [Severity, string]>>;

export type ChangeKind = keyof typeof KINDS;

/** One change of the error contract. */
export interface Change {
  readonly kind: ChangeKind;
  readonly severity: Severity;
  /** One sentence. */
  readonly says: string;
  /** What clients should do; empty where there is nothing to do. */
  readonly remedy: string;
  /** The operations that it is about, by id; empty for the whole API. */
  readonly operations: readonly string[];
  readonly code: string | null;
  readonly status: number | null;
  /** JSON pointer into the body, or the name of a header, limit or cause. */
  readonly at: string | null;
  readonly before: string | null;
  readonly after: string | null;
  /** Where it stands, in the old contract for what is gone, else in the new one: JSON pointer of the document. */
  readonly pointer: string;
  readonly in: 'before' | 'after';
}

/** A change as it is found: on one operation, before what is alike is put together. */
export interface Found {
  readonly kind: ChangeKind;
  readonly operation?: string;
  readonly code?: string;
  readonly status?: number;
  readonly at?: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly pointer: string;
  /** Whether `pointer` is one of the old document. */
  readonly old?: boolean;
}
