import { readFileSync } from 'node:fs';
import { LogboomError, messageOf } from '../errors.ts';

/** The bytes of a file that a setting names. Throws `CONFIG_INVALID`, with both, where it cannot be read. */
export function readConfiguredFile(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const message = `${setting} names ${path}, which cannot be read: ${messageOf(cause)}`;
    throw new LogboomError('CONFIG_INVALID', message, { cause });
  }
}
