import { readFileSync } from 'node:fs';
import { LogboomError, messageOf } from '../errors.ts';

/** Reads a file that a setting names. Throws `CONFIG_INVALID`, naming setting and file, if it cannot be read. */
export function readConfiguredFile(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const message = `${setting} names ${path}, which cannot be read: ${messageOf(cause)}`;
    throw new LogboomError('CONFIG_INVALID', message, { cause });
  }
}
