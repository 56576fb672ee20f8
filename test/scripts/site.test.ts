import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLinks } from '../../scripts/site-links.mjs';
import { aFolder } from '../support/folder.ts';

/** Built pages, and the repository that they come from. */
function aSite(pages: Record<string, string>, files: Record<string, string> = {}) {
  const [dist, root] = [aFolder(), aFolder()];
  for (const [folder, texts] of [
    [dist, pages],
    [root, files],
  ] as const)
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  return { dist, root };
}

const link = (to: string) => `<p><a href="${to}">there</a></p>`;

describe('the links of the site', () => {
  it.each([
    ['a page beside it', './b.html', 'docs/b.html', '<h1 id="b">B</h1>'],
    ['an anchor of a page', 'b.html#part', 'docs/b.html', '<h2 class="x" id="part">Part</h2>'],
    ['a page from the root', '/c.html', 'c.html', ''],
    ['a folder', '../', 'index.html', ''],
    ['a picture', './images/a.png', 'docs/images/a.png', ''],
    ['another host', 'https://example.org/nothing', 'c.html', ''],
  ])('may lead to %s', (_, to, path, text) => {
    const { dist, root } = aSite({ 'docs/a.html': link(to), [path]: text });
    expect(checkLinks(dist, root)).toMatchObject({ dead: [] });
  });

  it.each([
    ['a page that is missing', './b.html', 'docs/a.html links to ./b.html, which is missing'],
    ['an anchor that is missing', 'c.html#x', 'docs/a.html links to c.html#x, and docs/c.html has no #x'],
    ['an anchor of its own that is missing', '#y', 'docs/a.html links to #y, and docs/a.html has no #y'],
    ['a folder of the repository', '../examples', 'docs/a.html links to ../examples, which is missing'],
  ])('must not lead to %s', (_, to, said) => {
    const { dist, root } = aSite(
      { 'docs/a.html': link(to), 'docs/c.html': '<h1 id="c">' },
      { 'examples/a.yml': '' },
    );
    expect(checkLinks(dist, root).dead).toEqual([said]);
  });

  it('may lead to a file of the repository, which is copied', () => {
    const { dist, root } = aSite({ 'docs/a.html': link('../LICENSE') }, { LICENSE: 'text' });
    expect(checkLinks(dist, root)).toEqual({ pages: 1, dead: [] });
    expect(existsSync(join(dist, 'LICENSE'))).toBe(true);
  });
});
