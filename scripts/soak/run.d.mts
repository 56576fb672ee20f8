/** What `run` is asked for; see `run.mjs`. */
export interface RunOptions {
  /** Faults after which it ends. */
  times?: number;
  /** Which faults there are; default: the kills. */
  of?: string[];
  /** Wall time at which it ends. */
  until?: number;
  /** The longest time in milliseconds that a server that serves is left alone. */
  uptime?: number;
  /** Lines a second. */
  rate?: number;
  /** How many times the least number of lines a second of their own time has. */
  density?: number;
  /** The same seed makes the same lines and the same order of moments. */
  seed?: number;
  /** Share of notifications that the receiver refuses. */
  failing?: number;
  /** URL of an Elasticsearch; default: the embedded store. */
  elasticsearch?: string;
  /** How long nothing may change before what is missing counts as lost, in milliseconds. */
  patience?: number;
}

/** The balance sheet. Lists hold what differs from the truth. */
export interface Balance {
  seed: number;
  seconds: number;
  times: number;
  /** How often each happened. */
  faults: Record<string, number>;
  /** `comparing`: everything is read back, to be compared with the truth. */
  memory: { after: number; sinceStart: number; comparing: boolean; own: number; mapped: number }[];
  sent: number;
  acknowledged: number;
  /** Lines that were on disk when the server died before it said so, and that were sent again all the same. */
  keptUnacknowledged: number;
  resent: number;
  refused: number;
  /** Events by the server's own count, over all its lives. */
  journaled: number;
  /** Notifications by the server's own count, over all its lives. */
  delivered: number;
  indexed: number;
  lost: number;
  duplicate: number;
  windows: number;
  counted: number;
  wrongWindows: string[];
  episodes: number;
  wrongEpisodes: string[];
  transitions: number;
  wrongTransitions: string[];
  notified: number;
  repeated: number;
  unequal: number;
  wrongNotifications: string[];
  errors: string[];
  exitCode: number | null;
  balanced: boolean;
}

export function run(options: RunOptions): Promise<Balance>;

export const kills: string[];
export const allFaults: string[];
/** No fault: one life of the whole time. */
export const calm: string;
