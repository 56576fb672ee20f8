import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../../util/files.ts';

/** The stock patterns of Logstash, in the package's folder `patterns`. */
const folder = packageFile('patterns/ecs-v1');

let stock: ReadonlyMap<string, string> | undefined;

/** The stock patterns by name, read once. */
export function stockPatterns(): ReadonlyMap<string, string> {
  stock ??= new Map(
    readdirSync(folder)
      .sort()
      .flatMap((file) => definitionsIn(readFileSync(join(folder, file), 'utf8'))),
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
