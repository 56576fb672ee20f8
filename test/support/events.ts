import { parsers } from '../../src/config/schema/parsers.ts';
import { EventView } from '../../src/events/index.ts';
import type { BatchFacts, EventBlock } from '../../src/model.ts';
import { EventReader, type ReadEvent } from '../../src/parsers/event.ts';

/** A block whose documents lie apart, with bytes of frames between them, as in a Lumberjack window. */
export function blockOf(...documents: (string | Buffer)[]): EventBlock {
  const frame = Buffer.from([0x32, 0x4a, 0, 0, 0, 0x80, 0, 0, 4, 0x7d]);
  const pieces: Buffer[] = [];
  const spans = new Uint32Array(documents.length * 2);
  let at = 0;
  documents.forEach((document, index) => {
    const bytes = Buffer.from(document as string);
    pieces.push(frame, bytes);
    spans[2 * index] = at + frame.length;
    at += frame.length + bytes.length;
    spans[2 * index + 1] = at;
  });
  return { bytes: Buffer.concat(pieces), spans, count: documents.length };
}

/** A view at a single document. */
export function viewOf(document: string | Buffer): EventView {
  const view = new EventView();
  view.open(blockOf(document));
  view.read(0);
  return view;
}

export const receivedAt = Date.parse('2026-11-21T06:00:00.000Z');

export const batch: BatchFacts = {
  origin: { input: 'lumberjack', connection: '127.0.0.1:51034#7', address: '127.0.0.1' },
  receivedAt,
};

export interface Settings {
  default?: string;
  byDataset?: Record<string, string>;
  timestamp?: 'line' | '@timestamp';
  zone?: string;
}

/** Reads one document with given parser settings. */
export function readEvent(document: string | Buffer | object, settings: Settings = {}): ReadEvent {
  const { zone = 'UTC', ...rest } = settings;
  const reader = new EventReader({ parsers: parsers.parse(rest), time: { zone } });
  const isText = typeof document === 'string' || Buffer.isBuffer(document);
  reader.open(blockOf(isText ? document : JSON.stringify(document)), batch);
  return reader.next()!;
}

/** An event as Filebeat sends it. */
export function filebeatEvent(message: string, more: object = {}): Record<string, unknown> {
  return {
    '@timestamp': '2026-11-21T05:40:07.490Z',
    '@metadata': { beat: 'filebeat', type: '_doc', version: '7.17.29' },
    message,
    input: { type: 'filestream' },
    agent: {
      type: 'filebeat',
      version: '7.17.29',
      hostname: 'vm',
      ephemeral_id: 'f1a0d975-4553-4664-a279-19f8bde5317d',
      id: '6e88d53e-af97-4bce-852b-14410d51ea9d',
      name: 'vm',
    },
    ecs: { version: '1.12.0' },
    host: { name: 'vm' },
    log: { offset: 0, file: { path: '/var/log/nginx/access.log' } },
    ...more,
  };
}
