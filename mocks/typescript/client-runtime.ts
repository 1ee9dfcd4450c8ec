/** What reads errors, the same for every contract. It is TypeScript for whoever has 5.0 or later, and asks for no more than ES2020. */
export const RUNTIME = `/** Whether the same request may be sent again: never, later and ever more slowly, or when the Retry-After header says. */
export type Retry = 'never' | 'backoff' | 'retry-after';

/** An error whose code and details the contract declares. */
export interface KnownError<Name extends Code = Code, Id extends OperationId = OperationId> {
  readonly kind: 'known';
  readonly code: Name;
  /** For people; it may change. */
  readonly message: string;
  /** For logs and support. */
  readonly requestId: string | undefined;
  readonly details: Details<Name, Id> | (Name extends PromisedDetails ? never : undefined);
}

/** The errors of an operation, told apart by \`code\`; without one, all errors. */
export type ErrorOf<Id extends OperationId = OperationId, Name extends Code = Extract<Code<Id>, Code>> = {
  [Each in Name]: KnownError<Each, Id>;
}[Name];

/** All errors, told apart by \`code\`. */
export type ApiError = ErrorOf;

/** An envelope that this module does not know: of a newer API, of another operation, or with details that are not what was promised. */
export interface UnknownError {
  readonly kind: 'unknown';
  readonly because: 'code' | 'operation' | 'details';
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
  readonly details: unknown;
}

/** What is no envelope: a success, the page of a proxy, nothing at all. */
export interface ForeignBody {
  readonly kind: 'foreign';
  /** Why it is none, in words. */
  readonly because: string;
  readonly body: unknown;
}

/** What a body turns out to be. */
export type ParsedError<Id extends OperationId = OperationId> = ErrorOf<Id> | UnknownError | ForeignBody;

/** A function for every code of an error; one that is missing does not compile. */
export type Handlers<Parsed extends ParsedError, Result> = {
  readonly [Name in Extract<Parsed, { kind: 'known' }>['code']]: (error: Extract<Parsed, { kind: 'known'; code: Name }>) => Result;
};

/**
 * Reads the body of an answer that is no success, parsed or as text. Nothing is ever thrown, whatever the body is.
 *
 * @example
 * const error = parseError(await response.text());
 * if (error.kind === 'known') console.log(error.code, RETRY[error.code]);
 */
export function parseError(body: unknown): ParsedError {
  return read(body, undefined) as ParsedError;
}

/**
 * Reads the body of an operation's answer: a code that the operation does not have is unknown.
 *
 * @example
 * const error = parseErrorOf(operation, await response.json());
 */
export function parseErrorOf<Id extends OperationId>(operation: Id, body: unknown): ParsedError<Id> {
  return read(body, operation) as ParsedError<Id>;
}

/** Whether something is an error that \`parseError\` has read, with one of these codes. */
export function isError<Name extends Code>(error: unknown, ...codes: readonly [Name, ...Name[]]): error is ErrorOf<OperationId, Name> {
  return codes.some((code) => code === codeOf(error));
}

/** Whether something is an error that \`parseError\` has read, and that an operation can answer. */
export function isErrorOf<Id extends OperationId>(operation: Id, error: unknown): error is ErrorOf<Id> {
  try {
    const code = codeOf(error);
    return code !== undefined && own(CODES_OF, operation, code) && fits((error as KnownError).details, shapeOf(code, operation));
  } catch {
    return false;
  }
}

/**
 * Calls the function for an error's code, or \`otherwise\` for what is unknown or no envelope; a code without a function does not compile.
 *
 * @example
 * matchError(error, { ...a function for each code... }, (other) => retryOrGiveUp(other));
 */
export function matchError<Parsed extends ParsedError, Result, Other = never>(
  parsed: Parsed,
  handlers: Handlers<Parsed, Result>,
  ...otherwise: [Exclude<Parsed, { kind: 'known' }>] extends [never] ? [] : [(other: Exclude<Parsed, { kind: 'known' }>) => Other]
): Result | Other {
  const error: { readonly kind: string; readonly code?: unknown } = parsed;
  const named = handlers as { readonly [code: string]: ((error: unknown) => Result | Other) | undefined };
  const handler = error.kind === 'known' && has(named, String(error.code)) ? named[String(error.code)] : undefined;
  const chosen = handler ?? (otherwise[0] as ((error: unknown) => Other) | undefined);
  if (chosen === undefined) throw new Error(\`There is no handler for \${String(error.code)}.\`);
  return chosen(parsed);
}

/**
 * For the end of a \`switch\` over codes: it compiles only when every code has been dealt with.
 *
 * @example
 * default: return unhandled(error);
 */
export function unhandled(error: never): never {
  throw new Error(\`The error \${String((error as { readonly code?: unknown }).code)} is not handled.\`);
}

/** What is checked of a value. */
interface Shape {
  readonly absent?: true;
  readonly types?: readonly string[];
  readonly values?: readonly unknown[];
  readonly required?: readonly string[];
  readonly members?: { readonly [name: string]: Shape };
  readonly others?: Shape;
  readonly first?: readonly Shape[];
  readonly least?: number;
  readonly items?: Shape;
  readonly any?: readonly Shape[];
  readonly all?: readonly Shape[];
}

function read(body: unknown, operation: string | undefined): unknown {
  const foreign = (because: string): ForeignBody => ({ kind: 'foreign', because, body });
  try {
    const value = typeof body === 'string' ? parsed(body) : body;
    if (value === undefined) return foreign(body === undefined ? 'There is no body.' : 'It is no valid JSON.');
    const code = at(value, ENVELOPE.code);
    if (typeof code !== 'string') return foreign(\`There is no code at /\${ENVELOPE.code.join('/')}.\`);
    const [message, requestId, details] = [at(value, ENVELOPE.message), at(value, ENVELOPE.requestId), at(value, ENVELOPE.details)];
    const envelope = {
      code,
      message: typeof message === 'string' ? message : '',
      requestId: typeof requestId === 'string' ? requestId : undefined,
      details,
    };
    const unknown = whyUnknown(code, operation, details);
    return unknown === undefined ? { kind: 'known', ...envelope } : { kind: 'unknown', because: unknown, ...envelope };
  } catch {
    return foreign('It cannot be read.');
  }
}

function whyUnknown(code: string, operation: string | undefined, details: unknown): UnknownError['because'] | undefined {
  if (!has(SHAPES, code)) return 'code';
  if (operation !== undefined && !own(CODES_OF, operation, code)) return 'operation';
  return fits(details, shapeOf(code, operation)) ? undefined : 'details';
}

function parsed(text: string): unknown {
  try {
    // Some servers put a byte order mark in front of it, which readers of JSON may ignore (RFC 8259, 8.1).
    return JSON.parse(text.replace(/^\\uFEFF/, '')) as unknown;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string | undefined {
  try {
    if (typeof error !== 'object' || error === null) return undefined;
    const { kind, code } = error as { readonly kind?: unknown; readonly code?: unknown };
    return kind === 'known' && typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}

function shapeOf(code: string, operation: string | undefined): Shape {
  const ofOperation = operation !== undefined && has(SHAPES_OF, operation) ? SHAPES_OF[operation]?.[code] : undefined;
  return ofOperation ?? (SHAPES as { readonly [code: string]: Shape | undefined })[code] ?? {};
}

function own(table: object, operation: string, code: string): boolean {
  const codes: unknown = has(table, operation) ? (table as { readonly [id: string]: unknown })[operation] : undefined;
  return Array.isArray(codes) && codes.includes(code);
}

function has(value: object, name: string): boolean {
  return Object.prototype.hasOwnProperty.call(value, name);
}

function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !has(found, name)) return undefined;
    found = (found as { readonly [name: string]: unknown })[name];
  }
  return found;
}

function fits(value: unknown, shape: Shape): boolean {
  const { absent, types, values, any, all } = shape;
  if (absent === true && value === undefined) return true;
  if (types !== undefined && !types.includes(typeOf(value))) return false;
  if (values !== undefined && !values.includes(value)) return false;
  if (any !== undefined && !any.some((one) => fits(value, one))) return false;
  if (all !== undefined && !all.every((one) => fits(value, one))) return false;
  if (Array.isArray(value)) return itemsFit(value, shape);
  return typeof value === 'object' && value !== null ? membersFit(value as { readonly [name: string]: unknown }, shape) : true;
}

function itemsFit(value: readonly unknown[], { first = [], items, least = 0 }: Shape): boolean {
  return value.length >= least && value.every((item, index) => fits(item, first[index] ?? items ?? {}));
}

function membersFit(value: { readonly [name: string]: unknown }, { required = [], members = {}, others }: Shape): boolean {
  if (!required.every((name) => has(value, name))) return false;
  return Object.keys(value).every((name) => {
    const shape = has(members, name) ? members[name] : others;
    return shape === undefined || fits(value[name], shape);
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
`;
