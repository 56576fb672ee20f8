// A line chart as SVG: the points of one series over evenly spaced labels, from zero up.
const [width, height] = [560, 240];
const [left, right, top, bottom] = [56, 16, 34, 40];

const escaped = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The upper end of the scale, the next of 1, 2, 5, 10, 20, …, and the distance between two lines. */
function scaleOf(highest) {
  const power = 10 ** Math.floor(Math.log10(highest));
  const most = [1, 2, 5, 10].map((step) => step * power).find((step) => step >= highest);
  return { most, step: most / (String(most).startsWith('2') ? 4 : 5) };
}

/** `points` are pairs of a label and a number. */
export function lineChart({ title, unit, points }) {
  const { most, step } = scaleOf(Math.max(...points.map(([, value]) => value)));
  const x = (place) => left + ((width - left - right) * (place + 0.5)) / points.length;
  const y = (value) => height - bottom - ((height - top - bottom) * value) / most;
  const lines = [];
  for (let value = 0; value <= most * 1.0001; value += step) {
    const at = y(value).toFixed(1);
    lines.push(`<line x1="${left}" x2="${width - right}" y1="${at}" y2="${at}" stroke="#8884"/>`);
    lines.push(
      `<text x="${left - 8}" y="${at}" text-anchor="end" dy="4">${Number(value.toPrecision(3))}</text>`,
    );
  }
  const places = points.map(([, value], place) => `${x(place).toFixed(1)},${y(value).toFixed(1)}`);
  const marks = points.flatMap(([label, value], place) => [
    `<circle cx="${x(place).toFixed(1)}" cy="${y(value).toFixed(1)}" r="4" fill="#2f6fde"/>`,
    `<text x="${x(place).toFixed(1)}" y="${(y(value) - 9).toFixed(1)}" text-anchor="middle">${value.toFixed(1)}</text>`,
    `<text x="${x(place).toFixed(1)}" y="${height - bottom + 20}" text-anchor="middle">${escaped(label)}</text>`,
  ]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#777">
<title>${escaped(title)}</title>
<text x="${left}" y="18" font-size="14">${escaped(title)}, ${escaped(unit)}</text>
${lines.join('\n')}
<polyline points="${places.join(' ')}" fill="none" stroke="#2f6fde" stroke-width="2"/>
${marks.join('\n')}
</svg>
`;
}
