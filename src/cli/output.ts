import { writeFileSync } from 'node:fs';
import { LogboomError, messageOf } from '../errors.ts';

/** The error of a file that a command was asked to write and cannot. */
export const unwritable = (path: string, cause: unknown): LogboomError =>
  new LogboomError('OUTPUT_UNWRITABLE', `Cannot write ${path}: ${messageOf(cause)}.`, { cause });

/** Writes the file that a command was asked for. Throws `OUTPUT_UNWRITABLE`. */
export function writeOutput(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}
