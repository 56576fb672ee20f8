import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { LogboomError, messageOf } from '../../errors.ts';
import { isObject, type JsonObject } from '../../events/index.ts';
import type { Millis } from '../../model.ts';
import { endsWithin } from '../../util/guards/guarded.ts';
import type { LineContext } from '../text/text-format.ts';

/**
 * What the module of a format exports as `parse`. It gets a line and returns fields by dotted or nested name; a text that says why the
 * line is broken; or undefined where the line is not in the format. It must depend on its arguments alone: every reader and every
 * replay calls it anew.
 */
type ParseLine = (line: string, context: LineContext) => unknown;

const load = createRequire(import.meta.url);

/** Loads a module of a user. Throws CONFIG_INVALID where it cannot be loaded, or exports no function `parse`. */
function loadParser(name: string, file: string): ParseLine {
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

/** A module that is ended this often, in more than one of a hundred lines, is not called any more. */
const mostEnded = 3;

interface ModuleSettings {
  file: string;
  /** 0: any time. */
  timeout: Millis;
}

const disabled = new Map<string, string>();

/** The formats of this thread whose modules are not called any more, by name, and why. */
export const disabledFormats = (): Record<string, string> => Object.fromEntries(disabled);

/** A module of a user. What goes wrong in it is the failure of a line, and of no other. */
export class ModuleParser {
  readonly #name: string;
  readonly #parse: ParseLine;
  readonly #timeout: Millis;
  #calls = 0;
  /** Calls that were ended because their time was over. */
  #ended = 0;

  /** Throws CONFIG_INVALID where the module cannot be used. */
  constructor(name: string, { file, timeout }: ModuleSettings) {
    this.#name = name;
    this.#parse = loadParser(name, file);
    // A reload calls it again.
    disabled.delete(name);
    this.#timeout = timeout;
  }

  parse(line: string, context: LineContext): JsonObject | string | undefined {
    if (this.#ended >= mostEnded && this.#ended * 100 > this.#calls) return this.#disabled();
    this.#calls += 1;
    let found: unknown;
    const call = () => {
      found = this.#parse(line, context);
    };
    try {
      if (this.#timeout === 0) call();
      else if (!endsWithin(this.#timeout, call)) {
        this.#ended += 1;
        return `its parser did not return within ${this.#timeout} ms`;
      }
    } catch (error) {
      return `its parser failed: ${messageOf(error)}`;
    }
    if (found === undefined || found === null || typeof found === 'string') return found ?? undefined;
    // A promise, a class or a function in a value would reach documents; JSON has none of them.
    return plainOf(found) ?? 'its parser returned no object with fields';
  }

  #disabled(): string {
    const reason = `it did not return within ${this.#timeout} ms, ${this.#ended} times`;
    disabled.set(this.#name, reason);
    return `its parser is disabled until the next start or reload: ${reason}`;
  }
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
