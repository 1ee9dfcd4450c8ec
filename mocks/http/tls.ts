import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { createSecureContext } from 'node:tls';
import { InputError } from '../../spec/index.js';

/** What a server with TLS has, as PEM; behind the certificate there may stand the others of its chain. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const DAY = 86_400_000;
/** Many clients refuse certificates that are good for longer than this. */
const LIFETIME = 397 * DAY;

/**
 * The key pair of a server: the one that is given, or a new one with a certificate that signs itself.
 *
 * @example
 * const { cert } = await keyPairFor(true, '127.0.0.1'); // to be trusted by clients: curl --cacert, NODE_EXTRA_CA_CERTS
 *
 * @throws {InputError} `usage` when certificate and key cannot be used, or not together
 */
export async function keyPairFor(tls: true | KeyPair, host: string): Promise<KeyPair> {
  const pair = tls === true ? await generate(host) : tls;
  try {
    createSecureContext({ cert: pair.cert, key: pair.key });
  } catch (error) {
    throw unusable(
      `the certificate and the key for TLS cannot be used (${(error as Error).message})`,
      'A server with TLS needs a certificate and the private key that belongs to it, as PEM, the key without a passphrase.',
      'Give the two files that were made together, or --tls alone for a certificate of the mock.',
    );
  }
  return pair;
}

/**
 * Reads a key pair from its files.
 *
 * @throws {InputError} `usage` when one of them is not given or cannot be read
 */
export function readKeyPair(certFile: string | undefined, keyFile: string | undefined): KeyPair {
  if (certFile === undefined || keyFile === undefined) {
    throw unusable(
      `--tls-${certFile === undefined ? 'cert' : 'key'} is missing`,
      'A certificate is of no use without its key, nor a key without its certificate.',
      'Give both, --tls-cert <file> --tls-key <file>, or --tls alone for a certificate of the mock.',
    );
  }
  return { cert: read('--tls-cert', certFile), key: read('--tls-key', keyFile) };
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = `The file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`;
    throw unusable(`${flag} is ${file}`, why, 'Name a PEM file that this user can read.');
  }
}

function unusable(what: string, why: string, remedy: string): InputError {
  return new InputError([{ problem: 'usage', what, why, remedy }]);
}

/** A certificate that can vouch for nothing but this server; its key is never written anywhere. */
async function generate(host: string): Promise<KeyPair> {
  // Only needed here: a mock without TLS starts without it.
  const { generate: make } = await import('selfsigned');
  const yesterday = Date.now() - DAY;
  const pair = await make([{ name: 'commonName', value: 'failpath mock' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(yesterday),
    notAfterDate: new Date(yesterday + LIFETIME),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: namesOf(host).map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return { cert: pair.cert, key: pair.private };
}

/** By what names clients may call the server. */
function namesOf(host: string): readonly string[] {
  const everywhere = host === '0.0.0.0' || host === '::';
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).filter(({ scopeid }) => !scopeid));
  const own = everywhere ? [hostname(), ...addresses.map(({ address }) => address)] : [host];
  return [...new Set(['localhost', '127.0.0.1', '::1', ...own])].filter((name) => /^[\w.:-]+$/.test(name));
}
