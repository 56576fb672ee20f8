/** One line of a comparison: in both, only expected, or only actual. */
interface Difference<E, A> {
  kind: 'same' | 'missing' | 'unexpected';
  expected?: E;
  actual?: A;
}

/**
 * The shortest edit from the expected to the actual values. It keeps the longest common subsequence, so that one missing
 * line does not make all later lines differ.
 */
export function differences<E, A>(
  expected: readonly E[],
  actual: readonly A[],
  matches: (expected: E, actual: A) => boolean,
): Difference<E, A>[] {
  const lengths = commonLengths(expected, actual, matches);
  const found: Difference<E, A>[] = [];
  let [e, a] = [0, 0];
  while (e < expected.length || a < actual.length) {
    if (e < expected.length && a < actual.length && matches(expected[e]!, actual[a]!)) {
      found.push({ kind: 'same', expected: expected[e++]!, actual: actual[a++]! });
    } else if (a === actual.length || (e < expected.length && lengths[e + 1]![a]! >= lengths[e]![a + 1]!)) {
      found.push({ kind: 'missing', expected: expected[e++]! });
    } else found.push({ kind: 'unexpected', actual: actual[a++]! });
  }
  return found;
}

/** Length of the longest common subsequence of the rests that start at each pair of places. */
function commonLengths<E, A>(
  expected: readonly E[],
  actual: readonly A[],
  matches: (expected: E, actual: A) => boolean,
): number[][] {
  const lengths = Array.from({ length: expected.length + 1 }, () =>
    new Array<number>(actual.length + 1).fill(0),
  );
  for (let e = expected.length - 1; e >= 0; e -= 1) {
    for (let a = actual.length - 1; a >= 0; a -= 1) {
      lengths[e]![a] = matches(expected[e]!, actual[a]!)
        ? lengths[e + 1]![a + 1]! + 1
        : Math.max(lengths[e + 1]![a]!, lengths[e]![a + 1]!);
    }
  }
  return lengths;
}
