import { readdirSync, readFileSync } from 'node:fs';

/** The stock patterns of Logstash, in the package's folder `patterns`. */
const folder = new URL('../../../patterns/ecs-v1/', import.meta.url);

let stock: ReadonlyMap<string, string> | undefined;

/** The stock patterns by name, read once. */
export function stockPatterns(): ReadonlyMap<string, string> {
  stock ??= new Map(
    readdirSync(folder)
      .sort()
      .flatMap((file) => definitionsIn(readFileSync(new URL(file, folder), 'utf8'))),
  );
  return stock;
}

/** Definitions in a file of patterns: a name, a space, and the expression. */
function definitionsIn(text: string): [string, string][] {
  return text.split('\n').flatMap((line) => {
    const [, name, expression] = /^(\w+)\s+(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || expression === undefined ? [] : [[name, expression] as [string, string]];
  });
}
