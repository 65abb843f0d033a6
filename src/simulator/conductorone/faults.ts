// Injected faults.
import { Code, ConnectError } from '@connectrpc/connect';

/** The calls that a fault can hit: `token` is the token endpoint, the others are methods of BatonService. */
export const faultyCalls = ['token', 'Hello', 'GetTask', 'GetTasks', 'Heartbeat', 'FinishTask', 'UploadAsset'] as const;
export type FaultyCall = (typeof faultyCalls)[number];

export interface Fault {
  readonly call: FaultyCall;
  /**
   * `error`: returns `code` (the token endpoint: `status`). `drop`: closes all connections. `stall`: never responds.
   * `lose`: the call is processed, then all connections are closed before the response (not for UploadAsset and `token`).
   */
  readonly kind: 'error' | 'drop' | 'stall' | 'lose';
  readonly code?: Code;
  readonly status?: number;
  /** How many calls it hits. Default: 1. */
  readonly times?: number;
  /** For UploadAsset: hits after this many bytes. Default: immediately. */
  readonly afterBytes?: number;
}

/** The faults that have not hit yet. */
export class Faults {
  #pending: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#pending.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault that hits this call, if any. */
  take(call: FaultyCall): Fault | undefined {
    const hit = this.#pending.find(({ fault }) => fault.call === call);
    if (!hit) return undefined;
    hit.left--;
    if (hit.left <= 0) this.#pending = this.#pending.filter((pending) => pending !== hit);
    return hit.fault;
  }
}

/** Applies a fault to a call of BatonService. Always rejects in the end. */
export async function happen({ kind, code }: Fault, signal: AbortSignal, drop: () => void): Promise<never> {
  if (kind === 'stall') {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  }
  if (kind === 'drop') drop();
  throw new ConnectError('injected fault', code ?? Code.Unavailable);
}
