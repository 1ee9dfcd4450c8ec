import { redactUrl } from '../redact.js';
import { show } from '../script/show.js';
import { textCheck, type Check } from './checks.js';
import { wholeExpression } from './content.js';
import { Unsuitable } from './errors.js';
import { URL_MEMBERS, type RequestPattern } from './schema.js';
import { splitUrl, type RequestView } from './view.js';

/** The member that says which URL is meant, and what it says. */
export interface UrlMember {
  readonly member: (typeof URL_MEMBERS)[number];
  readonly value: string;
}

export function urlMember(pattern: RequestPattern): UrlMember | undefined {
  for (const member of URL_MEMBERS) {
    const value = pattern[member];
    if (typeof value === 'string') return { member, value };
  }
  return undefined;
}

/** @throws {Unsuitable} */
export function urlChecks({ member, value }: UrlMember): Check[] {
  switch (member) {
    case 'url': {
      const { path, search } = splitUrl(value);
      return [
        pathIs(path),
        { ...textCheck('query', shownSearch(search), searchOf, (text) => text === search), actual: (view) => shownSearch(view.search) },
      ];
    }
    case 'urlPath':
      return [pathIs(value)];
    case 'urlPattern':
      return [{ ...textCheck('url', `matching ${show(value)}`, (view) => view.url, wholeExpression(value)), actual: shownUrl }];
    case 'urlPathPattern':
      return [textCheck('path', `matching ${show(value)}`, pathOf, wholeExpression(value))];
    default:
      return [textCheck('path', `like ${show(value)}`, pathOf, compileTemplate(value))];
  }
}

const pathOf = (view: RequestView): string => view.path;
const searchOf = (view: RequestView): string => view.search;
/** Without credentials, which have telling names in a query. */
const shownSearch = (search: string): string => (search === '' ? 'absent' : show(redactUrl('', new URLSearchParams(search)).slice(1)));
const shownUrl = ({ url }: RequestView): string => {
  const { path, search } = splitUrl(url);
  return show(redactUrl(path, new URLSearchParams(search)));
};
const pathIs = (path: string): Check => textCheck('path', show(path), pathOf, (text) => text === path);

function compileTemplate(template: string): (path: string) => boolean {
  const segments = templateSegments(template);
  return (path) => {
    let at = 0;
    for (const { name, text } of segments) {
      if (at > path.length) return false;
      const slash = path.indexOf('/', at);
      const end = slash < 0 ? path.length : slash;
      if (name === undefined ? end - at !== text.length || !path.startsWith(text, at) : end === at) return false;
      at = end + 1;
    }
    return at > path.length;
  };
}

interface TemplateSegment {
  readonly text: string;
  /** Of its variable. */
  readonly name: string | undefined;
}

function templateSegments(template: string): TemplateSegment[] {
  return template.split('/').map((text) => {
    const name = /^\{([\w.-]+)\}$/.exec(text)?.[1];
    if (name === undefined && /[{}]/.test(text)) {
      throw new Unsuitable(`${show(text)} is not supported: a variable is a whole segment, such as {id}.`);
    }
    return { text, name };
  });
}

/** The value of a template's variable in a path, percent-decoded; `undefined` where there is none. */
export function pathParameter(template: string, path: string, name: string): string | undefined {
  const segment = path.split('/')[template.split('/').indexOf(`{${name}}`)];
  if (segment === undefined) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
