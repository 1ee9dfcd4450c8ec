/** What a page says about the answer to the command before: a comment such as `# 413 registration.audio_too_large {"max_bytes": 65536}`. */
export type Claim =
  | { readonly kind: 'answer'; readonly status: number; readonly code: string | undefined; readonly members: unknown }
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  /** The whole body; request ids are different each time. */
  | { readonly kind: 'body'; readonly body: unknown };

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** An envelope's code, a problem's type, or an object store's code. */
  readonly code: string | undefined;
}

const ANSWER =
  /^(?<before>.*?)(?:^|\s)\s*# (?<text>(?<status>[1-5]\d\d)(?: (?<code>[A-Za-z_]+(?:[.:][\w.:-]+)?))?(?: (?<members>\{.*\}))?)\s*$/;
const HEADER = /^(?<before>)\s*# (?<text>(?<name>[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)+): (?<value>.*\S))\s*$/;

/** The claim at the end of a line, and what stands before it. */
export function claimIn(line: string): { before: string; text: string; claim: Claim } | undefined {
  const answer = ANSWER.exec(line)?.groups;
  if (answer !== undefined) {
    const { before = '', text = '', status, code, members } = answer;
    const parsed: unknown = members === undefined ? undefined : JSON.parse(members);
    return { before: before.trimEnd(), text, claim: { kind: 'answer', status: Number(status), code, members: parsed } };
  }
  const header = HEADER.exec(line)?.groups;
  if (header === undefined) return undefined;
  const { text = '', name = '', value = '' } = header;
  return { before: '', text, claim: { kind: 'header', name, value } };
}

/** An answer as curl leaves it; of several header blocks (100 Continue), the last counts. */
export function answerOf(head: string, body: string): Answer {
  const [first = '', ...lines] =
    head
      .trim()
      .split(/\r?\n\r?\n/)
      .at(-1)
      ?.split(/\r?\n/) ?? [];
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  return { status: Number(first.split(' ')[1]), headers, body, code: codeIn(body) };
}

function codeIn(body: string): string | undefined {
  const value = memberOf(parse(body), 'error');
  const code = value === undefined ? memberOf(parse(body), 'type') : memberOf(value, 'code');
  return typeof code === 'string' ? code : /<Code>(\w+)<\/Code>/.exec(body)?.[1];
}

/** What an answer has against a claim, in words. */
export function contradictions(claim: Claim, answer: Answer): string[] {
  const seen = `${answer.status} ${answer.code ?? ''} ${answer.body}`;
  if (claim.kind === 'header') {
    const value = answer.headers.get(claim.name.toLowerCase());
    return value === claim.value ? [] : [`says ${claim.name}: ${claim.value}, but it is ${value ?? 'absent'}`];
  }
  if (claim.kind === 'body') {
    return same(withoutRequestId(claim.body), withoutRequestId(parse(answer.body))) ? [] : [`shows another body than ${seen}`];
  }
  const { status, code, members } = claim;
  const said = `says ${[status, code, JSON.stringify(members)].filter((part) => part !== undefined).join(' ')}`;
  const fits = status === answer.status && (status < 400 || code === answer.code) && includes(membersOf(answer), members);
  return fits ? [] : [`${said}, but it is ${seen}`];
}

/** An envelope's details, or else the whole body. */
function membersOf({ body }: Answer): unknown {
  const error = memberOf(parse(body), 'error');
  return error === undefined ? parse(body) : memberOf(error, 'details');
}

/** Whether a value has at least the members that are expected, at every depth; lists have as many as expected. */
function includes(actual: unknown, expected: unknown): boolean {
  if (expected === undefined) return true;
  if (typeof expected !== 'object' || expected === null) return actual === expected;
  if (typeof actual !== 'object' || actual === null) return false;
  if (Array.isArray(expected) && (!Array.isArray(actual) || actual.length !== expected.length)) return false;
  return Object.entries(expected).every(([name, value]) => includes(memberOf(actual, name), value));
}

function same(left: unknown, right: unknown): boolean {
  return includes(left, right) && includes(right, left);
}

function withoutRequestId(body: unknown): unknown {
  const id = memberOf(memberOf(body, 'error'), 'request_id');
  return typeof id === 'string' && /^req_[0-9a-f]{32}$/.test(id)
    ? { ...asObject(body), error: { ...asObject(memberOf(body, 'error')), request_id: 'req_' } }
    : body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function memberOf(value: unknown, name: string): unknown {
  return Object.hasOwn(asObject(value), name) ? asObject(value)[name] : undefined;
}
