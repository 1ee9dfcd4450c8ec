/** Names are asked for with every request, and most of them are the same few. */
const MOST_NAMES = 2_000;
const LONGEST_NAME = 200;

/** By the name as it is written. */
const decisions = new Map<string, boolean>();

/**
 * Whether a header, parameter or member holds a credential, going by the words of its name, in whatever case they are
 * written. What merely describes a credential does not: its id, its type, how many there are.
 *
 * @example
 * isCredential('clientSecret'); // true
 * isCredential('api_key_id'); // false
 */
export function isCredential(name: string): boolean {
  const known = decisions.get(name);
  if (known !== undefined) return known;
  const decision = decide(name.length > LONGEST_NAME ? name.slice(-LONGEST_NAME) : name);
  if (name.length <= LONGEST_NAME) {
    // A client that makes up names must not make the mock grow; the usual ones are back at once.
    if (decisions.size >= MOST_NAMES) decisions.clear();
    decisions.set(name, decision);
  }
  return decision;
}

/**
 * Whether a parameter of a URL or a form holds a credential: `key` and `code` do there (API keys, RFC 6749, section 4.1.2),
 * while members of JSON with these names are anything.
 *
 * @example
 * isCredentialParameter('code'); // true
 * isCredentialParameter('__code'); // false: it chooses an answer
 */
export function isCredentialParameter(name: string): boolean {
  return isCredential(name) || /^(?:key|code)$/i.test(name);
}

/**
 * The words of a name, in lower case: camelCase, kebab-case, snake_case, and the usual ones written together.
 *
 * @example
 * wordsOf('X-CSRFToken'); // ['x', 'csrf', 'token']
 */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .flatMap(apart);
}

/** Says what it is wherever it stands in a name. */
const TELLING = new Set(
  (
    'token tokens secret secrets password passwords passwd passwds pwd pwds passphrase passphrases passcode passcodes signature signatures ' +
    'sig hmac jwt jwts otp otps totp credential credentials cred creds csrf xsrf bearer cookie cookies cvv cvc mnemonic sid'
  ).split(' '),
);
/** Says it only at the end: `x-auth` holds one, `auth_provider` does not. */
const LAST = new Set('auth authorization authentication pass pin pins pw session assertion'.split(' '));
/** The first word or words of a pair, by the second. */
const PAIRS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [
    [
      'key',
      'api access private secret signing signature encryption master auth session shared account service deploy ssh client app hmac aes',
    ],
    ['code', 'auth authorization pin otp mfa sms access recovery backup verification security confirmation'],
    ['id', 'session secret sess'],
    ['verifier', 'code'],
    ['phrase', 'seed recovery pass secret'],
    ['word', 'pass'],
    ['response', 'saml'],
    ['data', 'auth session'],
    ['header', 'auth authorization'],
    ['hash', 'auth session'],
    ['value', 'auth session pin'],
  ].map(([second = '', first = '']): [string, ReadonlySet<string>] => [second, new Set(first.split(' '))]),
);
/** What a name ends with that speaks about a credential. */
const DESCRIBES = new Set(
  (
    'id ids count counts type types name names kind length size status at in ttl expires expiry expiration expired enabled disabled required ' +
    'algorithm alg method version policy limit limits max min used remaining total usage scope scopes created updated revoked network symbol ' +
    'address decimals format issuer endpoint budget'
  ).split(' '),
);
/** With these, tokens are counted. */
const COUNTS = new Set(
  'max min total prompt completion input output cached reasoning num number per used remaining limit estimated'.split(' '),
);

function decide(name: string): boolean {
  if (/^x-amz-/i.test(name)) return true;
  // `user[password]`, `tokens[0]` and `credentials.secret` mean their last part; `secret.value` the one before.
  const parts = name.split(/[.[\]]+/).filter((part) => part !== '' && !/^\d+$/.test(part));
  let last = parts.pop() ?? '';
  while (parts.length > 0 && /^(?:value|data|raw|text)$/i.test(last)) last = parts.pop() ?? '';
  const words = wordsOf(last);
  return words.length > 0 && tells(words);
}

function tells(words: readonly string[]): boolean {
  const last = words.at(-1) ?? '';
  if (words.includes('tokens') && words.some((word) => COUNTS.has(word))) return false;
  const ofPair = words.some((word, index) => PAIRS.get(singular(word))?.has(words[index - 1] ?? '') === true);
  if (DESCRIBES.has(last)) return PAIRS.get(last)?.has(words.at(-2) ?? '') === true;
  return ofPair || LAST.has(last) || words.some((word) => TELLING.has(word));
}

function singular(word: string): string {
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** Words that are often written together, as in `accesstoken`, `apikey` and `JSESSIONID`. */
const TOGETHER =
  /^(x|j|php|asp|my|new|old|user|client|app|web|api|access|refresh|id|auth|oauth|session|sess|bearer|csrf|xsrf|private|secret|shared|signing|next|prev|page|sync)(?=.)(.+)$/;
const SECOND = new Set(
  'token tokens secret key keys id password pass passwd auth session sess cookie code pagetoken sessionid sessid'.split(' '),
);

function apart(word: string): readonly string[] {
  if (word === '') return [];
  const [, first, rest] = TOGETHER.exec(word) ?? [];
  if (first === undefined || rest === undefined) return [word];
  const others = apart(rest);
  return SECOND.has(rest) || others.length > 1 ? [first, ...others] : [word];
}
