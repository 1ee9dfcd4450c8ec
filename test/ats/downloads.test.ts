import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { certificateOf } from '../../mocks/ats/certificate.js';
import { silence } from '../../mocks/ats/silence.js';
import type { MockAnswer } from '../../mocks/types.js';
import { Ats, NEW_WORK, ok } from './harness.js';
import { downloadPath, listPath } from './requests.js';

const NOTHING = new Uint8Array(0);

const urlOf = async (ats: Ats, file: string, token?: string): Promise<string> => {
  const answer = ok(await ats.ask('GET', ats.organization(downloadPath(ats, undefined, file)), { token: token ?? (await ats.session()) }));
  return String(answer.body['url']);
};
const get = (ats: Ats, url: string, method = 'GET'): Promise<MockAnswer> => ats.put(url, NOTHING, method);
const bytesOf = async ({ passedOn }: MockAnswer): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of passedOn?.body ?? []) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
};
const frozen = (): Ats => {
  const ats = new Ats();
  ats.clock.freeze();
  return ats;
};

describe('ats sandbox: downloads', () => {
  it('are of the size and, in the well-known world, of the hash that the list says', async () => {
    const ats = frozen();
    const list = ok(await ats.ask('GET', ats.organization(listPath(ats)), { token: await ats.session() })).body;
    const [work] = list['works'] as { versions: { number: number; audio: { size_bytes: number; sha256: string } }[] }[];
    expect(work?.versions).to.have.length(2);
    for (const { number, audio } of work?.versions ?? []) {
      const answer = await get(ats, await urlOf(ats, `${number}/download/audio`));
      const bytes = await bytesOf(answer);
      expect([answer.status, bytes.length, createHash('sha256').update(bytes).digest('hex')]).to.deep.equal([
        200,
        audio.size_bytes,
        audio.sha256,
      ]);
      expect(answer.passedOn?.headers).to.include({
        'content-type': 'audio/wav',
        'content-length': String(audio.size_bytes),
        etag: `"${audio.sha256}"`,
        'content-disposition': `attachment; filename="work-1000-version-${number}.wav"`,
      });
      expect(answer.passedOn?.headers['x-failpath-content']).to.match(/^silence/);
    }
  });

  it('expire with the clock, and not with their use', async () => {
    const ats = frozen();
    const { body } = ok(await ats.ask('GET', ats.organization(downloadPath(ats)), { token: await ats.session() }));
    expect(Date.parse(String(body['expires_at'])) - ats.clock.now()).to.equal(300_000);
    const url = String(body['url']);
    for (let time = 0; time < 3; time++) expect((await get(ats, url)).status).to.equal(200);
    await ats.clock.advance(299_999);
    expect((await get(ats, url)).status).to.equal(200);
    await ats.clock.advance(1);
    const gone = await get(ats, url);
    expect([gone.status, gone.headers['content-type'], gone.body]).to.deep.equal([
      403,
      'application/xml',
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>The download URL has expired.</Message></Error>\n',
    ]);
  });

  it('are there for whoever has the URL, for GET and HEAD, and for nobody else', async () => {
    const ats = frozen();
    const url = await urlOf(ats, '1/download/certificate');
    const [head, whole] = [await get(ats, url, 'HEAD'), await get(ats, url)];
    expect((await bytesOf(head)).length).to.equal(0);
    expect(head.passedOn?.headers).to.deep.equal(whole.passedOn?.headers);
    for (const method of ['PUT', 'POST', 'DELETE']) {
      const answer = await get(ats, url, method);
      expect([answer.status, answer.headers['allow']]).to.deep.equal([405, 'GET, HEAD']);
    }
    const forged = await get(ats, `${url}x`);
    expect([forged.status, forged.body?.includes('SignatureDoesNotMatch')]).to.deep.equal([403, true]);
    ats.sandbox.reset();
    expect((await get(ats, url)).status).to.equal(403);
  });

  it('are no upload URLs, nor the other way round', async () => {
    const ats = frozen();
    const { upload_url } = ok(await ats.post('works/init', NEW_WORK)).body;
    const token = String(upload_url).split('/').at(-1) ?? '';
    expect((await get(ats, String(upload_url))).status).to.equal(405);
    expect((await get(ats, `http://mock.test/__storage/files/${token}`)).status).to.equal(403);
    const download = (await urlOf(ats, '1/download/audio')).split('/').at(-1) ?? '';
    expect((await get(ats, `http://mock.test/__storage/${download}`, 'PUT')).status).to.equal(403);
  });
});

