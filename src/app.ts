import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import { LogboomError } from './errors.ts';
import type { Transition } from './model.ts';
import type { Status } from './telemetry/status.ts';

export interface AppOptions {
  log?: Logger;
  /** Told of each change of an alert's state, once it is written down. */
  onTransition?: (transition: Transition) => void;
}

/** A running logboom. */
export interface App {
  urls: { lumberjack: string; store?: string; api: string; elasticsearch?: string };
  status(): Promise<Status>;
  /** Stops from the inputs on. Harmless when called twice. */
  stop(): Promise<void>;
  /** Resolves, with the cause, when logboom cannot go on by itself. */
  failed: Promise<Error>;
}

export type StartApp = (config: Config, options?: AppOptions) => Promise<App>;

export const startApp: StartApp = async () => {
  throw new LogboomError('USAGE', 'This build holds no server.');
};
