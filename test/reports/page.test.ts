import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { html, page } from '../../spec/index.js';

describe('a page', () => {
  it('takes whatever it is given for text, unless the template has made it', () => {
    const part = html`<b title="${'"><script>'}">${'</b> & \u0000\u001b[31m `'}</b>`;
    expect(String(part)).to.equal('<b title="&quot;&gt;&lt;script&gt;">&lt;/b&gt; &amp; \uFFFD\uFFFD[31m &#96;</b>');
    expect(String(html`<i>${[part, 1, null, undefined, false, ['x', part]]}</i>`)).to.equal(`<i>${String(part)}1x${String(part)}</i>`);
  });

  it('allows by hash the styles and scripts that it holds, and nothing else', () => {
    const text = page({ title: 'A <page>', body: html`<main></main>`, style: 'b{color:red}', script: 'document.title;' });
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(text) ?? [];
    const inline = [...text.matchAll(/<(?:style|script type="module")>([\s\S]*?)<\/(?:style|script)>/g)].map(([, held]) => held ?? '');
    expect(inline.slice(1)).to.include.members(['b{color:red}', 'document.title;']);
    const hashes = inline.map((held) => `sha256-${createHash('sha256').update(held).digest('base64')}`);
    expect([...policy.replaceAll('&#39;', "'").matchAll(/'(sha256-[^']+)'/g)].map(([, hash]) => hash)).to.deep.equal(hashes);
    expect(policy).to.match(/^default-src &#39;none&#39;; style-src /);
    expect(text).to.contain('<title>A &lt;page&gt;</title>');
  });

  it('holds no script that ends where it is not to end', () => {
    expect(() => page({ title: '', body: html``, script: "'</SCRIPT>'" })).to.throw('must not spell');
  });
});
