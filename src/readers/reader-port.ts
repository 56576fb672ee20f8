import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { BulkItem, EventBlock, Position } from '../model.ts';
import type { FromReader, ToReader } from './thread.ts';

/** What a reader does when it is spoken to. */
interface ReaderHandlers {
  log: Pick<Logger, 'level'>;
  /** The journal grew. */
  news(newest: Position): void;
  /** A window that was just journaled, still inflated; taking it saves reading it again. */
  block?(position: Position, block: EventBlock, payloadBytes: number): void;
  /** The analyser put something out. */
  outputs?(): void;
  /** A document for the sink that is in no journal. */
  document?(item: BulkItem): void;
  /** Answers by name, such as `metrics`. */
  calls: Record<string, (argument: unknown) => unknown>;
  /** Finish what is in hand and put everything in order. */
  stop(): Promise<void>;
}

/** Connects a reader's worker thread with the main thread. */
export function serveReader(handlers: ReaderHandlers): { post: (message: FromReader) => void } {
  const port = parentPort as MessagePort;
  const post = (message: FromReader) => port.postMessage(message);
  port.on('message', async (message: ToReader) => {
    if (message.kind === 'news') handlers.news(message.newest);
    else if (message.kind === 'level') handlers.log.level = message.level;
    else if (message.kind === 'outputs') handlers.outputs?.();
    else if (message.kind === 'document') handlers.document?.(message.item);
    else if (message.kind === 'block')
      handlers.block?.(message.position, received(message.block), message.payloadBytes);
    else if (message.kind === 'call') {
      const value = message.name === 'ping' ? true : await handlers.calls[message.name]?.(message.argument);
      post({ kind: 'answer', id: message.id, value });
    } else {
      await handlers.stop();
      port.close();
    }
  });
  return { post };
}

/** What crosses between threads as a Buffer arrives as its plain bytes. */
function received({ bytes, spans, count }: EventBlock): EventBlock {
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), spans, count };
}
