// Faults that a test injects between the client and the API: error responses, broken connections, silence.
import { createRandom, hash32, type Random } from '../random.ts';
import type { WholeAnswer } from './answer.ts';
import type { Redirect } from './redirect.ts';

/** Which requests a fault hits, and how often. */
export interface FaultRule {
  /** `path` is matched against the path, and against the path with its query. Default: every request. */
  readonly match?: { readonly method?: string; readonly path?: RegExp };
  /** How many times it hits. Default 1. */
  readonly times?: number;
  /** How many matching requests pass before the first hit. Default 0. */
  readonly skip?: number;
  /** The share (0 to 1) of matching requests that it hits, drawn from the simulator's seed. Default 1. */
  readonly rate?: number;
  /** Called on each hit, before the request is processed: lets a test simulate a concurrent change. */
  readonly onStrike?: () => void;
}

/** Where a body breaks off, in bytes as sent (encoded). Default: half of a body with a length, otherwise 64 KiB. */
interface BreakOff {
  readonly afterBytes?: number;
}

/** Whether the request is processed before the fault hits, so that its changes take effect. Default false. */
interface CarryingOut {
  readonly carriesOut?: boolean;
}

/**
 * The kinds:
 * - `status`: this response instead of the API's. A string `body` is sent as it is (as HTML if it begins with `<`),
 *   undefined sends no body, and anything else is sent as JSON.
 * - `reset`: the connection is reset before any response; the request is not processed.
 * - `lostAnswer`: the request is processed, then the connection is reset before any response.
 * - `truncate`: the response begins with its full length, or chunked, and the connection closes midway through the body.
 * - `stall`: no response ever comes; with `afterBytes`, the body stops there and the connection stays open.
 * - `delay`: the response, or the next matching fault, comes `delayMs` later.
 * - `gather`: the request waits until `count` of those that it hits have arrived, then all are processed in a row: as by
 *   replicas that write at the same time. Default `times`: `count`.
 * - `emptyBody`: status 200 and no body.
 * - `garbage`: status 200, content type JSON, and `text` (default: truncated JSON) as the body.
 * - `alter`: the response is what `change` makes of the API's, read as a whole.
 * - `redirect`: see Redirect. The redirected request has a path of its own; a fault that matches it as well makes a loop.
 *
 * With `status`, `stall`, `emptyBody` and `garbage` the request is not processed unless `carriesOut` is set.
 */
export type FaultKind =
  | ({
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    } & CarryingOut)
  | { readonly kind: 'reset' | 'lostAnswer' }
  | { readonly kind: 'alter'; readonly change: (answer: WholeAnswer) => WholeAnswer }
  | ({ readonly kind: 'redirect' } & Redirect)
  | ({ readonly kind: 'emptyBody' } & CarryingOut)
  | ({ readonly kind: 'truncate' } & BreakOff)
  | ({ readonly kind: 'stall' } & BreakOff & CarryingOut)
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'gather'; readonly count: number }
  | ({ readonly kind: 'garbage'; readonly text?: string } & CarryingOut);

export type Fault = FaultRule & FaultKind;

/** An injected fault. */
export interface AddedFault {
  /** How many times it has hit. */
  readonly strikes: number;
  remove(): void;
}

/** The faults that hit one request: all matching ones that make it wait, and at most one other fault. */
export interface Strike {
  readonly delayMs: number;
  /** Settles when the requests that it waits for have arrived, if it waits for any. */
  readonly gathered: Promise<void> | undefined;
  readonly fault: Exclude<Fault, { kind: 'delay' | 'gather' }> | undefined;
  readonly kinds: readonly Fault['kind'][];
}

interface FaultState {
  readonly fault: Fault;
  readonly random: Random;
  skipsLeft: number;
  timesLeft: number;
  strikes: number;
  readonly all: PromiseWithResolvers<void>;
}

/** The faults of a simulator. If several match a request, the one added first hits. */
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
      timesLeft: fault.times ?? (fault.kind === 'gather' ? fault.count : 1),
      strikes: 0,
      all: Promise.withResolvers(),
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

  /** Takes the faults that hit a request. Called by the server. */
  take(method: string, path: string, search: string): Strike {
    const kinds: Fault['kind'][] = [];
    let gathered: Promise<void> | undefined;
    let delayMs = 0;
    for (const state of this.#states) {
      if (!fits(state.fault, method, path, search) || !strikes(state)) continue;
      kinds.push(state.fault.kind);
      state.fault.onStrike?.();
      const { fault } = state;
      if (fault.kind === 'gather') {
        gathered = state.all.promise;
        if (state.strikes >= fault.count) state.all.resolve();
      } else if (fault.kind === 'delay') {
        delayMs += fault.delayMs;
      } else {
        return { delayMs, gathered, fault, kinds };
      }
    }
    return { delayMs, gathered, fault: undefined, kinds };
  }
}

function fits({ match }: Fault, method: string, path: string, search: string): boolean {
  if (match?.method !== undefined && match.method !== method) return false;
  // search() instead of test(): a regular expression with the flag g or y would keep state between calls.
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
