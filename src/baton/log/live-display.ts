// Shows on a terminal what a command does and waits for, in lines that are redrawn as time passes.
import { escapeControls } from '../net/escape-controls.ts';
import type { Waits } from '../net/waits.ts';
import { describeWait } from './describe-wait.ts';
import type { Screen } from './screen.ts';

/** A person cannot read faster than this. */
const redrawMs = 100;

/** Shorter waits would only flicker. */
const waitMinMs = 1000;

/** More waits at once do not say more. */
const waitsMax = 3;

export interface LiveDisplayOptions {
  readonly screen: Screen;
  readonly waits: Waits;
  /** A clock, in milliseconds since 1970. */
  readonly now?: () => number;
}

/** {@link tick} must be called every second: then the times on the terminal go on while nothing else does. */
export class LiveDisplay {
  readonly #screen: Screen;
  readonly #waits: Waits;
  readonly #now: () => number;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  #isStopping = false;
  #describe: ((nowMs: number) => string) | undefined;

  constructor({ screen, waits, now = Date.now }: LiveDisplayOptions) {
    this.#screen = screen;
    this.#waits = waits;
    this.#now = now;
  }

  /**
   * Shows what the command does, until it does something else.
   * @param describe - Called whenever the line is redrawn; undefined removes it.
   */
  show(describe: ((nowMs: number) => string) | undefined): void {
    this.#describe = describe;
    this.tick();
  }

  /** Redraws after a change, unless the lines were drawn just now. */
  changed(): void {
    if (this.#now() - this.#drawnAtMs >= redrawMs) this.tick();
  }

  /** Says that the command was asked to stop. */
  stopping(): void {
    this.#isStopping = true;
    this.tick();
  }

  tick(): void {
    if (this.#isClosed) return;
    const nowMs = this.#now();
    this.#drawnAtMs = nowMs;
    const waits = this.#waits
      .list()
      .filter(({ sinceMs }) => nowMs - sinceMs >= waitMinMs)
      .slice(0, waitsMax)
      .map((wait) => describeWait(wait, nowMs));
    const work = this.#describe?.(nowMs);
    const lines = [
      ...(work === undefined ? [] : [`· ${work}`]),
      ...waits.map((wait) => `${work === undefined ? '· ' : '    '}${wait}`),
      ...(this.#isStopping ? ['· stopping; press Ctrl-C again to end at once, and lose what is not saved yet'] : []),
    ];
    this.#screen.draw(lines.map(escapeControls));
  }

  /** Removes the lines for good. */
  close(): void {
    this.#isClosed = true;
    this.#screen.draw([]);
  }
}
