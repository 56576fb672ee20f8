/**
 * How often a document is sent on which the server fails (500) while it takes others. With the pauses between, that lasts
 * about two minutes at the defaults.
 */
export const MOST_FAILURES = 8;

interface Failures {
  count: number;
  /** Documents that the server had accepted before the first failure. */
  acceptedBefore: number;
}

/**
 * Documents on which the server fails again and again. Such a document is given up only where the server accepts others
 * meanwhile: a server that fails on everything is in trouble itself, and the documents wait for it. All deliveries of a sink
 * share it. Documents are known as the objects that stand for them.
 */
export class FailingDocuments {
  #accepted = 0;
  readonly #failures = new WeakMap<object, Failures>();

  /** To be called with the number of documents that the server accepted. */
  accepted(count: number): void {
    this.#accepted += count;
  }

  /** Counts a failure of the server on a document. Returns whether it is given up. */
  failed(document: object): boolean {
    const failures = this.#failures.get(document) ?? { count: 0, acceptedBefore: this.#accepted };
    failures.count += 1;
    this.#failures.set(document, failures);
    return failures.count >= MOST_FAILURES && this.#accepted > failures.acceptedBefore;
  }
}

/** The reason in the dead letter of a document that was given up. */
export const givenUpReason = (reason: string): string =>
  `${reason} (given up after ${MOST_FAILURES} tries: the server takes other documents)`;
