import { validateHeaderName, validateHeaderValue } from 'node:http';
import { jsonPointer } from '../../spec/index.js';
import { profileSchema } from '../profiles/index.js';
import { NOT_READ, type Report } from './errors.js';
import type { MayProxyTo } from '../targets.js';
import type { RuleAnswer } from './types.js';

/** What can be wrong with an answer whatever the contract says. */
export function checkAnswer(answer: RuleAnswer, pointer: string, report: Report, mayProxyTo?: MayProxyTo): void {
  if ('fails' in answer) checkHeaders(answer.headers, pointer, report);
  if ('responds' in answer) checkResponse(answer.responds, `${pointer}/responds`, report);
  if ('offContract' in answer) {
    const parsed = profileSchema.safeParse(answer.offContract);
    if (!parsed.success)
      report({ pointer: `${pointer}/offContract`, what: messages(parsed.error), why: NOT_READ, remedy: 'Name a profile that there is.' });
  }
  if ('proxies' in answer) checkTarget(answer.proxies, `${pointer}/proxies`, report, mayProxyTo);
}

function messages({ issues }: { readonly issues: readonly { readonly message: string }[] }): string {
  return issues.map(({ message }) => message).join('; ');
}

type Response = Extract<RuleAnswer, { readonly responds: unknown }>['responds'];

function checkResponse({ status, headers, json, body }: Response, pointer: string, report: Report): void {
  const refuse = (at: string, what: string, remedy: string): void => report({ pointer: `${pointer}${at}`, what, why: NOT_READ, remedy });
  if (!Number.isInteger(status) || status < 200 || status > 599)
    refuse('/status', `${status} is no status of an answer`, 'Say one from 200 to 599.');
  if (json !== undefined && body !== undefined) refuse('', 'an answer has one body, not json and body', 'Leave out one of them.');
  if ((json ?? body) !== undefined && (status === 204 || status === 205 || status === 304)) {
    refuse('', `an answer of status ${status} has no body`, 'Leave it out, or say another status.');
  }
  checkHeaders(headers, pointer, report);
}

function checkHeaders(headers: Readonly<Record<string, string>> = {}, pointer: string, report: Report): void {
  const refuse = (at: string, what: string, remedy: string): void => report({ pointer: `${pointer}${at}`, what, why: NOT_READ, remedy });
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      refuse(jsonPointer.join('/headers', name), (error as Error).message, 'Headers are one line of visible characters each.');
    }
    if (FRAMING.has(name.toLowerCase())) {
      refuse(jsonPointer.join('/headers', name), `${name} is for the server to say`, 'Leave it out; use `fault` for broken framing.');
    }
  }
}

/** Headers that belong to the connection: set by hand, they break it for the requests that follow. */
const FRAMING: ReadonlySet<string> = new Set(['connection', 'content-length', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade']);

const NOT_ALLOWED = 'Requests leave the mock only for servers that were named when it was started.';

function checkTarget(target: string, pointer: string, report: Report, mayProxyTo: MayProxyTo = () => true): void {
  const refuse = (what: string, remedy: string): void => report({ pointer, what, why: NOT_READ, remedy });
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target))
    return refuse('it is no URL of http or https', 'Write https:// and the host.');
  const url = new URL(target);
  const { username, password, search, hash } = url;
  if (username !== '' || password !== '') refuse('the URL holds a credential, which would show in listings', 'Leave it out.');
  if (search !== '' || hash !== '') refuse('the URL ends in a query or a fragment, but paths are appended to it', 'Leave it out.');
  else if (username === '' && password === '' && !mayProxyTo(url)) {
    const remedy = `Start the mock with --proxy-to ${target}.`;
    report({ pointer, what: `requests may not be sent on to ${target}`, why: NOT_ALLOWED, remedy });
  }
}
