import type { Millis, Position } from '../../model.ts';
import type { ProcessMemory } from '../../util/process-memory.ts';
import type { KeptState } from '../components/pipeline.ts';
import type { ProcessorCounts } from '../components/processing.ts';
import type { InputSources, SourceState } from '../components/sources.ts';
import type { Lag, RefusedVitals } from '../components/vitals.ts';

/** The answer of `/status`, which `logboom status` shows. */
export interface Status {
  version: string;
  /** Time since the start. */
  uptime: Millis;
  /** Resident memory of the process. Absent where the system does not tell, and in the answer of an earlier version. */
  memory?: ProcessMemory;
  /** By name: `lumberjack`, … */
  inputs: Record<string, InputStatus>;
  journal: JournalStatus;
  /** By name: `analyser`, `indexer`, … */
  readers: Record<string, ReaderStatus>;
  /** The sources of events: those with problems first, then those that were seen last. Absent while the analyser does not answer. */
  sources?: { known: number; forgotten: number; list: SourceState[] };
  /** What rules keep in memory, and what exceeded the limits. Absent while the analyser does not answer. */
  kept?: KeptState;
  alerts: AlertCounts & { own: OwnAlertStatus[] };
  sink: SinkStatus;
  /** By name, in their order. Empty where none is configured. */
  processors: Record<string, ProcessorCounts>;
  /** Forwarding to Logstash, where it is configured. */
  forward?: ForwardStatus;
  /** By name. */
  notifiers: Record<string, NotifierStatus>;
  /** Missing in the answer of an earlier version. */
  streams?: Record<string, NotifierStatus>;
  /** Formats whose modules are not called any more, and why. */
  disabledFormats?: Record<string, string>;
  /** The embedded store, where it is in use. */
  store?: { url: string };
}

interface AlertCounts {
  /** Absent while the analyser does not answer. */
  open?: number;
  /** Messages that wait because something keeps alerts from notifying. */
  heldBack?: number;
  /** Active silences. */
  silences?: number;
  /** Matchers whose expressions used up their time, and what became of that in words. */
  slowMatchers?: Record<string, string>;
}

/** An alert that logboom raised about itself. */
export interface OwnAlertStatus {
  rule: string;
  /** The reader, input or notifier that it is about, where there are several. */
  group: string;
  since: string;
  reason: string;
}

/** Those of its own are a Lumberjack listener's. */
interface InputStatus extends Partial<InputStats> {
  url?: string;
  /** Windows that are read and not yet on disk. */
  windowsInFlight?: number;
  /** Age of the oldest of them. */
  oldestUnacknowledged?: Millis;
  /** Senders that were refused within the last five minutes; most refusals first. */
  refusedSenders?: readonly RefusedVitals[];
  /** `file`, … ; absent for Lumberjack. */
  kind?: string;
  /** What its events are, as the analyser reads them. */
  sources?: InputSources;
}

/** What an input without senders reports of itself. */
export interface InputStats {
  /** Events stored since the start. */
  events: number;
  /** Bytes read since the start. */
  bytes: number;
  /** Wall time at which the last event was read. */
  lastEvent?: Millis;
  /** Bytes that are known to be there and are not read yet. */
  lagBytes?: number;
  /** Messages that are known to be there and are not read yet. */
  lagMessages?: number;
  /** Why it does not get on, in words. */
  problems?: readonly string[];
  files?: FileCounts;
  connections?: number;
  /** Where it listens, as `127.0.0.1:5140`. */
  listens?: string;
  /** Datagrams lost since the start. */
  dropped?: number;
  /** Documents refused for good since the start. */
  refused?: number;
  /** Bytes that are received and not yet on disk. */
  bytesInFlight?: number;
}

interface FileCounts {
  /** Files that match the patterns. */
  watched: number;
  open: number;
  /** The files that are farthest behind or have a problem; not all of them. */
  notable: NotableFile[];
}

export interface NotableFile {
  path: string;
  offset: number;
  size: number;
  /** What the input does with it: `reading`, `idle`, `copy of …`. */
  state: string;
}

interface JournalStatus {
  bytes: number;
  maxBytes: number;
  newest: Position;
  /** Number of events since the journal was created. It survives restarts. */
  events: number;
  /** Why the journal accepts no more appends. */
  broken?: string;
}

interface ReaderStatus {
  position: Position;
  lag: Lag;
  /** What the reader waits for: `Elasticsearch`. */
  waitsFor?: string;
}

interface SinkStatus {
  kind: 'elasticsearch' | 'store';
  url: string;
  state: 'ready' | 'unavailable';
  reason?: string;
  /** Since when it has not delivered everything. */
  since?: string;
  /**
   * Outputs of rules on disk that are not in the index yet: windows, changes of alerts, alerts, reports, also those about logboom itself.
   * Absent while the indexer does not answer, and in the answer of an earlier version.
   */
  unpublished?: number;
  /** Documents that were refused for good and are kept in the data folder. Absent while the indexer does not answer. */
  deadLetters?: number;
}

export interface ForwardStatus {
  /** One for each connection. */
  hosts: { host: string; connected: boolean; reason?: string }[];
  windowsUnderWay: number;
  /** Records that the journal no longer holds and that were not forwarded. */
  missed: number;
}

interface NotifierStatus {
  pending: number;
  /** Numbers of notifications since the data folder was created. They survive restarts. Streams have none. */
  delivered?: number;
  refused?: number;
  /** Why the last attempt failed. */
  failing?: string;
}
