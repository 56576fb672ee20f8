import type { Config } from '../config/schema/schema.ts';

/** The `workerData` of a reader's thread. */
export interface ReaderData {
  config: Config;
  folders: Folders;
  /** Where documents go: Elasticsearch as configured, or the embedded store. */
  elasticsearch: NonNullable<Config['elasticsearch']>;
  /** Values that never reach the log. A thread is given them, so that it need not load the schema that names them. */
  secrets: readonly string[];
}

/** The parts of the data folder. */
export interface Folders {
  journal: string;
  analysis: string;
  outbox: string;
  /** Outputs of own alerts, until they are published. */
  ownAlerts: string;
  deadLetters: string;
}

export function foldersOf(data: string): Folders {
  return {
    journal: `${data}/journal`,
    analysis: `${data}/analysis`,
    outbox: `${data}/outbox`,
    ownAlerts: `${data}/own-alerts`,
    deadLetters: `${data}/dead-letters.ndjson`,
  };
}
