import type { Faker } from '@faker-js/faker';
import type { Source } from './sample.js';

/** Makes sources of plausible data; the same seed gives the same data. */
export type MakeSource = (seed: string) => Source;

let loaded: Promise<MakeSource> | undefined;

/** Loads faker on first use: most runs of the mock never need it. */
export function loadSources(): Promise<MakeSource> {
  return (loaded ??= import('@faker-js/faker/locale/en').then(({ faker }) => {
    // The class comes from the one locale that is used: its own module would load all of them.
    const Class = faker.constructor as typeof Faker;
    const locale = faker.rawDefinitions;
    return (seed) => sourceOf(new Class({ locale, seed: hash(seed) }));
  }));
}

const FROM = '2025-01-01T00:00:00Z';
const TO = '2027-01-01T00:00:00Z';

function sourceOf(faker: Faker): Source {
  return {
    integer: (min, max) => {
      const low = Math.max(Math.min(min, max), Number.MIN_SAFE_INTEGER);
      return faker.number.int({ min: low, max: Math.min(Math.max(max, low), Number.MAX_SAFE_INTEGER) });
    },
    optional: () => faker.number.int({ max: 3 }) > 0,
    fraction: (min, max) => Math.min(max, Math.max(min, Number(faker.number.float({ min, max }).toPrecision(6)))),
    number: (name) => find(NUMBERS, name)?.(faker),
    text: (name) => (find(TEXTS, name) ?? words)(faker),
    format: (format) => FORMATS[format]?.(faker),
  };
}

type Make<T> = (faker: Faker) => T;
type Hints<T> = readonly (readonly [RegExp, Make<T>])[];

/** Only names that are reserved for examples (RFC 2606), so that nobody is ever called. */
const host: Make<string> = (faker) =>
  `${faker.word
    .noun()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')}.example.org`;
const url: Make<string> = (faker) => `https://${host(faker)}/${faker.lorem.slug(2)}`;
const words: Make<string> = (faker) => faker.lorem.words({ min: 1, max: 3 });

/** By member name in lower case, words apart; the first that fits. */
const TEXTS: Hints<string> = [
  [/\be? ?mail\b/, (faker) => faker.internet.exampleEmail()],
  [/\b(url|uri|href|link|website)\b/, url],
  [
    /\b(hash|digest|checksum|commitment|fingerprint)$/,
    (faker) => `0x${faker.string.hexadecimal({ length: 64, casing: 'lower', prefix: '' })}`,
  ],
  [/\b(id|uuid|guid)$/, (faker) => faker.string.uuid()],
  [/\b(token|secret|signature)\b/, (faker) => faker.string.alphanumeric(40)],
  [/\bfile ?name$/, (faker) => faker.system.commonFileName()],
  [/\bpointer$/, (faker) => `/${faker.database.column().toLowerCase()}`],
  [/\b(scope|permission)$/, (faker) => `${faker.word.noun()}:${faker.word.verb()}`],
  [/\bresource$/, (faker) => faker.word.noun()],
  [/\bfirst ?name$/, (faker) => faker.person.firstName()],
  [/\b(last ?name|surname)$/, (faker) => faker.person.lastName()],
  [/\buser ?name$/, (faker) => faker.internet.username()],
  [/\b(full ?name|author|creator|owner)$/, (faker) => faker.person.fullName()],
  [/\b(company|organi[sz]ation|organi[sz]ation name)$/, (faker) => faker.company.name()],
  [/\bname$/, (faker) => faker.company.buzzPhrase()],
  [/\btitle$/, (faker) => faker.music.songName()],
  [/\b(description|summary|reason|message|comment|note|error|detail)$/, (faker) => faker.hacker.phrase()],
  [/\bphone\b/, (faker) => faker.phone.number()],
  [/\bcountry\b/, (faker) => faker.location.country()],
  [/\bcity\b/, (faker) => faker.location.city()],
  [/\b(street|address)\b/, (faker) => faker.location.streetAddress()],
  [/\b(zip|postcode|postal code)\b/, (faker) => faker.location.zipCode()],
  [/\bcurrency\b/, (faker) => faker.finance.currencyCode()],
  [/\bcolou?r\b/, (faker) => faker.color.human()],
  [/\bprefix$/, (faker) => faker.string.alphanumeric({ length: 12, casing: 'lower' })],
  [/\b(slug|ref|reference|key)$/, (faker) => faker.lorem.slug(2)],
  [/\bhost\b/, host],
  [/\bip\b/, (faker) => faker.internet.ipv4()],
  [/\bversion$/, (faker) => faker.system.semver()],
];

const NUMBERS: Hints<number> = [
  [/\bbytes$|\bsize$/, (faker) => faker.number.int({ min: 1_000, max: 900_000_000 })],
  [/\b(progress|percent|percentage)$/, (faker) => faker.number.int({ max: 100 })],
  [/\bcredits$/, (faker) => faker.number.int({ max: 500 })],
  [/\b(price|amount|cost|total|fee)$/, (faker) => faker.number.int({ min: 1, max: 1_000 })],
  [/\bblock number$/, (faker) => faker.number.int({ min: 100_000, max: 9_999_999 })],
  [/\b(limit|max|used|count|quantity)$/, (faker) => faker.number.int({ max: 100 })],
  [/\bage$/, (faker) => faker.number.int({ min: 18, max: 90 })],
  [/\byear$/, (faker) => faker.number.int({ min: 1950, max: 2026 })],
  [/\bport$/, (faker) => faker.internet.port()],
  [/\blat(itude)?$/, (faker) => faker.location.latitude()],
  [/\b(lng|lon|longitude)$/, (faker) => faker.location.longitude()],
  [/\bid$/, (faker) => faker.number.int({ min: 1, max: 99_999 })],
];

const FORMATS: Readonly<Record<string, Make<string>>> = {
  'date-time': (faker) => faker.date.between({ from: FROM, to: TO }).toISOString(),
  date: (faker) => faker.date.between({ from: FROM, to: TO }).toISOString().slice(0, 10),
  time: (faker) => faker.date.between({ from: FROM, to: TO }).toISOString().slice(11),
  duration: (faker) => `P${faker.number.int({ min: 1, max: 30 })}D`,
  email: (faker) => faker.internet.exampleEmail(),
  'idn-email': (faker) => faker.internet.exampleEmail(),
  hostname: host,
  'idn-hostname': host,
  ipv4: (faker) => faker.internet.ipv4(),
  ipv6: (faker) => faker.internet.ipv6(),
  uri: url,
  iri: url,
  url,
  'uri-reference': (faker) => `/${faker.lorem.slug(2)}`,
  'iri-reference': (faker) => `/${faker.lorem.slug(2)}`,
  'uri-template': (faker) => `/${faker.lorem.slug(2)}/{id}`,
  uuid: (faker) => faker.string.uuid(),
  'json-pointer': (faker) => `/${faker.database.column().toLowerCase()}`,
  'relative-json-pointer': (faker) => `${faker.number.int({ max: 3 })}`,
  regex: () => '^.*$',
  byte: (faker) => Buffer.from(faker.lorem.word()).toString('base64'),
  password: (faker) => faker.internet.password(),
};

function find<T>(hints: Hints<T>, name: string): Make<T> | undefined {
  const spoken = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_.-]+/g, ' ')
    .toLowerCase();
  return hints.find(([pattern]) => pattern.test(spoken))?.[1];
}

/** FNV-1a, 32 bits: any text is a seed. */
function hash(seed: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < seed.length; at++) value = Math.imul(value ^ seed.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
