import { expect } from 'chai';
import fc from 'fast-check';
import { wav, wavHeader } from '../../contracts/wav.js';

const bytesOf = (size: number): Buffer => Buffer.concat([...wav(size)]);

describe('a WAV of a given size', () => {
  it('has exactly that size', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 400_000 }), (size) => bytesOf(size).length === size));
    for (const size of [0, 1, 43, 44, 45, 65_579, 65_580, 65_581, 131_116]) expect(bytesOf(size), `${size} bytes`).to.have.length(size);
  });

  it('is no file at all when it has no bytes', () => {
    expect([...wav(0)]).to.deep.equal([]);
  });

  it('begins with a header that names the sizes and an uncompressed mono format', () => {
    const file = bytesOf(1044);
    expect(file.toString('latin1', 0, 4)).to.equal('RIFF');
    expect(file.readUInt32LE(4), 'what follows').to.equal(1036);
    expect(file.toString('latin1', 8, 16)).to.equal('WAVEfmt ');
    expect(file.readUInt32LE(16), 'size of the format').to.equal(16);
    const [format, channels, rate, byteRate, frame, bits] = [
      file.readUInt16LE(20),
      file.readUInt16LE(22),
      file.readUInt32LE(24),
      file.readUInt32LE(28),
      file.readUInt16LE(32),
      file.readUInt16LE(34),
    ];
    expect({ format, channels, rate, byteRate, frame, bits }).to.deep.equal({
      format: 1,
      channels: 1,
      rate: 8000,
      byteRate: 8000,
      frame: 1,
      bits: 8,
    });
    expect(file.toString('latin1', 36, 40)).to.equal('data');
    expect(file.readUInt32LE(40), 'samples').to.equal(1000);
  });

  it('comes in chunks that do not grow with it', () => {
    let [sizes, sum] = [new Set<number>(), 0];
    for (const chunk of wav(50 * 1024 * 1024)) {
      sizes.add(chunk.length);
      sum += chunk.length;
    }
    expect(sum).to.equal(50 * 1024 * 1024);
    expect(Math.max(...sizes)).to.equal(64 * 1024);
    expect(sizes.size, 'header, chunks and the rest').to.be.at.most(3);
  });

  it('is another recording every time', () => {
    expect(bytesOf(1044).equals(bytesOf(1044))).to.equal(false);
  });

  it('says a size that fits its fields, however long the file', () => {
    const header = wavHeader(6 * 2 ** 30);
    expect([header.readUInt32LE(4), header.readUInt32LE(40)]).to.deep.equal([0xffffffff, 0xffffffff]);
  });
});
