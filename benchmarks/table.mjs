// How figures are put: medians of several runs, and columns that line up.
export function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Runs something several times and takes the median of each figure. */
export async function medians(runs, run) {
  const all = [];
  for (let i = 0; i < runs; i++) all.push(await run());
  return Object.fromEntries(
    Object.keys(all[0]).map((name) => [name, median(all.map((figures) => figures[name]))]),
  );
}

export const thousands = (value) => `${Math.round(value / 1000)} k`;
export const megabytes = (value) => `${Math.round(value)} MB`;

/** The first row names the columns; all but the first column are numbers and stand to the right. */
export function print(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  console.log(`\n${title}`);
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
        .join('  '),
    );
}
