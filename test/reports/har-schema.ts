/**
 * HAR 1.2 as its specification describes it (http://www.softwareishard.com/blog/har-12-spec/), part by part under the names that the published
 * root schema refers to. Members that the specification does not name are refused, but for those that begin with `_`.
 */
type Schema = Readonly<Record<string, unknown>>;

const [text, number] = [{ type: 'string' }, { type: 'number' }];
const list = (items: Schema): Schema => ({ type: 'array', items });

function part(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  const properties = { ...required, ...optional, comment: text };
  return { type: 'object', required: Object.keys(required), properties, patternProperties: { '^_': {} }, additionalProperties: false };
}

const time = { type: 'string', format: 'date-time' };
const cookie = part(
  { name: text, value: text },
  { path: text, domain: text, expires: time, httpOnly: { type: 'boolean' }, secure: { type: 'boolean' } },
);
const pair = part({ name: text, value: text });
const sizes = { headersSize: { type: 'integer', minimum: -1 }, bodySize: { type: 'integer', minimum: -1 } };
const request = part(
  { method: text, url: { type: 'string', format: 'uri-reference' }, httpVersion: text, cookies: list(cookie), headers: list(pair), queryString: list(pair), ...sizes },
  { postData: { type: 'object' } },
); // prettier-ignore
const content = part({ size: { type: 'integer', minimum: 0 }, mimeType: text }, { compression: number, text, encoding: text });
const response = part({
  ...{
    status: { type: 'integer', minimum: 0, maximum: 599 },
    statusText: text,
    httpVersion: text,
    cookies: list(cookie),
    headers: list(pair),
  },
  ...{ content, redirectURL: text, ...sizes },
});
const took = { type: 'number', minimum: -1 };
const timings = part({ send: took, wait: took, receive: took }, { blocked: took, dns: took, connect: took, ssl: took });
const entry = part(
  { startedDateTime: time, time: { type: 'number', minimum: 0 }, request, response, cache: { type: 'object' }, timings },
  { pageref: text, serverIPAddress: text, connection: text },
);
const page = part({ startedDateTime: time, id: text, title: text, pageTimings: part({}, { onContentLoad: took, onLoad: took }) });
const tool = part({ name: text, version: text });

export const LOG: Schema = {
  $id: 'log.json#',
  ...part({ version: { const: '1.2' }, creator: tool, entries: list(entry) }, { browser: tool, pages: list(page) }),
};
