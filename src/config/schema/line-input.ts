import * as z from 'zod';
import { parserName } from './parsers.ts';
import { notA } from './values.ts';

/** What all named inputs have in common. */
export const inputName = z
  .string()
  .regex(/^[\w.-]{1,100}$/, notA('name', 'Use letters, digits, `_`, `-` and `.`.'))
  .describe(
    'Name of the input in `status`, metrics, the log and its stored positions. Keep it: another name is another input.',
  );

export const enabled = z.boolean().default(true).describe('Whether it is started.');

export const zoneName = z
  .string()
  .refine(isZone, notA('time zone', 'Write a name of the IANA database, such as `Europe/Berlin` or `UTC`.'));

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** What inputs have that make events of lines. */
export const lineBasics = {
  dataset: z.string().min(1).optional().describe('`event.dataset` of its events, such as `nginx.access`.'),
  parser: parserName.optional().describe('Parser of its lines. Without it, `parsers` decides.'),
  zone: zoneName.optional().describe('Time zone of lines that state none. Without it, `time.zone`.'),
  fields: z
    .record(z.string(), z.string())
    .default({})
    .describe('Fields that each event gets, by dotted name, such as `service.name: shop`.'),
  tags: z.array(z.string()).default([]).describe('Tags that each event gets.'),
};
