import { z } from 'zod';
import { duration } from './values.ts';

export const reload = z
  .strictObject({
    watch: z
      .boolean()
      .default(false)
      .describe('Load the configuration anew when its file, or that of a secret in it, changes.'),
    every: duration('3s').describe(
      'How often those files are looked at. A change counts when it is the same at two looks in a row.',
    ),
  })
  .prefault({});

export type ReloadConfig = z.infer<typeof reload>;
