import * as z from 'zod';
import { notifierSchema } from '../../notifiers/kinds/index.ts';

export const notifiers = z
  .record(z.string(), notifierSchema)
  .default({})
  .describe('Notifiers by name. The notifier `log` always exists.');
