// The delays and timeouts of service mode, in milliseconds. They are the Go runner's (pkg/tasks/c1api and
// pkg/connectorrunner of baton-sdk v0.25.0) unless noted. Tests use shorter ones.

export interface ServiceTiming {
  /** Timeout of a call of BatonService, except uploads. Ours: the Go runner only limits connecting, to 30 s. */
  readonly callTimeoutMs: number;
  /** How long a task that has ended counts as running until its report is delivered. Then it is offered in the background. */
  readonly finishTimeoutMs: number;
  /** The delay after the first failed Hello; it doubles up to the maximum. */
  readonly helloDelayMinMs: number;
  readonly helloDelayMaxMs: number;
  /** The delay after the n-th failed poll in a row is n² times this, up to the maximum. */
  readonly pollErrorDelayMs: number;
  readonly pollErrorDelayMaxMs: number;
  /** The longest poll interval that the server may request. */
  readonly pollMaxMs: number;
  /** The minimum delay while the queue of GetTasks is empty. */
  readonly queueDelayMs: number;
  /** The interval between heartbeats: its limits, and the default if the server requests none. */
  readonly heartbeatMinMs: number;
  readonly heartbeatMaxMs: number;
  readonly heartbeatDefaultMs: number;
  /** The delay after the second failed upload; after the first there is none. */
  readonly uploadDelayMs: number;
  /** The delay after the first failed token request or FinishTask; it doubles. Ours. */
  readonly retryDelayMs: number;
  /** Timeout of a check whether the connector works with its settings. Ours, as the other three. */
  readonly checkTimeoutMs: number;
  /** The minimum delay between two checks, after a task has shown that the next one may differ. */
  readonly checkHurryMs: number;
  /** The delay after the first failed check; it doubles up to the maximum. */
  readonly checkDelayMinMs: number;
  readonly checkDelayMaxMs: number;
  /** The time that running tasks get when the program stops. Ours: Kubernetes kills 30 s after SIGTERM. */
  readonly drainTimeoutMs: number;
}

export const defaultServiceTiming: ServiceTiming = {
  callTimeoutMs: 60_000,
  finishTimeoutMs: 30_000,
  helloDelayMinMs: 1000,
  helloDelayMaxMs: 300_000,
  pollErrorDelayMs: 1000,
  pollErrorDelayMaxMs: 60_000,
  pollMaxMs: 300_000,
  queueDelayMs: 100,
  heartbeatMinMs: 1000,
  heartbeatMaxMs: 300_000,
  heartbeatDefaultMs: 30_000,
  uploadDelayMs: 1000,
  retryDelayMs: 500,
  checkTimeoutMs: 30_000,
  checkHurryMs: 10_000,
  checkDelayMinMs: 60_000,
  checkDelayMaxMs: 900_000,
  drainTimeoutMs: 20_000,
};
