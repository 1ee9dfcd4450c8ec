/** Headers as they came: a name and its value by turns. */
export type RawHeaders = readonly string[];

/** Headers that belong to one connection (RFC 9110, section 7.6.1); `transfer-encoding`, `te` and `trailer` are seen to where they matter. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface Passing {
  /** Replaces what the client sent; `undefined` leaves it. */
  readonly host?: string | undefined;
  /** Added as an entry of its own. */
  readonly via?: string | undefined;
  /** Whether the body comes in chunks: then it goes on so, with its trailers. */
  readonly chunked?: boolean;
  /** Whether what follows is no longer HTTP. */
  readonly upgrade?: string | undefined;
}

/**
 * Headers as they go on: in their order and spelling, without those of the connection.
 *
 * @example
 * passOn(req.rawHeaders, req.headers.connection, { host: 'staging.example.com', via: '1.1 failpath-5afe' });
 */
export function passOn(raw: RawHeaders, connection: string | undefined, { host, via, chunked, upgrade }: Passing): string[] {
  const named = namedIn(connection);
  const passed: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]];
    const lower = name.toLowerCase();
    if (lower === 'trailer' && chunked === true) passed.push(name, value);
    else if (HOP_BY_HOP.has(lower) || named?.has(lower) === true) continue;
    else if (lower === 'host' && host !== undefined) passed.push(name, host);
    else passed.push(name, value);
  }
  if (via !== undefined) passed.push('Via', via);
  if (chunked === true) passed.push('Transfer-Encoding', 'chunked');
  if (upgrade !== undefined) passed.push('Connection', 'Upgrade', 'Upgrade', upgrade);
  return passed;
}

/** Headers that `Connection` names: they end here as well. Most name nothing of the kind. */
function namedIn(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || /^(?:keep-alive|close|upgrade)$/i.test(connection)) return undefined;
  // Whoever names what the message needs would take it away.
  const kept = new Set(['host', 'content-length', 'authorization', 'content-type']);
  return new Set(
    connection
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => !kept.has(name)),
  );
}

/** Trailers as node writes them. */
export function pairsOf(raw: RawHeaders): [string, string][] {
  return raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []));
}
