import { type Check, type Loaded, loadConfig } from '../../src/config/load/load.ts';

export interface Given {
  yaml?: string;
  env?: NodeJS.ProcessEnv;
  files?: Record<string, string>;
  checks?: Check[];
}

/** Loads a configuration from texts: no file is read, no environment but the given one. */
export function load({ yaml = '', env = {}, files = {}, checks = [] }: Given): Loaded {
  const texts: Record<string, string> = { 'logboom.yml': yaml, ...files };
  const readFile = (path: string) => {
    if (texts[path] === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return texts[path];
  };
  return loadConfig({ path: 'logboom.yml', env, readFile, checks });
}

/** Dedents a YAML text written inside a test. */
export function yaml(strings: TemplateStringsArray): string {
  const lines = strings.raw.join('').replace(/^\n/, '').split('\n');
  const depth = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(depth)).join('\n');
}
