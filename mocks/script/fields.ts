import { jsonPointer } from '../../spec/index.js';
import { linesOf } from '../headers.js';
import type { Check } from '../wiremock/checks.js';
import { ruleChecks } from '../wiremock/request-pattern.js';
import { viewOfScriptRequest } from '../wiremock/view.js';
import { compileBody, type Attempt } from './body-fields.js';
import { NEVER_APPLIES, Unusable, type Report } from './errors.js';
import { matcherField, NONE, WEIGHT, type Field } from './field.js';
import { compileMatcher } from './matchers.js';
import { show } from './show.js';
import type { RuleMatch, ScriptRequest, TextMatcher } from './types.js';

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Compiles what a rule asks of a request, operation and occurrence aside; the cheapest first.
 *
 * @param report Is told what cannot be compiled, by pointer into the rule.
 */
export function compileFields(match: RuleMatch, report: Report): Field[] {
  const { method, identity, path, headers = {}, query = {}, body, wiremock } = match;
  const fields: (Field | undefined)[] = [];
  const attempt: Attempt = (pointer, make) => {
    try {
      fields.push(...[make()].flat());
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      report({ pointer, what: error.message, why: NEVER_APPLIES, remedy: error.remedy });
    }
  };
  if (method !== undefined) {
    const upper = method.toUpperCase();
    attempt('/match/method', () => equality('method', WEIGHT.method, upper, ({ method }) => method));
  }
  if (identity !== undefined) {
    attempt('/match/identity', () => equality('identity', WEIGHT.identity, identity, (request) => request.identity));
  }
  if (path !== undefined) attempt('/match/path', () => textField('path', WEIGHT.path, path, (request) => [request.path]));
  for (const [name, matcher] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    attempt(jsonPointer.join('/match/headers', name), () => {
      if (!TOKEN.test(name))
        throw new Unusable(`${JSON.stringify(name)} is no name of a header`, 'Write it as it is sent, without a colon.');
      return textField(`header ${lower}`, WEIGHT.value, matcher, (request) => linesOf(request, lower) ?? NONE, lower);
    });
  }
  for (const [name, matcher] of Object.entries(query)) {
    attempt(jsonPointer.join('/match/query', name), () =>
      textField(`query ${name}`, WEIGHT.value, matcher, (request) => request.query.getAll(name), name),
    );
  }
  if (body !== undefined) compileBody(body, attempt);
  if (wiremock !== undefined) attempt('/match/wiremock', () => ruleChecks(wiremock).map(checkField));
  return fields.filter((field) => field !== undefined);
}

function equality(name: string, weight: number, expected: string, of: (request: ScriptRequest) => string): Field {
  return {
    name,
    weight,
    expected: show(expected),
    holds: (request) => of(request) === expected,
    actual: (request) => show(of(request)),
    key: { dimension: name, value: expected, read: (request) => [of(request)] },
    needsBody: false,
  };
}

function textField(
  name: string,
  weight: number,
  matcher: TextMatcher,
  values: (request: ScriptRequest) => readonly string[],
  secret = '',
): Field {
  const compiled = compileMatcher(matcher, secret);
  return matcherField(
    name,
    weight,
    compiled,
    values,
    secret,
    compiled.key === undefined ? undefined : { dimension: name, value: compiled.key, read: values },
  );
}

function checkField({ field, expected, matches, actual, equals }: Check): Field {
  return {
    name: field,
    weight: field === 'path' || field === 'url' ? WEIGHT.path : WEIGHT.value,
    expected,
    holds: (request) => matches(viewOfScriptRequest(request)),
    actual: (request) => actual(viewOfScriptRequest(request)),
    key: equals && { dimension: `wiremock ${field}`, value: equals.text, read: (request) => equals.read(viewOfScriptRequest(request)) },
    needsBody: false,
  };
}
