import { expect } from 'chai';
import fc from 'fast-check';
import { createRedactor } from '../../contracts/redact.js';

/** Around a secret stand only characters that no generated secret has, so that what is left over is known exactly. */
const around = fc.string({ unit: fc.constantFrom('Ж', 'Щ', ' ', '\n', '<'), maxLength: 12 });
const SPECIAL = [
  '"',
  '\\',
  "'",
  '$',
  '.',
  '*',
  '+',
  '?',
  '^',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '|',
  '/',
  '%',
  '&',
  '=',
  ':',
  ';',
  '-',
  '_',
  '~',
  '\t',
  'é',
  '🎵',
];
const secret = fc.string({ unit: fc.oneof(fc.constantFrom(...SPECIAL), fc.constantFrom(...'abcXYZ0189')), minLength: 8, maxLength: 48 });

const redacting = (...secrets: readonly string[]): ((text: string) => string) => {
  const redactor = createRedactor();
  for (const [index, value] of secrets.entries()) redactor.add(value, `SECRET_${index}`);
  return (text) => redactor.redact(text);
};

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'percent-encoded': encodeURIComponent,
  'percent-encoded in lower case': (text) => encodeURIComponent(text).replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  'percent-encoded to the last byte': (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  'written as JSON': (text) => JSON.stringify(text).slice(1, -1),
  'written as JSON in ASCII': (text) =>
    text.replaceAll(/[^a-zA-Z0-9]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'written as JSON twice': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  'written as JSON with slashes escaped': (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replaceAll('/', String.raw`\/`),
  'written as HTML': (text) => text.replaceAll(/[&<>"']/g, (unit) => `&#${unit.charCodeAt(0)};`),
  'in a query inside JSON': (text) => JSON.stringify(encodeURIComponent(text)).slice(1, -1),
};

describe('a redactor', () => {
  for (const [name, encode] of Object.entries(ENCODINGS)) {
    it(`hides a secret ${name}, and nothing else`, () => {
      fc.assert(
        fc.property(secret, around, around, (value, before, after) => {
          expect(redacting(value)(encode(before) + encode(value) + encode(after))).to.equal(`${encode(before)}$SECRET_0${encode(after)}`);
        }),
      );
    });
  }

  it('hides a secret between the lines of a text that is written as JSON, and leaves the lines', () => {
    fc.assert(
      fc.property(around, secret, around, fc.boolean(), (before, value, after, many) => {
        const redact = redacting(value, ...(many ? ['line one\nline two'] : []));
        const text = redact(JSON.stringify(`${before}\n${value}\t${after}`));
        expect(JSON.parse(text)).to.equal(`${before}\n$SECRET_0\t${after}`);
      }),
    );
  });

  it('hides a secret in base64 at any offset, to the last bit', () => {
    const bytes = fc.uint8Array({ max: 31, maxLength: 9 });
    fc.assert(
      fc.property(secret, bytes, bytes, fc.constantFrom('base64', 'base64url'), (value, before, after, encoding) => {
        const length = Buffer.byteLength(value);
        const text = Buffer.concat([before, Buffer.from(value), after]).toString(encoding);
        const [from, to] = [Math.floor((before.length * 8) / 6), Math.ceil(((before.length + length) * 8) / 6)];
        expect(redacting(value)(text)).to.equal(`${text.slice(0, from)}$SECRET_0${text.slice(to)}`);
      }),
    );
  });

  it('hides a credential of HTTP Basic', () => {
    const header = `Basic ${Buffer.from('failpath:correct horse battery').toString('base64')}`;
    expect(redacting('correct horse battery')(header)).to.match(/^Basic \w+\$SECRET_0=*$/);
  });

  it('leaves nothing of secrets that overlap', () => {
    fc.assert(
      fc.property(secret, secret, secret, around, (first, shared, last, before) => {
        const redact = redacting(first + shared, shared + last);
        expect(redact(`${before}${first}${shared}${last}`)).to.match(/^[ЖЩ <\n]*\$SECRET_[01]$/);
      }),
    );
  });

  it('shows the longer of two secrets of which one begins with the other', () => {
    expect(redacting('afo_sk_live_0123', 'afo_sk_live_0123_long')('x afo_sk_live_0123_long y')).to.equal('x $SECRET_1 y');
    expect(redacting('afo_sk_live_0123', 'afo_sk_live_0123_long')('x afo_sk_live_0123 y')).to.equal('x $SECRET_0 y');
  });

  it('hides every occurrence', () => {
    expect(redacting('secret-value')('secret-value,secret-valuesecret-value')).to.equal('$SECRET_0,$SECRET_0$SECRET_0');
  });

  it('keeps the place of what follows broken escapes', () => {
    expect(redacting('secret"value')(String.raw`%E2%82%FF%zz secret%22value &#xFFFFFF; secret\"value`)).to.equal(
      '%E2%82%FF%zz $SECRET_0 &#xFFFFFF; $SECRET_0',
    );
    expect(redacting('secret"value')('%E2%82%73ecret%22value!')).to.equal('%E2%82$SECRET_0!');
  });

  it('leaves texts without a secret as they are', () => {
    const redactor = createRedactor();
    fc.assert(fc.property(fc.string(), (text) => redactor.redact(text) === text));
    redactor.add('never-in-any-text-0', 'X');
    fc.assert(fc.property(fc.string(), (text) => redactor.redact(text) === text));
    for (const word of ['', 'undefined', 'null', '[object Object]', 'NaN']) expect(redactor.redact(word)).to.equal(word);
  });

  it('does not look for what is too short to be told from ordinary text', () => {
    expect(redacting('short')('a short story')).to.equal('a short story');
  });

  it('looks for what has eight characters, and for nothing shorter', () => {
    expect(redacting('12345678')('a 12345678 b')).to.equal('a $SECRET_0 b');
    expect(redacting('1234567')('a 1234567 b')).to.equal('a 1234567 b');
    expect(redacting('12345678')('12345678')).to.equal('$SECRET_0');
    // The base64 of seven characters has enough to be looked for; it is ordinary text all the same.
    expect(redacting('1234567')('MTIzNDU2Nw==')).to.equal('MTIzNDU2Nw==');
  });

  const CHARACTERS: Readonly<Record<string, readonly string[]>> = {
    '&': ['&amp;', '&AMP;', '&#38;', '&#x26;', '&#X26;', '%26', String.raw`\u0026`],
    '<': ['&lt;', '&#60;', '&#x3c;', '%3c', '%3C'],
    '>': ['&gt;', '&#62;', '&#x3E;'],
    '"': ['&quot;', String.raw`\"`, '%22', String.raw`\U0022`],
    "'": ['&apos;', '&#39;'],
    '/': [String.raw`\/`, '%2f'],
    '\\': [String.raw`\\`, '%5c'],
    '\b': [String.raw`\b`, '%08'],
    '\f': [String.raw`\f`, '%0c'],
    '\n': [String.raw`\n`, '%0A', '&#10;'],
    '\r': [String.raw`\r`, '%0D'],
    '\t': [String.raw`\t`, '%09'],
    é: ['%C3%A9', '&#233;', String.raw`\u00e9`],
    '€': ['%E2%82%AC', '&#8364;', String.raw`\u20ac`],
    अ: ['%E0%A4%85', '&#x905;'],
    '🎵': ['%F0%9F%8E%B5', '&#127925;', '&#x1F3B5;', String.raw`\ud83c\udfb5`],
    '\u{10FFFF}': ['&#x10FFFF;', '&#1114111;', '%F4%8F%BF%BF'],
  };
  for (const [character, escapes] of Object.entries(CHARACTERS)) {
    for (const escape of escapes) {
      it(`hides a secret in which ${JSON.stringify(character)} is written as ${escape}`, () => {
        expect(redacting(`secret${character}value`)(`<${escape}secret${escape}value${escape}>`)).to.equal(`<${escape}$SECRET_0${escape}>`);
      });
    }
  }

  it('keeps the place of characters of any length in one run of escapes', () => {
    const encode = ENCODINGS['percent-encoded to the last byte'] as (text: string) => string;
    for (const character of ['s', 'é', '߿', 'अ', '€', '\uFFFC', '🎵', '\u{10FFFF}']) {
      const [text, near] = [encode(`${character}secret-value${character}`), encode(character)];
      expect(redacting('secret-value')(text), character).to.equal(`${near}$SECRET_0${near}`);
    }
  });

  it('does not put together what a broken escape keeps apart', () => {
    for (const broken of ['%FF', '%C0', '%C0%80', '%E2%82', '&#x110000;', '&#9999999;']) {
      const text = `secret${broken}-value`;
      expect(redacting('secret-value')(text)).to.equal(text);
    }
  });

  it('comes to an end with a text of many levels of escapes', () => {
    const levels = 12;
    const hostile = `%${'25'.repeat(levels)} \\${'u005c'.repeat(levels)} &${'amp;'.repeat(levels)}`;
    expect(redacting('secret-value')(`${hostile} secret-value`)).to.equal(`${hostile} $SECRET_0`);
  });

  it('names the first secret of a text', () => {
    const redactor = createRedactor();
    expect(redactor.find('nothing known yet')).to.equal(undefined);
    redactor.add('second-secret', 'SECOND');
    redactor.add('first-secret', 'FIRST');
    expect(redactor.find('{"a":"first-secret","b":"second-secret"}')).to.equal('$FIRST');
    expect(redactor.find('{"a":"first"}')).to.equal(undefined);
  });

  it('keeps the first name of a value', () => {
    const redactor = createRedactor();
    redactor.add('the-same-secret', 'FIRST');
    redactor.add('the-same-secret', 'SECOND');
    expect(redactor.redact('the-same-secret')).to.equal('$FIRST');
  });
});
