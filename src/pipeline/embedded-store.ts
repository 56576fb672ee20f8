import { Worker } from 'node:worker_threads';
import type { Config } from '../config/schema.ts';
import { LogboomError } from '../errors.ts';
import { workerEntry } from '../util/worker-entry.ts';

export interface EmbeddedStore {
  url: string;
  /** How the sink reaches it: as any Elasticsearch. */
  elasticsearch: NonNullable<Config['elasticsearch']>;
  stop(): Promise<void>;
}
