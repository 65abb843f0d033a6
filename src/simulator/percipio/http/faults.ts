// Faults that a test puts between the client and the API: bad answers, broken connections, silence.
import { createRandom, hash32, type Random } from '../random.ts';

/** Which requests a fault strikes, and how often. */
export interface FaultRule {
  /** `path` is tried on the path, and on the path with its query. Default: every request. */
  readonly match?: { readonly method?: string; readonly path?: RegExp };
  /** How often it strikes before it is used up. Default 1. */
  readonly times?: number;
  /** How many matching requests pass unharmed before. Default 0. */
  readonly skip?: number;
  /** The share (0 to 1) of matching requests that it strikes, drawn from the simulator's seed. Default 1. */
  readonly rate?: number;
  /** Called when it strikes, before anything is carried out: a test does there what somebody else does just then. */
  readonly onStrike?: () => void;
}

/** Where a body breaks off: after this many bytes as sent (encoded). Default: half of a body with a length, else 64 KiB. */
interface BreakOff {
  readonly afterBytes?: number;
}

/** Whether the request is carried out before the fault strikes, so that what it changes is changed. Default false. */
interface CarryingOut {
  readonly carriesOut?: boolean;
}

/**
 * What happens:
 * - `status`: this answer instead of the API's. A `body` that is a string is sent as it is (HTML if it begins with `<`),
 *   undefined sends none, and anything else is sent as JSON.
 * - `reset`: the connection is reset before any answer; nothing is done.
 * - `lostAnswer`: the request is carried out, then the connection is reset before any answer.
 * - `truncate`: the answer begins with its full length or chunked, and the connection is closed in the middle of the body.
 * - `stall`: no answer ever comes; with `afterBytes`, the body stops there and the connection stays open.
 * - `delay`: the answer, or the next fault that fits, comes `delayMs` later.
 * - `emptyBody`: status 200 and no body.
 * - `garbage`: status 200, the content type of JSON, and `text` (default: JSON that breaks off) as the body.
 *
 * With `status`, `stall`, `emptyBody` and `garbage` nothing is done, unless they say `carriesOut`.
 */
export type FaultKind =
  | ({
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    } & CarryingOut)
  | { readonly kind: 'reset' | 'lostAnswer' }
  | ({ readonly kind: 'emptyBody' } & CarryingOut)
  | ({ readonly kind: 'truncate' } & BreakOff)
  | ({ readonly kind: 'stall' } & BreakOff & CarryingOut)
  | { readonly kind: 'delay'; readonly delayMs: number }
  | ({ readonly kind: 'garbage'; readonly text?: string } & CarryingOut);

export type Fault = FaultRule & FaultKind;

/** A fault that was added. */
export interface AddedFault {
  /** How often it has struck. */
  readonly strikes: number;
  remove(): void;
}

/** What strikes one request: the delays that fit, and at most one other fault. */
export interface Strike {
  readonly delayMs: number;
  readonly fault: Exclude<Fault, { kind: 'delay' }> | undefined;
  readonly kinds: readonly Fault['kind'][];
}

interface FaultState {
  readonly fault: Fault;
  readonly random: Random;
  skipsLeft: number;
  timesLeft: number;
  strikes: number;
}

/** The faults of a simulator. Of those that fit a request, the one that was added first strikes it. */
export class Faults {
  readonly #seed: number;
  #states: FaultState[] = [];
  #added = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(fault: Fault): AddedFault {
    const state: FaultState = {
      fault,
      random: createRandom(hash32(this.#seed, this.#added)),
      skipsLeft: fault.skip ?? 0,
      timesLeft: fault.times ?? 1,
      strikes: 0,
    };
    this.#added += 1;
    this.#states.push(state);
    return {
      get strikes() {
        return state.strikes;
      },
      remove: () => {
        this.#states = this.#states.filter((other) => other !== state);
      },
    };
  }

  clear(): void {
    this.#states = [];
  }

  /** Takes what strikes a request: for the server. */
  take(method: string, path: string, search: string): Strike {
    const kinds: Fault['kind'][] = [];
    let delayMs = 0;
    for (const state of this.#states) {
      if (!fits(state.fault, method, path, search) || !strikes(state)) continue;
      kinds.push(state.fault.kind);
      state.fault.onStrike?.();
      if (state.fault.kind !== 'delay') {
        return { delayMs, fault: state.fault, kinds };
      }
      delayMs += state.fault.delayMs;
    }
    return { delayMs, fault: undefined, kinds };
  }
}

function fits({ match }: Fault, method: string, path: string, search: string): boolean {
  if (match?.method !== undefined && match.method !== method) return false;
  // search() rather than test(): a regular expression with the flag g or y would remember where it matched last.
  return match?.path === undefined || path.search(match.path) >= 0 || (path + search).search(match.path) >= 0;
}

function strikes(state: FaultState): boolean {
  if (state.timesLeft <= 0) return false;
  if (state.skipsLeft > 0) {
    state.skipsLeft -= 1;
    return false;
  }
  if (!state.random.chance(state.fault.rate ?? 1)) return false;
  state.timesLeft -= 1;
  state.strikes += 1;
  return true;
}
