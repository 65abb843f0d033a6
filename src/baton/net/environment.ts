// Variables of the environment that say how to reach a network.

/** `process.env`, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable whose value cannot be used. The message names the variable, and never quotes what may be a password. */
export class UnusableVariableError extends Error {
  readonly reason: 'invalid_proxy' | 'unusable_certificates' | 'host_not_allowed';

  constructor(reason: UnusableVariableError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnusableVariableError';
    this.reason = reason;
  }
}
