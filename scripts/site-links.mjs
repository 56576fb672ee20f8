// The links of the built pages of the documentation: to pages, anchors, pictures and files.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const pagesIn = (folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));

/** Addresses of the site in the attributes of a page, without those of other hosts. */
const addressesIn = (html) =>
  [...html.matchAll(/ (?:href|src)="([^"]+)"/g)]
    .map(([, address]) => address.replaceAll('&amp;', '&'))
    .filter((address) => !/^[a-z][a-z+.-]*:|^\/\//i.test(address));

const anchorsIn = (html) => new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));

/** The file of the site that an address leads to. */
function targetOf(address, page) {
  const [path, anchor] = decodeURI(address).split('#');
  const from = posix.dirname(`/${page}`);
  const whole = path === '' ? `/${page}` : posix.resolve(from, path);
  const asPage = path.endsWith('/') || whole === '/' ? posix.join(whole, 'index.html') : whole;
  return { path: asPage.slice(1), anchor };
}

/** A file of the repository that is no page is offered as it is. */
function takeFile(path, dist, root) {
  const file = join(root, path);
  if (!existsSync(file) || !statSync(file).isFile()) return false;
  mkdirSync(dirname(join(dist, path)), { recursive: true });
  copyFileSync(file, join(dist, path));
  return true;
}

/** What is wrong with the links of the pages in `dist`. Files of the repository `root` that they lead to are copied beside them. */
export function checkLinks(dist, root) {
  const pages = pagesIn(dist).filter((page) => page !== '404.html');
  const anchors = new Map();
  const texts = new Map(pages.map((page) => [page, readFileSync(join(dist, page), 'utf8')]));
  const dead = [];
  for (const [page, html] of texts)
    for (const address of new Set(addressesIn(html))) {
      const { path, anchor } = targetOf(address, page);
      if (!existsSync(join(dist, path)) && !takeFile(path, dist, root))
        dead.push(`${page} links to ${address}, which is missing`);
      else if (anchor && texts.has(path)) {
        if (!anchors.has(path)) anchors.set(path, anchorsIn(texts.get(path)));
        if (!anchors.get(path).has(anchor))
          dead.push(`${page} links to ${address}, and ${path} has no #${anchor}`);
      }
    }
  return { pages: pages.length, dead };
}
