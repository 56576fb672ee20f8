import { LogboomError } from '../errors.ts';

export interface GenerateOptions {
  host: string;
  port: number;
  /** Events a second. */
  rate?: number;
  /** Events in all; without it until aborted. */
  count?: number;
  /** The tutorial's traffic instead of an endless one. */
  tutorial?: boolean;
  /** Without the pauses of real time. */
  fast?: boolean;
  onProgress?: (sent: number) => void;
}

export type Generate = (options: GenerateOptions, signal: AbortSignal) => Promise<{ sent: number }>;

export const generate: Generate = async () => {
  throw new LogboomError('USAGE', 'This build holds no generator.');
};
