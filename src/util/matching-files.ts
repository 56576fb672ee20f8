import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import picomatch from 'picomatch';

/**
 * The files that a path names. Its last part may be a pattern (`rules.d/*.yml`). Paths are sorted; hidden files are left out, as a shell
 * does. A path without a pattern is returned whether it exists or not. Throws where the folder of a pattern cannot be read.
 */
export function filesMatching(path: string, list: (folder: string) => string[] = readdirSync): string[] {
  const name = basename(path);
  if (!/[*?[{]/.test(name)) return [path];
  const matches = picomatch(name);
  const found = list(dirname(path)).filter((one) => matches(one));
  return found.sort().map((one) => join(dirname(path), one));
}
