import * as z from 'zod';
import { duration } from './values.ts';

const timestamp = z
  .string()
  .default('timestamp')
  .describe('Field that contains the time of the line. Its notation is recognised.');

/** A format of lines that the configuration defines. */
export const customFormat = z.union([
  z.strictObject({
    access: z
      .string()
      .min(1)
      .describe(
        "Access log, as it is defined in the server's configuration: the string of nginx's `log_format` or of Apache's `LogFormat`. Names say what a number means: `$request_time` is in seconds, `%D` in microseconds.",
      ),
    timestamp,
  }),
  z.strictObject({
    grok: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe(
        'Grok expressions, of which the first that matches counts, with the stock patterns of Logstash (ECS).',
      ),
    patterns: z
      .record(z.string(), z.string())
      .default({})
      .describe('Patterns beside the stock ones, by name.'),
    timestamp,
  }),
  z.strictObject({
    pattern: z
      .string()
      .min(1)
      .describe(
        'RE2 expression with named groups, `(?P<name>…)`. `__` in a name stands for a dot: `http__request__method`.',
      ),
    timestamp,
  }),
  z.strictObject({
    csv: z.strictObject({
      columns: z.array(z.string().min(1)).min(1).describe('Names of the columns, as fields.'),
      delimiter: z.string().min(1).max(8).default(',').describe('Text between two values.'),
    }),
    timestamp,
  }),
  z.strictObject({
    keyValue: z.strictObject({
      separator: z.string().min(1).default(' ').describe('Text between two pairs.'),
      sign: z.string().min(1).default('=').describe('Text between key and value.'),
    }),
    timestamp,
  }),
  z.strictObject({
    file: z
      .string()
      .min(1)
      .describe(
        'Path of a JavaScript module (`.mjs`) that exports `parse(line, context)`: it returns an object of fields, a text that says why the line is broken, or undefined for a line of another format.',
      ),
    timestamp,
    timeout: duration('100ms').describe(
      'Time that the module may take for a line. `0s`: any; then a loop without an end stops its reader, and a line costs 0.1 ms less.',
    ),
  }),
  z.strictObject({
    w3c: z.string().min(1).describe('The directive `#Fields:` of a W3C Extended Log File, as IIS writes it.'),
    timestamp,
  }),
]);

export type CustomFormat = z.infer<typeof customFormat>;
