import { fileURLToPath } from 'node:url';

/**
 * The file that a worker thread is to run: `relative` as seen from the module at `moduleUrl`. Where the sources
 * themselves run (under the test runner), Node cannot load TypeScript in a worker, so the build's file is named.
 */
export function workerEntry(moduleUrl: string, relative: string): string {
  const path = fileURLToPath(new URL(relative, moduleUrl));
  if (!moduleUrl.endsWith('.ts')) return path.replace(/\.ts$/, '.js');
  return path.replace(/([\\/])src([\\/])(?!.*[\\/]src[\\/])/, '$1dist$2').replace(/\.ts$/, '.js');
}
