// The balance sheet of a soak as a page shows it.
const MINUTE = 60_000;
const megabytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MB`;
const number = (value) => value.toLocaleString('en-US');

export function sheet(balance) {
  const { faults, seed, balanced } = balance;
  const happened = Object.entries(faults).map(([fault, times]) => `${times} × ${fault}`);
  return [
    `${Math.round(balance.seconds / 6) / 10} minutes, ${happened.join(', ')} (seed ${seed})`,
    table(['what', 'number'], rowsOf(balance)),
    table(['after', 'memory of its own', 'mapped files', 'since its start'], memoryOf(balance)),
    thirdsOf(balance),
    ...wrong(balance),
    balanced ? 'It balances.' : 'IT DOES NOT BALANCE.',
  ].join('\n\n');
}

function rowsOf({
  sent,
  acknowledged,
  keptUnacknowledged,
  resent,
  indexed,
  counted,
  lost,
  duplicate,
  ...rest
}) {
  const { windows, episodes, transitions, notified, repeated, refused, errors, unequal } = rest;
  return [
    ['lines sent', sent],
    ['… acknowledged', acknowledged],
    ['… on disk when the server died before it said so', keptUnacknowledged],
    ['… sent again', resent],
    ['lines by the server’s own count, over all its lives', rest.journaled],
    ['lines indexed', indexed],
    ['lines counted in windows (all but the last, whose window is open)', counted],
    ['lines lost', lost],
    ['documents too many', duplicate],
    ['window documents', windows],
    ['alert episodes', episodes],
    ['changes of alerts', transitions],
    ['notifications, by idempotency key', notified],
    ['… by the server’s own count, over all its lives', rest.delivered],
    ['… delivered more than once', repeated],
    ['… of which with another content', unequal],
    ['… attempts that the receiver refused', refused],
    ['errors in the log', errors.length],
  ].map(([what, value]) => [what, number(value)]);
}

/** A sample a minute, the greatest of all, and the greatest while everything was read back in the end. */
function memoryOf({ memory }) {
  const served = memory.filter(({ comparing }) => !comparing);
  const rows = [];
  for (const { after, sinceStart, own, mapped } of served)
    if (after >= rows.length * MINUTE)
      rows.push([seconds(after), megabytes(own), megabytes(mapped), seconds(sinceStart)]);
  const compared = memory.filter(({ comparing }) => comparing);
  return [...rows, peakOf('the most', served), peakOf('… while all is read back', compared)];
}

/** Own memory in each third of the run, while it was served: the median shows what is kept, and the most what garbage and lag add. */
function thirdsOf({ memory }) {
  const served = memory.filter(({ comparing }) => !comparing);
  const end = (served.at(-1)?.after ?? 0) + 1;
  const rows = [1, 2, 3].map((third) => {
    const own = served
      .filter(({ after }) => Math.floor((3 * after) / end) + 1 === third)
      .map((sample) => sample.own)
      .sort((one, other) => one - other);
    return [`${third}`, megabytes(own[Math.floor(own.length / 2)] ?? 0), megabytes(own.at(-1) ?? 0)];
  });
  return table(['third', 'median of its own', 'the most'], rows);
}

const seconds = (length) => `${Math.round(length / 1000)} s`;

function peakOf(name, memory) {
  const most = (of) => megabytes(memory.reduce((greatest, sample) => Math.max(greatest, sample[of]), 0));
  return [name, most('own'), most('mapped'), ''];
}

function table(heads, rows) {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function wrong(balance) {
  const lists = ['wrongWindows', 'wrongEpisodes', 'wrongTransitions', 'wrongNotifications', 'errors'];
  return lists
    .filter((name) => balance[name].length > 0)
    .map((name) => `${name} (${balance[name].length}):\n${balance[name].slice(0, 20).join('\n')}`);
}
