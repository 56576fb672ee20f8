import * as z from 'zod';
import { parseDuration, parseSize } from '../../util/text.ts';

/**
 * The message of a check on one setting: what is wrong and, after an arrow, the remedy. Without a remedy the report
 * takes the one of the setting’s kind.
 */
export const invalid = (message: string, remedy?: string): string =>
  remedy === undefined ? message : `${message} → ${remedy}`;

export const notA = (what: string, remedy?: string): string => invalid(`This is not a ${what}.`, remedy);
export const notAn = (what: string, remedy?: string): string => invalid(`This is not an ${what}.`, remedy);

const durationText = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, notA('duration'))
  .meta({ unit: 'duration' });
const sizeText = z
  .string()
  .refine((text) => parseSize(text) !== undefined, notA('size'))
  .meta({ unit: 'size' });

/** A setting without a default: a duration as people write it (`250ms`, `5m`, `1h30m`), read into milliseconds. */
export const someDuration = durationText.transform((text) => parseDuration(text)!);

/** A duration with a default. */
export const duration = (byDefault: string) => someDuration.prefault(byDefault);

/** A duration with a default that is longer than nothing: a timer of no length would spin. */
export const period = (byDefault: string) =>
  duration(byDefault).refine(
    (length) => length > 0,
    invalid('This must be more than nothing.', 'Write a larger value.'),
  );

/** A setting without a default: a size as people write it (`64kb`, `10mb`, `4gb`), read into bytes. */
export const someSize = sizeText.transform((text) => parseSize(text)!);

/** A size with a default. */
export const size = (byDefault: string) => someSize.prefault(byDefault);

export const port = (byDefault: number) => z.int().min(0).max(65535).default(byDefault);
export const host = z.string().min(1).default('127.0.0.1');

/** A secret. It may be written as `${NAME}` (environment) or `{ file: path }`; both are resolved before the check. */
export const secret = z.string().min(1).meta({ secret: true });
