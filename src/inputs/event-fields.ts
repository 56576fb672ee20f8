import { ecsVersion } from '../util/ecs.ts';
import type { JsonObject } from './event-writer.ts';

/** What the configuration of an input adds to its events. */
interface AddedFields {
  dataset?: string | undefined;
  /** By dotted name. */
  fields: Readonly<Record<string, string>>;
  tags: readonly string[];
}

interface EventFieldsOptions extends AddedFields {
  /** `input.type`, as Filebeat names the kind of input. */
  inputType: string;
  agent: { id: string; name: string; ephemeral_id: string; type: string; version: string };
}

/** The fields that all events of an input have in common: those of a Filebeat, with what the configuration adds. */
export function eventFields({ agent, inputType, ...added }: EventFieldsOptions): JsonObject {
  return withAdded({ agent, host: { name: agent.name } }, inputType, added);
}

/** The same for events from the network. They have no agent: the source of an event is its host. */
export const networkFields = ({ kind, ...added }: AddedFields & { kind: string }): JsonObject =>
  withAdded({}, kind, added);

function withAdded(own: JsonObject, inputType: string, { dataset, fields, tags }: AddedFields): JsonObject {
  const common: JsonObject = {
    ...own,
    ecs: { version: ecsVersion },
    input: { type: inputType },
    ...(dataset !== undefined && { event: { dataset } }),
    ...(tags.length > 0 && { tags }),
  };
  for (const [name, value] of Object.entries(fields)) place(common, name.split('.'), value);
  return common;
}

function place(object: JsonObject, [name, ...below]: readonly string[], value: string): void {
  if (name === undefined) return;
  if (below.length === 0) {
    object[name] = value;
    return;
  }
  const known = object[name];
  const inner = typeof known === 'object' && known !== null && !Array.isArray(known) ? known : {};
  object[name] = { ...inner };
  place(object[name] as JsonObject, below, value);
}
