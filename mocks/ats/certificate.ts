import type { Version, Work } from './state.js';
import { rfc3339 } from './time.js';
import { chainFacts } from './transactions.js';

/** Characters on a line of the page. */
const LINE = 72;

/**
 * A certificate of a version: one page of PDF 1.7 (ISO 32000-1) in ASCII, with what there is to certify. The page shows Latin
 * characters; the title in the document's properties is whole.
 *
 * @example
 * certificateOf(work, version, limits.block.testnet).slice(0, 8); // '%PDF-1.7'
 *
 * @param block The time between two blocks of the version's network, in milliseconds.
 */
export function certificateOf(work: Work, version: Version, block: number): string {
  const { tx_hash, block_number, explorer_url } = chainFacts(version, version.on_chain_at, block);
  const facts: readonly (readonly [string, string])[] = [
    ['Title', work.title],
    ['Version', String(version.number)],
    ['Creators', version.creators.map(({ full_name, roles }) => `${full_name} (${roles.join(', ')})`).join('; ')],
    ['Commitment', version.commitment],
    ['Audio', `${version.audio.size_bytes} bytes, SHA-256 ${version.audio.sha256}`],
    ['Work', `ats_id ${work.ats_id} on ${version.network}`],
    ['Transaction', tx_hash],
    ['Block', String(block_number)],
    ['On chain', rfc3339(version.on_chain_at)],
    ['See', explorer_url],
    ['Note', 'Made by the failpath mock: this certifies nothing.'],
  ];
  return pdf(`${work.title}, version ${version.number}`, pageOf(facts));
}

/** The drawing instructions of the page. */
function pageOf(facts: readonly (readonly [string, string])[]): string {
  const lines = facts.flatMap(([name, value]) => [
    '/F2 9 Tf',
    `${shown(name)} Tj T*`,
    '/F1 10 Tf',
    ...wrapped(value).map((line) => `${shown(line)} Tj T*`),
    'T*',
  ]);
  return ['BT', '/F2 18 Tf 14 TL 56 780 Td', `${shown('Certificate of registration')} Tj T* T*`, ...lines, 'ET'].join('\n');
}

function wrapped(text: string): readonly string[] {
  const lines = text.match(new RegExp(`.{1,${LINE}}(?:\\s|$)|.{1,${LINE}}`, 'gsu')) ?? [''];
  // A page has room for some forty lines.
  return lines.length > 6 ? [...lines.slice(0, 5), '...'] : lines;
}

/** A string as the page's fonts can draw it. */
function shown(text: string): string {
  const bytes = [...text].map((char) => {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x20 || code > 0xff || (code > 0x7e && code < 0xa0)) return '?';
    if (code > 0x7e) return `\\${code.toString(8)}`;
    return /[()\\]/.test(char) ? `\\${char}` : char;
  });
  return `(${bytes.join('')})`;
}

/** A text string of any characters: UTF-16, as hex digits. */
function whole(text: string): string {
  return `<FEFF${Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase()}>`;
}

/** A document of one page, with the table of where its objects begin. */
function pdf(title: string, content: string): string {
  const font = (name: string): string => `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> /Contents 6 0 R >>',
    font('Helvetica'),
    font('Helvetica-Bold'),
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    `<< /Title ${whole(title)} /Producer (failpath) >>`,
  ];
  let file = '%PDF-1.7\n';
  const places = objects.map((object, index) => {
    const place = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = [`0000000000 65535 f `, ...places.map((place) => `${String(place).padStart(10, '0')} 00000 n `)].join('\n');
  const size = objects.length + 1;
  return `${file}xref\n0 ${size}\n${table}\ntrailer\n<< /Size ${size} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
}
