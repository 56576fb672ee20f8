import { z } from 'zod';
import { parseDuration, parseSize } from '../../util/units.ts';

/** A length of time as people write it (`250ms`, `5m`, `1h30m`), read into milliseconds. */
export const duration = (byDefault: string) =>
  z
    .string()
    .refine(
      (text) => parseDuration(text) !== undefined,
      'is no duration; write for example 250ms, 10s, 5m, 24h or 7d',
    )
    .meta({ unit: 'duration' })
    .transform((text) => parseDuration(text)!)
    .prefault(byDefault);

/** Like `duration`, for settings without a default. */
export const someDuration = z
  .string()
  .refine(
    (text) => parseDuration(text) !== undefined,
    'is no duration; write for example 250ms, 10s, 5m, 24h or 7d',
  )
  .meta({ unit: 'duration' })
  .transform((text) => parseDuration(text)!);

/** A number of bytes as people write it (`64kb`, `10mb`, `4gb`), read into bytes. */
export const size = (byDefault: string) =>
  z
    .string()
    .refine((text) => parseSize(text) !== undefined, 'is no size; write for example 512kb, 10mb or 4gb')
    .meta({ unit: 'size' })
    .transform((text) => parseSize(text)!)
    .prefault(byDefault);

/** Like `size`, for settings without a default. */
export const someSize = z
  .string()
  .refine((text) => parseSize(text) !== undefined, 'is no size; write for example 512kb, 10mb or 4gb')
  .meta({ unit: 'size' })
  .transform((text) => parseSize(text)!);

export const port = (byDefault: number) => z.int().min(0).max(65535).default(byDefault);
export const host = z.string().min(1).default('127.0.0.1');

/** A secret. It may be written as `${NAME}` (environment) or `{ file: path }`; both are resolved before the check. */
export const secret = z.string().min(1).meta({ secret: true });

/** What a listener that other machines reach must have, unless `open` says that it may do without. */
export const open = z
  .boolean()
  .default(false)
  .describe(
    'Allow an address that other machines reach without TLS and without credentials: only inside a container, behind a proxy or in a closed network.',
  );
export const allowedHosts = z
  .array(z.string())
  .default([])
  .describe(
    'Names with a dot in them under which it is reached; requests for others are refused where no credentials are asked for.',
  );
