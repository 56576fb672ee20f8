import { RE2JS } from 're2js';
import * as z from 'zod';
import { enabled, inputName, lineBasics } from './line-input.ts';
import { duration, invalid, notA, notAn, period, size, someDuration } from './values.ts';

const expression = z.string().min(1).refine(isExpression, notA('regular expression of RE2'));

function isExpression(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false;
  }
}

function isEncoding(text: string): boolean {
  try {
    return text === 'auto' || new TextDecoder(text) !== undefined;
  } catch {
    return false;
  }
}

const multiline = z
  .strictObject({
    language: z
      .enum(['python', 'java', 'go', 'node', 'dotnet'])
      .optional()
      .describe('Stack traces of this language belong to the line before them.'),
    pattern: expression.optional().describe('Regular expression (RE2) that lines are held against.'),
    negate: z.boolean().default(false).describe('Lines that do not match the pattern continue an event.'),
    match: z
      .enum(['after', 'before'])
      .default('after')
      .describe('Whether lines that continue an event come after its first line or before its last one.'),
    maxLines: z.int().min(1).default(500).describe('Lines beyond so many are left out of an event.'),
    timeout: period('5s').describe('An event is complete when no further line came for so long.'),
  })
  .refine(
    ({ language, pattern }) => (language === undefined) !== (pattern === undefined),
    invalid('An event of several lines needs either `language` or `pattern`.', 'Set one of them.'),
  );

export const fileInput = z.strictObject({
  kind: z.literal('file').describe('Reads files as they grow.'),
  name: inputName,
  enabled,
  paths: z
    .array(z.string().min(1))
    .min(1)
    .describe('Files to read; `*`, `?`, `[…]`, `{a,b}`, and `**` for any number of folders.'),
  exclude: z
    .array(z.string().min(1))
    .default([])
    .describe('Files to leave out. A pattern without `/` is about the name alone, such as `*.gz`.'),
  ...lineBasics,
  multiline: multiline.optional().describe('How several lines become one event.'),
  container: z
    .enum(['auto', 'docker', 'cri'])
    .optional()
    .describe('The lines are those of a container runtime: Docker’s json-file or CRI.'),
  encoding: z
    .string()
    .refine(
      isEncoding,
      notAn(
        'encoding that Node.js knows',
        'Write a name such as `utf-8`, `utf-16le`, `windows-1252` or `shift_jis`.',
      ),
    )
    .default('auto')
    .describe(
      'Encoding by its WHATWG name, such as `windows-1252`. `auto` goes by the byte order mark, else UTF-8.',
    ),
  includeLines: z
    .array(expression)
    .default([])
    .describe('Regular expressions (RE2): only events that match one are kept.'),
  excludeLines: z
    .array(expression)
    .default([])
    .describe('Regular expressions (RE2): events that match one are left out, after `includeLines`.'),
  maxMessage: size('10mb').describe(
    'Largest message; what is beyond is cut off, and the event is flagged `truncated`.',
  ),
  startAt: z
    .enum(['beginning', 'end'])
    .default('beginning')
    .describe(
      'Where the files begin that are there when the input runs for the first time. Later files are read from the beginning.',
    ),
  ignoreOlder: someDuration
    .optional()
    .describe('A file that was not modified for so long when it is found is read from its end on.'),
  symlinks: z.boolean().default(false).describe('Follow symbolic links, as those in `/var/log/containers`.'),
  compression: z
    .enum(['auto', 'none'])
    .default('auto')
    .describe('`auto` reads gzip files as the text inside; `none` reads all bytes as they are.'),
  scanEvery: period('1s').describe('How often new files are looked for.'),
  backoffMax: period('10s').describe(
    'How often a file is looked at, at the least, that nothing was added to.',
  ),
  closeInactive: period('5m').describe(
    'A file that nothing was added to for so long is closed; its position stays.',
  ),
  maxOpen: z.int().min(1).default(1_000).describe('Files that are open at the same time.'),
  forgetAfter: duration('24h').describe('How long the position of a file is kept that is gone.'),
});

export type FileInputConfig = z.infer<typeof fileInput>;
