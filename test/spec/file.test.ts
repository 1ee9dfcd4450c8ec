import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, loadContract, readFileText } from '../../spec/index.js';
import { temporaryFile, temporaryFolder } from '../support/cli.js';

const refusal = (path: string, largest?: number): string => {
  try {
    return readFileText(path, largest).slice(0, 20);
  } catch (error) {
    return (error as Error).message;
  }
};

describe('files that are read', () => {
  it('are regular ones, be it through a link, of a bounded size', () => {
    const file = temporaryFile('a.yaml', 'rules: []');
    const link = join(temporaryFolder(), 'link.yaml');
    symlinkSync(file, link);
    expect(refusal(file)).to.equal('rules: []');
    expect(refusal(link, 9)).to.equal('rules: []');
    expect(refusal(link, 8)).to.equal('it has 9 bytes, of 8 at most');
    expect(refusal(join(file, '..'))).to.equal('it is a folder');
    expect(refusal(`${file}.none`)).to.equal('no such file');
  });

  it('are UTF-8, and nothing else is taken for it', () => {
    const of = (bytes: Uint8Array): string => {
      const file = join(temporaryFolder(), 'a.yaml');
      writeFileSync(file, bytes);
      return refusal(file);
    };
    const text = 'title: Café';
    const little = Buffer.from(text, 'utf16le');
    const mark = Buffer.from([0xff, 0xfe]);
    const told = [
      ...[Buffer.from(text), Buffer.from(text, 'latin1'), Buffer.concat([mark, little]), little],
      ...[Buffer.from(Buffer.concat([mark, little])).swap16(), Buffer.from(little).swap16(), Buffer.alloc(0)],
    ].map(of);
    const wide = 'it is UTF-16, and has to be saved as UTF-8';
    expect(told).to.deep.equal([text, 'it is not UTF-8, and has to be saved as such', wide, wide, wide, wide, '']);
  });

  it('are told with the cause where they cannot be read', () => {
    expect(() => readFileText(join(temporaryFolder(), 'none.yaml')))
      .to.throw(Error, 'no such file')
      .with.nested.property('cause.code', 'ENOENT');
  });

  it('are closed again, also when they are refused', function () {
    if (process.platform === 'win32') this.skip();
    const file = temporaryFile('a.yaml', 'rules: []');
    const next = (): number => {
      const descriptor = openSync(file, 'r');
      closeSync(descriptor);
      return descriptor;
    };
    const before = next();
    expect([refusal(file), refusal(file, 8), refusal(join(file, '..'))]).to.have.length(3);
    expect(next(), 'the lowest descriptor that is free').to.equal(before);
  });

  it('are never a pipe that nobody writes to, nor a device without an end', async function () {
    if (process.platform === 'win32') this.skip();
    const pipe = join(temporaryFolder(), 'pipe.yaml');
    execFileSync('mkfifo', [pipe]);
    const zero = join(temporaryFolder(), 'zero.yaml');
    symlinkSync('/dev/zero', zero);
    for (const path of [pipe, zero]) {
      expect(refusal(path)).to.equal('it is no regular file, but a pipe or a device');
      const refused: unknown = await loadContract(path).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(InputError);
      expect((refused as InputError).message).to.match(/^contract-unreadable .*: it is no regular file/);
    }
  });
});
