import type { Millis } from '@logboom/common';

const zero = 0x30;
const pattern = '0000-00-00T00:00:00.000Z';
let lastDay = -1;
/** NaN where the month has no such day. */
let lastMillis: Millis = 0;

function midnight(year: number, month: number, day: number): Millis {
  const isDay =
    month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  return isDay ? Date.UTC(year, month - 1, day) : Number.NaN;
}

/**
 * The moment of a time in the form `2026-11-21T05:40:07.490Z`; NaN for any other text.
 */
export function isoTime(bytes: Uint8Array, start: number, end: number): Millis {
  if (end - start !== pattern.length) return Number.NaN;
  for (let place = 0; place < pattern.length; place++) {
    const [byte, wanted] = [bytes[start + place]!, pattern.charCodeAt(place)];
    if (wanted === zero ? byte < zero || byte > 0x39 : byte !== wanted) return Number.NaN;
  }
  const two = (place: number) => bytes[start + place]! * 10 + bytes[start + place + 1]! - 11 * zero;
  const year = two(0) * 100 + two(2);
  const [month, day, hour, minute, second] = [two(5), two(8), two(11), two(14), two(17)];
  // `Date.UTC` takes 99 for 1999.
  if (year < 1000 || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const ofDay = (year * 100 + month) * 100 + day;
  if (ofDay !== lastDay) {
    lastDay = ofDay;
    lastMillis = midnight(year, month, day);
  }
  const millis = two(20) * 10 + bytes[start + 22]! - zero;
  return lastMillis + ((hour * 60 + minute) * 60 + second) * 1000 + millis;
}
