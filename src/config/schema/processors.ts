import { RE2JS } from 're2js';
import * as z from 'zod';
import { zoneName } from './line-input.ts';
import { duration, invalid, notA, period, secret } from './values.ts';

const field = z.string().min(1);
const fields = z.array(field).min(1);

/** What all processors have in common. `kind` comes first in messages and on the reference page. */
const common = {
  name: z
    .string()
    .regex(/^[\w.-]{1,100}$/, notA('name', 'Use letters, digits, `_`, `-` and `.`.'))
    .optional()
    .describe('Name in `status` and metrics. Without it, the kind and the place in the list: `drop-1`.'),
  if: z
    .string()
    .min(1)
    .optional()
    .describe(
      'KQL query: the processor applies to matching events only. It sees what earlier processors made.',
    ),
  inputs: z
    .array(z.string().min(1))
    .default([])
    .describe('Names of inputs: the processor applies to their events only. Without it, to all.'),
};

const processor = <Kind extends string, More extends z.core.$ZodShape>(
  kind: Kind,
  what: string,
  more: More,
) => z.strictObject({ kind: z.literal(kind).describe(what), ...common, ...more });

function isExpression(text: string): boolean {
  try {
    RE2JS.compile(RE2JS.translateRegExp(text));
    return true;
  } catch {
    return false;
  }
}

const drop = processor('drop', 'Leaves events out: no rule counts them, and no document is made.', {});
const keep = processor('keep', 'Leaves out all events that do not match `if`.', {});

const rename = processor('rename', 'Gives fields other names.', {
  fields: z
    .record(z.string().min(1), field)
    .describe('New name by old name: `src_ip: source.ip`. A name of an object moves all that is below it.'),
});

const add = processor('add', 'Adds fields.', {
  fields: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))
    .describe('Values by field, such as `service.name: shop`. `tags` gets the value beside those it has.'),
  overwrite: z.boolean().default(true).describe('Whether a value that the event has is replaced.'),
});

const remove = processor('remove', 'Removes fields.', {
  fields: fields.describe(
    'Fields, or objects with all that is below them. `*` stands for any characters. `@timestamp` cannot be removed.',
  ),
});

const convert = processor('convert', 'Converts values to another type.', {
  fields: z
    .record(z.string().min(1), z.enum(['integer', 'number', 'boolean', 'text', 'ip']))
    .describe(
      'Type by field. `ip` leaves the value, and fails where it is no address. A value that does not fit stays.',
    ),
});

const date = processor('date', 'Takes the time of the event from a field.', {
  field: field.describe(
    'Field with the time, in a notation of `parsers`: ISO 8601, RFC 2822, seconds to nanoseconds of the epoch, …',
  ),
  zone: zoneName.optional().describe('Time zone of times that state none. Without it, `time.zone`.'),
  target: field
    .default('@timestamp')
    .describe('Field for the time. `@timestamp` is the time of the event, by which windows count it.'),
});

const dissect = processor('dissect', 'Cuts a text at fixed delimiters.', {
  field: field.default('message').describe('Field with the text.'),
  pattern: z
    .string()
    .regex(/%\{/, invalid('The pattern has no key.', 'Write keys as `%{name}`, as in Logstash.'))
    .describe(
      'Keys and delimiters: `%{client.ip} - [%{stamp}] %{message}`. `%{}` skips, `%{+name}` appends.',
    ),
});

const split = processor('split', 'Makes a list of a text.', {
  field: field.describe('Field with the text.'),
  separator: z
    .string()
    .min(1)
    .default(',')
    .describe('Text between two values. Spaces around them are removed.'),
  target: field.optional().describe('Field for the list. Without it, the field itself.'),
});

const lowercase = processor('lowercase', 'Writes texts in lower case.', {
  fields: fields.describe('Fields with the texts.'),
});

const hash = processor('hash', 'Replaces values by pseudonyms: the same value has the same one.', {
  fields: fields.describe(
    'Fields with the values. An address becomes an address of `fd00::/8`, any other value 32 hexadecimal digits (HMAC-SHA-256).',
  ),
  key: secret.describe(
    'Secret. Without it nobody finds a value by trying; another one gives other pseudonyms.',
  ),
  texts: z
    .array(field)
    .default(['message', 'event.original'])
    .describe('Texts in which the values are replaced as well.'),
});

const mask = processor('mask', 'Replaces parts of texts.', {
  fields: z.array(field).default(['message', 'event.original']).describe('Fields with the texts.'),
  pattern: z
    .string()
    .min(1)
    .refine(isExpression, notA('regular expression of RE2'))
    .describe('Regular expression (RE2) of what is replaced.'),
  replacement: z.string().default('***').describe('What stands there instead.'),
});

const by = (what: string) => z.array(field).default([]).describe(what);

const sample = processor('sample', 'Takes a share of the events; the rest does not reach the journal.', {
  share: z.number().min(0).max(1).describe('Share that is taken, such as 0.1.'),
  by: by('Events with the same values of these fields are all taken or all left out. Without it, by chance.'),
});

const mostKeys = (byDefault: number) =>
  z
    .int()
    .min(1)
    .max(10_000_000)
    .default(byDefault)
    .describe('Largest number of different values that are remembered. Beyond it, the oldest are forgotten.');

const deduplicate = processor(
  'deduplicate',
  'Takes the first of equal events; the others do not reach the journal.',
  {
    by: z.array(field).min(1).default(['message']).describe('Events are equal where these fields are.'),
    within: duration('10s').describe('Time from the first of them, by receipt.'),
    maxKeys: mostKeys(100_000),
  },
);

const rateLimit = processor(
  'rateLimit',
  'Takes so many events of a source; the others do not reach the journal.',
  {
    events: z.int().min(1).describe('Events that may come within `per`, also at once.'),
    per: period('1s').describe('Time for so many events, by receipt.'),
    by: by('Fields whose values make a source. Without it, the sender and the path of its file.'),
    maxKeys: mostKeys(10_000),
  },
);

export const processors = z
  .array(
    z.discriminatedUnion('kind', [
      drop,
      keep,
      rename,
      add,
      remove,
      convert,
      date,
      dissect,
      split,
      lowercase,
      hash,
      mask,
      sample,
      deduplicate,
      rateLimit,
    ]),
  )
  .default([]);

export type ProcessorConfig = z.infer<typeof processors>[number];
/** A processor of one kind. */
export type ProcessorOf<Kind extends ProcessorConfig['kind']> = Extract<ProcessorConfig, { kind: Kind }>;

const atTheGate = ['sample', 'deduplicate', 'rateLimit'] as const;
export type GateConfig = ProcessorOf<(typeof atTheGate)[number]>;
export type StepConfig = Exclude<ProcessorConfig, GateConfig>;

/** Whether it decides before the journal. What it decides is then a fact of the journal, the same for every reader and replay. */
export const isAtGate = (config: ProcessorConfig): config is GateConfig =>
  (atTheGate as readonly string[]).includes(config.kind);

/** The name under which it is counted. */
export const processorName = ({ name, kind }: ProcessorConfig, place: number): string =>
  name ?? `${kind}-${place + 1}`;
