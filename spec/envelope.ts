import { getIn, set, split } from './pointer.js';
import type { Contract, Envelope } from './types.js';

/** Takes error bodies apart and puts them together, as a contract's `x-failpath.envelope` declares. */
export interface EnvelopeCodec {
  read(body: unknown): Envelope;
  write(envelope: { code: string; message: string; details?: unknown; requestId: string }): Record<string, unknown>;
}

const codecs = new WeakMap<Contract['envelope'], EnvelopeCodec>();

/**
 * The codec of a contract's envelope, its pointers split once, however often it is asked for.
 *
 * @example
 * envelopeCodec(contract).read({ error: { code: 'api_key.revoked' } }).code; // 'api_key.revoked'
 */
export function envelopeCodec({ envelope }: Pick<Contract, 'envelope'>): EnvelopeCodec {
  let codec = codecs.get(envelope);
  if (codec === undefined) codecs.set(envelope, (codec = createCodec(envelope)));
  return codec;
}

function createCodec(envelope: Contract['envelope']): EnvelopeCodec {
  const [code, message, details, requestId] = [envelope.code, envelope.message, envelope.details, envelope.requestId].map(split) as [
    string[],
    string[],
    string[],
    string[],
  ];
  return {
    read: (body) => ({
      code: getIn(body, code),
      message: getIn(body, message),
      details: getIn(body, details),
      requestId: getIn(body, requestId),
    }),
    write: (parts) => {
      const body = set({}, envelope.code, parts.code);
      set(body, envelope.message, parts.message);
      if (parts.details !== undefined) set(body, envelope.details, parts.details);
      return set(body, envelope.requestId, parts.requestId);
    },
  };
}
