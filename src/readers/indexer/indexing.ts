import { outputItem } from '../../alerts/documents.ts';
import type { JournalReader } from '../../journal/reader.ts';
import { openPayload } from '../../journal/record.ts';
import type { DeadLetter, Handling, Millis, Output, Position } from '../../model.ts';
import { EventReader } from '../../parsers/event.ts';
import { ProcessorChain } from '../../processors/chain.ts';
import type { DeadLetters } from '../../sinks/elasticsearch/dead-letters/dead-letters.ts';
import { deadLetterItem } from '../../sinks/elasticsearch/dead-letters/records.ts';
import { createElasticsearchSink, type ElasticsearchSink } from '../../sinks/elasticsearch/sink.ts';
import type { ParsingTelemetry } from '../../telemetry/components/parsing.ts';
import type { PipelineTelemetry } from '../../telemetry/components/pipeline.ts';
import type { ProcessingTelemetry } from '../../telemetry/components/processing.ts';
import type { Instruments } from '../../telemetry/metrics.ts';
import { within } from '../../util/waiting.ts';
import { createIndexNames } from '../index-name.ts';
import type { ReaderData } from '../reader-port.ts';
import { EventDocuments } from './event-documents.ts';
import { Indexer } from './indexer.ts';
import { bulkLimits } from './open-sink.ts';
import { Publisher, SideDocuments, type Unpublished } from './publisher.ts';

/** What lasts as long as the thread does, whatever the configuration. */
interface IndexingParts {
  journal: JournalReader;
  /** Outputs that are to be published; each goes its own way. */
  results: readonly Unpublished[];
  /** What people and noise control did with an alert. */
  handlingOf: (episode: string) => Handling | undefined;
  deadLetters: DeadLetters;
  instruments: Instruments;
  telemetry: PipelineTelemetry;
  parsing: ParsingTelemetry;
  processing: ProcessingTelemetry;
  /** A record could not be read. */
  damaged: () => void;
  reached: (position: Position) => void;
}

/** How long documents that are on their way may take before the next client sends them again. */
const finishWithin: Millis = 5_000;

/** The indexer and the publisher over one client, by one configuration. */
export class Indexing {
  readonly sink: ElasticsearchSink;
  /** Documents that are in no journal. */
  readonly side: SideDocuments;
  readonly #indexer: Indexer;
  readonly #publishers: Publisher[];
  readonly #parts: IndexingParts;
  #position: Position;
  #running: Promise<unknown> = Promise.resolve();

  /** Throws where the client cannot be made, as where a certificate's file is missing. */
  constructor(parts: IndexingParts, { config, elasticsearch }: ReaderData, from: Position) {
    const { parsers, processors, time } = config;
    const indexing = bulkLimits(config);
    const { journal, results, deadLetters, instruments, parsing, processing } = parts;
    const chain = ProcessorChain.of(processors, { zone: time.zone, telemetry: processing });
    this.#parts = parts;
    this.#position = from;
    this.sink = createElasticsearchSink({ elasticsearch, indexing, deadLetters, instruments });
    this.side = new SideDocuments(this.sink);
    const documents = new EventDocuments({
      journalId: journal.journalId,
      events: new EventReader({ parsers, time, telemetry: parsing, processors: chain }),
      open: openPayload,
      nameIndex: createIndexNames(indexing),
      deadLetter: (letter, receivedAt) => deadLetterItem(letter, indexing.namespace, receivedAt),
    });
    this.#indexer = new Indexer({
      journal,
      sink: this.sink,
      documents,
      from,
      maxItems: indexing.maxBulkItems,
      maxBytes: indexing.maxBulkBytes,
      maxInFlight: indexing.maxBulksInFlight + 1,
      keepDeadLetters: (letters) => this.#keepDeadLetters(letters),
      damaged: (position) => {
        parts.telemetry.recordDamaged(position);
        parts.damaged();
      },
      reached: (position) => this.#reach(position),
    });
    const document = (output: Output) => outputItem(output, config, parts.handlingOf);
    this.#publishers = results.map((from) => new Publisher({ results: from, sink: this.sink, document }));
  }

  start(): void {
    const publishing = this.#publishers.map((publisher) => publisher.run());
    this.#running = Promise.all([this.#indexer.run(), ...publishing]).catch((error) => {
      throw error;
    });
  }

  wake(): void {
    this.#indexer.wake();
  }

  wakePublishers(): void {
    for (const publisher of this.#publishers) publisher.wake();
  }

  /** Another indexing, by other settings, that may replace this one. Throws like the constructor. */
  successor(to: ReaderData): Indexing {
    return new Indexing(this.#parts, to, this.#position);
  }

  /** Is replaced by `next`. Deliveries in flight get some time to complete, unless the sink is not delivering. */
  async giveWay(next: Indexing): Promise<void> {
    for (const publisher of this.#publishers) publisher.stop();
    const arrived = Promise.all([this.#indexer.finish(), this.#running]);
    if (this.sink.status().state === 'delivering') await within(arrived, finishWithin, { keepAlive: false });
    await this.stop();
    next.#beginAfter(this.#position);
    next.start();
  }

  /** Documents that have not arrived are sent again from the cursor. */
  async stop(): Promise<void> {
    this.#indexer.stop();
    for (const publisher of this.#publishers) publisher.stop();
    await this.sink.close();
    await this.#running;
  }

  #beginAfter(position: Position): void {
    this.#position = position;
    this.#indexer.beginAfter(position);
  }

  #reach(position: Position): void {
    this.#position = position;
    this.#parts.reached(position);
  }

  async #keepDeadLetters(letters: DeadLetter[]): Promise<void> {
    const { deadLetters, telemetry } = this.#parts;
    await deadLetters.add(letters);
    for (const [reason, count] of countBy(letters)) telemetry.deadLettered(count, reason);
  }
}

function countBy(letters: DeadLetter[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of letters) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
