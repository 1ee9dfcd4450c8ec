import { expect } from 'chai';
import fc from 'fast-check';
import { envelopeCodec, type EnvelopePointers } from '../../spec/index.js';
import { edit, load, removeWritten, SOUND } from './contracts.js';

const ATS: EnvelopePointers = { code: '/error/code', message: '/error/message', details: '/error/details', requestId: '/error/request_id' };
const PARTS = { code: 'a.b', message: 'No.', details: { max: 3 }, requestId: 'req_1' };

describe('the envelope', () => {
  after(removeWritten);

  it('is written as declared', () => {
    expect(envelopeCodec({ envelope: ATS }).write(PARTS)).to.deep.equal({
      error: { code: 'a.b', message: 'No.', details: { max: 3 }, request_id: 'req_1' },
    });
  });

  it('has no details where there are none', () => {
    expect(envelopeCodec({ envelope: ATS }).write({ code: 'a.b', message: 'No.', requestId: 'req_1' })).to.deep.equal({
      error: { code: 'a.b', message: 'No.', request_id: 'req_1' },
    });
  });

  it('can be flat, or spread, or be named otherwise', () => {
    const envelope = { code: '/type', message: '/title', details: '/meta/a~1b', requestId: '/meta/id' };
    const codec = envelopeCodec({ envelope });
    const body = codec.write(PARTS);
    expect(body).to.deep.equal({ type: 'a.b', title: 'No.', meta: { 'a/b': { max: 3 }, id: 'req_1' } });
    expect(codec.read(body)).to.deep.equal(PARTS);
  });

  it('reads whatever is there, and never fails', () => {
    const { read } = envelopeCodec({ envelope: ATS });
    const nothing = { code: undefined, message: undefined, details: undefined, requestId: undefined };
    for (const body of [undefined, null, 7, 'text', [], {}, { error: 'text' }, { error: null }]) expect(read(body)).to.deep.equal(nothing);
    expect(read({ error: { code: 5, details: [] } })).to.deep.equal({ ...nothing, code: 5, details: [] });
    fc.assert(fc.property(fc.anything(), (body) => void read(body)));
  });

  it('of another API is a matter of declaration', async () => {
    const text = edit(
      SOUND.replaceAll('error: {code: ', 'problem: {type: ').replaceAll('{error: {properties: {code: ', '{problem: {properties: {type: '),
      {
        'x-failpath:\n':
          'x-failpath:\n  envelope: {code: /problem/type, message: /problem/message, requestId: /problem/request_id, details: /problem/details}\n',
      },
    );
    const contract = await load(text);
    expect(contract.failures.map(({ code }) => code)).to.include.members(['thing.not_found', 'body.malformed', 'key.missing']);
    expect(contract.failures.find(({ code }) => code === 'thing.not_found')?.examples).to.have.length(1);
  });
});
