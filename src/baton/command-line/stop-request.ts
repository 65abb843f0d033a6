// Why a program is asked to stop.
import { constants } from 'node:os';

/** The reason to abort the signal of a command line with, when the process gets a signal. */
export class StopRequest extends Error {
  /** What a shell shows for a process that this signal ended: 128 and the number of the signal. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.name = 'StopRequest';
    this.exitCode = 128 + constants.signals[signal];
  }
}