describe('ats sandbox: silence', () => {
  it('has exactly so many bytes, and is a WAV as soon as there is room for its header', () => {
    for (const bytes of [0, 1, 43, 44, 45, 65_579, 65_580, 65_581, 200_001]) {
      const file = Buffer.concat([...silence(bytes)]);
      expect(file.length).to.equal(bytes);
      if (bytes < 44) continue;
      expect([file.toString('latin1', 0, 4), file.toString('latin1', 8, 16)]).to.deep.equal(['RIFF', 'WAVEfmt ']);
      expect([file.readUInt32LE(4), file.readUInt32LE(40)]).to.deep.equal([bytes - 8, bytes - 44]);
      expect(file.subarray(44).every((sample) => sample === 0x80)).to.equal(true);
    }
  });

  it('is made a chunk at a time, however large', () => {
    const chunks = silence(8 * 1024 ** 4);
    const [, first, second] = [chunks.next(), chunks.next(), chunks.next()].map(({ value }) => value as Buffer);
    expect([first?.length, first?.buffer === second?.buffer]).to.deep.equal([65_536, true]);
  });
});

describe('ats sandbox: certificates', () => {
  const audio = { size_bytes: 7, sha256: 'ab'.repeat(32) };
  const version = {
    number: 2,
    network: 'testnet' as const,
    transaction_id: 't',
    audio,
    commitment: `0x${'cd'.repeat(32)}`,
    creators: [{ full_name: 'Zoë (the \\ first)', roles: ['author'] }],
    created_at: 0,
    on_chain_at: 12_000,
    well_known: false,
  };
  const work = {
    id: 'w',
    ats_id: 4182,
    organization_id: 'o',
    external_user_ref: 'u',
    network: 'testnet' as const,
    title: 'Hafenlichter ü 港の灯 𝄞',
    versions: 2,
    audio,
    magic: [],
    created_at: 0,
    on_chain_at: 0,
    well_known: false,
  };
  const pdf = certificateOf(work, version, 12_000);

  it('are PDFs whose table leads to each object, in ASCII', () => {
    expect(/^[\n -~]*$/.test(pdf)).to.equal(true);
    expect([pdf.startsWith('%PDF-1.7\n'), pdf.endsWith('%%EOF\n')]).to.deep.equal([true, true]);
    const start = Number(/startxref\n(\d+)\n/.exec(pdf)?.[1]);
    expect(pdf.slice(start, start + 4)).to.equal('xref');
    const places = [...pdf.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, place]) => Number(place));
    expect(places).to.have.length(7);
    for (const [index, place] of places.entries()) expect(pdf.slice(place).startsWith(`${index + 1} 0 obj\n`)).to.equal(true);
    const [, length, content] = /<< \/Length (\d+) >>\nstream\n([^]*?)\nendstream/.exec(pdf) ?? [];
    expect(content?.length).to.equal(Number(length));
  });

  it('show what they certify, and the title whole in the properties', () => {
    const shown = [version.commitment, 'ats_id 4182 on testnet', 'Zo\\353 \\(the \\\\ first\\)', '1970-01-01T00:00:12.000Z'];
    for (const text of [...shown, 'Hafenlichter \\374 ??? ?']) expect(pdf).to.include(text);
    const title = Buffer.from(/\/Title <FEFF([0-9A-F]+)>/.exec(pdf)?.[1] ?? '', 'hex')
      .swap16()
      .toString('utf16le');
    expect(title).to.equal('Hafenlichter ü 港の灯 𝄞, version 2');
  });
});
