import { childOf, isMapping, type Shape } from '../schema/shape.ts';
import { readText } from './environment.ts';
import { formatPath, type Path, type Problem } from './problems.ts';

interface Sources {
  env: NodeJS.ProcessEnv;
  readFile(path: string): string;
}

interface Substituted {
  tree: unknown;
  /** The files that secrets were read from. */
  secretFiles: string[];
  problems: Problem[];
}

/** `${NAME}`, `${NAME:default}`; `$${` stands for a literal `${`. */
const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\}/g;

/**
 * Replaces references by environment variables, and `{ file: path }` by the content of the file. It works on values,
 * not on the YAML text, so that a variable cannot add settings.
 */
export function substitute(root: Shape, tree: unknown, sources: Sources): Substituted {
  const problems: Problem[] = [];
  const secretFiles: string[] = [];
  const walk = (shape: Shape | undefined, value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return fill(shape, value, path);
    if (Array.isArray(value)) {
      return value.map((item, index) => walk(shape && childOf(shape, index, value), item, [...path, index]));
    }
    if (!isMapping(value)) return value;
    if (shape?.secret) return readSecret(value, path);
    const entries = Object.entries(value).map(([key, child]) => [
      key,
      walk(shape && childOf(shape, key, value), child, [...path, key]),
    ]);
    return Object.fromEntries(entries);
  };

  const fill = (shape: Shape | undefined, text: string, path: Path): unknown => {
    if (!text.includes('${')) return text;
    const filled = text.replace(reference, (match, name?: string, byDefault?: string) => {
      if (name === undefined) return '${';
      const value = sources.env[name] || byDefault;
      if (value === undefined) problems.push(missingVariable(path, shape?.secret ? undefined : text, name));
      return value ?? match;
    });
    return shape && !isText(shape) ? readText(shape, filled) : filled;
  };

  const readSecret = (value: Record<string, unknown>, path: Path): unknown => {
    const { file, ...others } = value;
    if (typeof file !== 'string' || Object.keys(others).length > 0) return value;
    try {
      const filled = String(fill(undefined, file, path));
      const text = sources.readFile(filled).replace(/\r?\n$/, '');
      secretFiles.push(filled);
      if (text !== '') return text;
      problems.push(secretFile(path, file, 'is empty'));
    } catch (error) {
      problems.push(
        secretFile(path, file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`),
      );
    }
    return undefined;
  };

  return { tree: walk(root, tree, []), secretFiles, problems };
}

/** Settings of other kinds are read from the filled text as from a variable. */
const isText = (shape: Shape) => !['number', 'whole number', 'boolean', 'list'].includes(shape.kind);

function missingVariable(path: Path, text: string | undefined, name: string): Problem {
  return {
    path: formatPath(path),
    ...(text !== undefined && { value: text }),
    message: `The environment variable ${name} is not set.`,
    remedy: `Set ${name}, or write a default: \${${name}:value}.`,
  };
}

const secretFile = (path: Path, file: string, what: string): Problem => ({
  path: formatPath(path),
  value: `{ file: ${file} }`,
  message: `The secret file ${file} ${what}.`,
  remedy:
    'Set the path of a readable file that holds the secret. A relative path starts at the working folder.',
});
