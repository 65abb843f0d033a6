// What goes wrong on purpose.
import { Code, ConnectError } from '@connectrpc/connect';

/** The calls that faults can be put on: `token` is the token endpoint, the others are methods of BatonService. */
export const faultyCalls = ['token', 'Hello', 'GetTask', 'GetTasks', 'Heartbeat', 'FinishTask', 'UploadAsset'] as const;
export type FaultyCall = (typeof faultyCalls)[number];

export interface Fault {
  readonly call: FaultyCall;
  /**
   * `error`: answers `code` (the token endpoint `status`). `drop`: cuts all connections. `stall`: never answers.
   */
  readonly kind: 'error' | 'drop' | 'stall';
  readonly code?: Code;
  readonly status?: number;
  /** How many calls it hits. Default: 1. */
  readonly times?: number;
  /** With UploadAsset: happens when so many bytes have come. Default: at once. */
  readonly afterBytes?: number;
}

/** The faults that are still to happen. */
export class Faults {
  #pending: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#pending.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault that hits this call, if one does. */
  take(call: FaultyCall): Fault | undefined {
    const hit = this.#pending.find(({ fault }) => fault.call === call);
    if (!hit) return undefined;
    hit.left--;
    if (hit.left <= 0) this.#pending = this.#pending.filter((pending) => pending !== hit);
    return hit.fault;
  }
}

/** Makes a fault happen to a call of BatonService. It rejects sooner or later. */
export async function happen({ kind, code }: Fault, signal: AbortSignal, drop: () => void): Promise<never> {
  if (kind === 'stall') {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  }
  if (kind === 'drop') drop();
  throw new ConnectError('made to fail', code ?? Code.Unavailable);
}
