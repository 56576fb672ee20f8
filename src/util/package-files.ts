import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Two folders up from here is the package, in the sources as in the build. */
const manifest = new URL('../../package.json', import.meta.url);

/** logboom's version, as its package tells it. */
export const version = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;

/**
 * The file that a worker thread is to run: `relative` as seen from the module at `moduleUrl`. Where the sources
 * themselves run (under the test runner), Node cannot load TypeScript in a worker, so the build's file is named.
 */
export function workerEntry(moduleUrl: string, relative: string): string {
  const path = fileURLToPath(new URL(relative, moduleUrl));
  if (!moduleUrl.endsWith('.ts')) return path.replace(/\.ts$/, '.js');
  return path.replace(/([\\/])src([\\/])(?!.*[\\/]src[\\/])/, '$1dist$2').replace(/\.ts$/, '.js');
}
