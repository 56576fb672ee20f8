import { readFileSync } from 'node:fs';

/** Two folders up from here is the package, in the sources as in the build. */
const manifest = new URL('../../package.json', import.meta.url);

/** logboom's version, as its package tells it. */
export const version = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
