import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import { FAULTS, faultSchema, MAX_FAULT_MS, parseFault, type Fault } from '../../mocks/faults/index.js';
import { InputError } from '../../spec/index.js';

const reset: Fault = { type: 'CONNECTION_RESET_BY_PEER' };
const limit: Fault = { type: 'limit_data', bytes: 20 };
const dribble: Fault = { type: 'dribble', chunks: 5, durationMs: 1_000 };
const timeout: Fault = { type: 'timeout', timeoutMs: 500 };

const READS: readonly (readonly [unknown, Fault])[] = [
  // failpath's short names
  ['connection-reset', reset],
  ['empty-response', { type: 'EMPTY_RESPONSE' }],
  ['malformed-chunk', { type: 'MALFORMED_RESPONSE_CHUNK' }],
  ['random-data', { type: 'RANDOM_DATA_THEN_CLOSE' }],
  ['timeout', { type: 'timeout', timeoutMs: 0 }],
  [{ 'truncated-body': 20 }, limit],
  [{ dribble: { chunks: 5, durationMs: 1_000 } }, dribble],
  [{ timeout: 500 }, timeout],
  [{ type: 'connection-reset' }, reset],
  [{ type: 'truncated-body', bytes: 20 }, limit],
  // As they are kept
  [reset, reset],
  [limit, limit],
  [dribble, dribble],
  [timeout, timeout],
  // WireMock
  ['CONNECTION_RESET_BY_PEER', reset],
  [{ fault: 'EMPTY_RESPONSE' }, { type: 'EMPTY_RESPONSE' }],
  [{ fault: 'MALFORMED_RESPONSE_CHUNK' }, { type: 'MALFORMED_RESPONSE_CHUNK' }],
  [{ fault: 'RANDOM_DATA_THEN_CLOSE' }, { type: 'RANDOM_DATA_THEN_CLOSE' }],
  [{ chunkedDribbleDelay: { numberOfChunks: 5, totalDuration: 1_000 } }, dribble],
  // Toxiproxy
  ['reset_peer', reset],
  [{ type: 'reset_peer' }, reset],
  [{ type: 'limit_data', attributes: { bytes: 20 } }, limit],
  [{ type: 'timeout', attributes: { timeout: 500 } }, timeout],
];

const REFUSES: readonly (readonly [unknown, string])[] = [
  ['conection-reset', 'there is no fault "conection-reset" (did you mean connection-reset?); there are connection-reset, empty-response'],
  ['Connection_Reset', '(did you mean connection-reset?)'],
  ['EMPTY_RESPONS', '(did you mean EMPTY_RESPONSE?)'],
  [{ type: 'truncate-body', bytes: 5 }, '(did you mean truncated-body?)'],
  [{ fault: 'RANDOM_DATA' }, '(did you mean random-data?)'],
  [{ timout: 5 }, '(did you mean timeout?)'],
  ['zzz', 'there is no fault "zzz"; there are connection-reset'],
  ['__proto__', 'there is no fault "__proto__"'],
  ['latency', 'the fault "latency" is not supported. Say `delay` beside the answer.'],
  [{ type: 'bandwidth', attributes: { rate: 5 } }, 'is not supported. Use dribble'],
  ['truncated-body', "the fault truncated-body is written { 'truncated-body': 20 } (bytes)"],
  [{ 'truncated-body': -1 }, 'truncated-body: Too small'],
  [{ 'truncated-body': 1.5 }, 'truncated-body: Invalid input: expected int'],
  [{ type: 'dribble', chunks: 0, durationMs: 5 }, 'chunks: Too small'],
  [{ dribble: { chunks: 5, durationMs: 1_000, times: 2 } }, 'times'],
  [{ timeout: MAX_FAULT_MS + 1 }, 'timeout: Too big'],
  [{ chunkedDribbleDelay: { numberOfChunks: 5 } }, 'totalDuration'],
  [{ fault: 'EMPTY_RESPONSE', after: 5 }, 'Unrecognized key: "after"'],
  [{ type: 'EMPTY_RESPONSE', bytes: 5 }, 'Unrecognized key: "bytes"'],
  [{ type: 7 }, 'a fault is a name'],
  [{}, 'a fault is a name'],
  [[], 'a fault is a name'],
  [null, 'a fault is a name'],
  [undefined, 'a fault is a name'],
  [12, 'a fault is a name'],
];

describe('faults, as they are written', () => {
  for (const [value, fault] of READS) {
    it(`reads ${JSON.stringify(value)}`, () => expect(parseFault(value)).to.deep.equal(fault));
  }

  for (const [value, says] of REFUSES) {
    it(`refuses ${JSON.stringify(value)}: ${says}`, () => {
      expect(() => parseFault(value))
        .to.throw(InputError)
        .with.property('message')
        .that.satisfies((message: string) => message.split('\n')[0]?.includes(says) === true, says)
        .and.includes('fix: ');
    });
  }

  it('every short name is a fault of its own, and its text shows how to write it', () => {
    const types = Object.entries(FAULTS).map(([short, { type, sees, write }]) => {
      expect(sees).to.match(/^[A-Z].*\.$/);
      expect(write).to.include(short);
      return type;
    });
    expect(new Set(types).size).to.equal(types.length);
  });

  it('never throws anything else, whatever is written', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          parseFault(value);
        } catch (error) {
          expect(error).to.be.instanceOf(InputError);
        }
      }),
      { seed: 42, numRuns: 1_000 },
    );
  });

  it('has a JSON Schema for editors, which knows every name', () => {
    const text = JSON.stringify(z.toJSONSchema(faultSchema, { io: 'input' }));
    for (const [short, { type }] of Object.entries(FAULTS)) expect(text).to.include(`"${short}"`).and.include(`"${type}"`);
  });
});
