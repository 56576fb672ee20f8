import { didYouMean } from '../load/nearest.ts';
import { type Path, type Problem, problem } from '../load/problems.ts';
import { parserNames } from '../schema/parsers.ts';
import type { Config } from '../schema/schema.ts';

/** Names of parsers that neither logboom nor `parsers.formats` has. */
export function formats({ parsers, inputs }: Config): Problem[] {
  const known = [...parserNames, ...Object.keys(parsers.formats)];
  const unknown = (name: string, at: Path): Problem[] => {
    if (known.includes(name)) return [];
    const message = `There is no parser \`${name}\`${didYouMean(name, known) || '.'}`;
    return [
      problem(
        at,
        message,
        'Name one of the formats in docs/formats.md, or define it under `parsers.formats`.',
      ),
    ];
  };
  return [
    ...[...inputs.files, ...inputs.network].flatMap(({ parser, place }) =>
      parser === undefined ? [] : unknown(parser, ['inputs', place, 'parser']),
    ),
    ...unknown(parsers.default, ['parsers', 'default']),
    ...Object.entries(parsers.byDataset).flatMap(([dataset, name]) =>
      unknown(name, ['parsers', 'byDataset', dataset]),
    ),
  ];
}
