import { outputItem } from '../alerts/documents.ts';
import type { Config } from '../config/schema/schema.ts';
import type { Output, OutputKey } from '../model.ts';
import type { StreamedOutput, StreamOutput } from '../notifiers/streams/stream-log.ts';
import { timeText, valueText } from '../util/figures.ts';

/** The outputs that at least one stream sends, as it sends them. */
export function streamedOutputs(
  outputs: readonly { key: OutputKey; output: Output }[],
  configs: Pick<Config, 'streams' | 'indexing'>,
): StreamedOutput[] {
  const streams = Object.values(configs.streams);
  const isWanted = ({ kind, rule }: Pick<StreamOutput, 'kind' | 'rule'>) =>
    streams.some((one) => one.outputs.includes(kind) && (one.rules?.includes(rule) ?? true));
  return outputs.flatMap(({ key, output }) => {
    const streamed = streamOutput(output, configs);
    return streamed && isWanted(streamed) ? [{ key, output: streamed }] : [];
  });
}

/** An output as streams send it: its document, with an id. Undefined for other outputs. */
function streamOutput(output: Output, { indexing }: Pick<Config, 'indexing'>): StreamOutput | undefined {
  if (output.kind !== 'window' && output.kind !== 'transition') return undefined;
  const item = outputItem(output, { indexing })!;
  if (output.kind === 'transition') {
    const { id, rule, group, message, from, to } = output.transition;
    const text = `${rule}${of(group)}: ${from} to ${to}\n${message}`;
    return { id, kind: 'transitions', rule, group, text, document: String(item.document) };
  }
  const { rule, group, measure, value, start, end, revision = 1 } = output.window;
  const id = revision === 1 ? item.id : `${item.id}~r${revision}`;
  const document = JSON.parse(String(item.document)) as { event: object };
  const shown = `${measure} ${valueText(value, measure)}, ${timeText(start)} to ${timeText(end)}`;
  return {
    ...{ id, kind: 'windows', rule, group, text: `${rule}${of(group)}: ${shown}` },
    document: JSON.stringify({ ...document, event: { ...document.event, id } }),
  };
}

const of = (group: string) => (group === '' ? '' : ` (${group})`);
