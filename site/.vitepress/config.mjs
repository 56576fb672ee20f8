// The pages of the repository as a static site: `npm run site`.
import { defineConfig } from 'vitepress';
import { sidebar } from './pages.mjs';

/**
 * Leaves as it is written what VitePress would take for its own: a link to a file that is no page, and code with `{{value}}`, which is a
 * template of logboom.
 */
function leaveAsWritten({ children }) {
  for (const token of children ?? []) {
    if (token.type === 'code_inline') token.attrSet('v-pre', '');
    const path = token.type === 'link_open' ? token.attrGet('href').split('#')[0] : '';
    if (path !== '' && !/^[a-z]+:/.test(path) && !path.endsWith('.md')) token.attrSet('target', '_self');
  }
}

export default defineConfig({
  title: 'logboom',
  description: 'Log ingest and alerts within milliseconds, between Filebeat and Elasticsearch',
  // scripts/site.mjs copies the pages there: VitePress finds its packages only from folders around a page.
  srcDir: 'pages',
  rewrites: { 'README.md': 'index.md' },
  // scripts/site.mjs checks every link of the built pages, with anchors and with files that are no pages.
  ignoreDeadLinks: true,
  outDir: 'dist',
  cacheDir: 'node_modules/.vitepress',
  lang: 'en',
  markdown: { config: (md) => md.core.ruler.push('logboom', ({ tokens }) => tokens.forEach(leaveAsWritten)) },
  themeConfig: { sidebar: sidebar(), outline: 'deep', search: { provider: 'local' } },
});
