import { type EventView, fieldPath } from '../events/index.ts';

const agentId = fieldPath('agent.id');
const agentName = fieldPath('agent.name');
const hostName = fieldPath('host.name');
const filePath = fieldPath('log.file.path');

/** Names the stream within a sender to which an event belongs: the sender and the path of the file. */
export class SourceNames {
  #sender = '';
  #path = '';
  #source = ' ';

  /** `connection` names the sender if the event does not. */
  of(view: EventView, connection: string): string {
    const agent = view.getAt(agentId) ?? view.getAt(agentName) ?? view.getAt(hostName);
    const sender = typeof agent === 'string' ? agent : connection;
    const path = view.getAt(filePath);
    if (typeof path !== 'string') return sender;
    // Events of one source come in runs. Returning the same string object saves its hash in every map lookup.
    if (path !== this.#path || sender !== this.#sender) {
      this.#source = `${sender} ${path}`;
      this.#sender = sender;
      this.#path = path;
    }
    return this.#source;
  }
}
