// The order of the pages: that of docs/README.md.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The title of a page: its first heading. */
const titleOf = (path) => /^# (.+)$/m.exec(readFileSync(join(root, path), 'utf8'))?.[1] ?? path;

/** The steps of docs/README.md, each with the pages that it links to. */
export function sidebar() {
  const text = readFileSync(join(root, 'docs/README.md'), 'utf8');
  const steps = text.split(/^\d+\. /m).slice(1);
  return steps.map((step) => {
    const links = [...step.matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)].map(([, label, to]) => ({
      label,
      path: join('docs', to),
    }));
    const pages = links.flatMap(({ label, path }) =>
      path.endsWith('.md') ? [{ text: label, link: linkTo(path) }] : decisions(path),
    );
    const [{ label }] = links;
    const heading = /^([^[:]+):/.exec(step)?.[1] ?? label;
    return { text: heading, collapsed: false, items: pages };
  });
}

const linkTo = (path) => `/${path.replace(/\.md$/, '')}`;

function decisions(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .toSorted()
    .map((name) => ({ text: titleOf(join(folder, name)), link: linkTo(join(folder, name)) }));
}
