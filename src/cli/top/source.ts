import type { Snapshot } from '../../dashboards/snapshot.ts';

/** What `logboom top` shows and does, over a server or over files. Methods reject with words for the foot line. */
export interface TopSource {
  /** `query` is KQL that events must match. */
  read(query: string): Promise<Snapshot>;
  explain(alert: string): Promise<string[]>;
  acknowledge(alert: string): Promise<string>;
  silence(rule: string, group: string): Promise<string>;
  /** All input is read and nothing follows. */
  readonly ended: boolean;
  close(): void;
}
