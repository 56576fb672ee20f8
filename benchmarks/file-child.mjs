// Reads one file through a file input into a journal on disk, and says how many events are stored.

import { schema } from '../dist/config/schema/schema.js';
import { eventFields } from '../dist/inputs/event-fields.js';
import { FileInput } from '../dist/inputs/file/file-input.js';
import { openJournal } from '../dist/journal/journal.js';
import { silentInstruments } from '../dist/telemetry/metrics.js';

const [folder, events, ...paths] = process.argv.slice(2);
const config = schema.parse({ inputs: [{ kind: 'file', name: 'log', paths }], journal: { maxSize: '16gb' } });
const instruments = silentInstruments();
const journal = await openJournal(`${folder}/journal`, {
  config: config.journal,
  readers: ['none'],
  instruments,
});
let stored = 0;
const agent = { id: journal.id, name: 'bench', ephemeral_id: 'e', type: 'logboom', version: '1' };
const input = new FileInput({
  config: config.inputs.files[0],
  store: {
    append: async (batch, _block, states) => {
      await journal.append(batch, states);
      stored += batch.count;
    },
    saveStates: (states) => journal.saveStates(states),
    states: (prefix) => journal.states(prefix),
  },
  fields: eventFields({ inputType: 'filestream', agent, fields: {}, tags: [] }),
  instruments,
});
await input.start();
while (stored < Number(events)) await new Promise((resolve) => setTimeout(resolve, 20));
process.stdout.write(`${JSON.stringify({ events: stored })}\n`);
// Ended by whoever started it, when its CPU time is read.
process.on('SIGINT', () => process.exit(0));
setInterval(() => undefined, 1_000);
