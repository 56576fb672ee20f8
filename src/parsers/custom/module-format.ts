import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { LogboomError, messageOf } from '../../errors.ts';
import { isObject, type JsonObject } from '../../events/index.ts';
import type { LineContext } from '../text/text-format.ts';

/**
 * What the module of a format exports as `parse`. It gets a line and returns fields by dotted or nested name; a text that says why the
 * line is broken; or undefined where the line is not in the format. It must depend on its arguments alone: every reader and every
 * replay calls it anew.
 */
type ParseLine = (line: string, context: LineContext) => unknown;

const load = createRequire(import.meta.url);

/** Loads a module of a user. Throws CONFIG_INVALID where it cannot be loaded, or exports no function `parse`. */
export function loadParser(name: string, file: string): ParseLine {
  const problem = (what: string, options?: ErrorOptions) =>
    new LogboomError('CONFIG_INVALID', `The module ${file} of the format \`${name}\` ${what}.`, options);
  let module: unknown;
  try {
    module = load(resolve(file));
  } catch (cause) {
    throw problem(`cannot be loaded: ${messageOf(cause).split('\n')[0]}`, { cause });
  }
  const parse: unknown = isObject(module) ? module.parse : undefined;
  if (typeof parse !== 'function') throw problem('exports no function `parse`');
  return (line, context) => parse(line, context) as unknown;
}

/** Calls the module for one line. An error of the module is the failure of this line, and of no other. */
export function parseWith(
  parse: ParseLine,
  line: string,
  context: LineContext,
): JsonObject | string | undefined {
  let found: unknown;
  try {
    found = parse(line, context);
  } catch (error) {
    return `its parser failed: ${messageOf(error)}`;
  }
  if (found === undefined || found === null || typeof found === 'string') return found ?? undefined;
  // A promise, a class or a function in a value would reach documents; JSON has none of them.
  const plain = plainOf(found);
  return plain ?? 'its parser returned no object with fields';
}

function plainOf(found: unknown): JsonObject | undefined {
  if (!isObject(found) || found instanceof Promise) return undefined;
  try {
    const plain: unknown = JSON.parse(JSON.stringify(found));
    return isObject(plain) ? plain : undefined;
  } catch {
    return undefined;
  }
}
