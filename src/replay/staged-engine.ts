import type { Analysis } from '../engine/analysis.ts';
import { assembleEngine, type Reading } from '../engine/assemble-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { swapAnalysis } from '../engine/swap.ts';
import type { JournalRecord, Output, Position } from '../model.ts';
import type { Observer } from '../rules/run/observer.ts';

/** An analysis, and the position of the last record that was read before it applied. */
export interface Stage {
  after: Position;
  analysis: Analysis;
}

/** Reads a journal as a server did whose configuration was reloaded meanwhile: each part by the analysis that applied then. */
export class StagedEngine {
  readonly engine: Engine;
  readonly #stages: readonly Stage[];
  readonly #reading: Reading;
  readonly #observer: Observer | undefined;
  #at = 0;

  /** `stages`: one or more, oldest first. */
  constructor(stages: readonly Stage[], reading: Reading = {}, observer?: Observer) {
    this.#stages = stages;
    this.#reading = reading;
    this.#observer = observer;
    this.engine = assembleEngine(stages[0]!.analysis, reading, observer);
  }

  /** The analysis in force after the last record and the reloads before it. */
  get analysis(): Analysis {
    return this.#stages[this.#at]!.analysis;
  }

  process(record: JournalRecord): Output[] {
    return [...this.reload(record), ...this.engine.process(record)];
  }

  /** What the reloads before the record put out: ends of alerts whose rule was changed or removed. */
  reload(record: JournalRecord): Output[] {
    const outputs: Output[] = [];
    for (let next = this.#next(record); next !== undefined; next = this.#next(record)) {
      outputs.push(...swapAnalysis(this.engine, this.analysis, next.analysis, this.#reading, this.#observer));
      this.#at += 1;
    }
    return outputs;
  }

  #next({ position }: JournalRecord): Stage | undefined {
    const next = this.#stages[this.#at + 1];
    return next !== undefined && next.after < position ? next : undefined;
  }
}
