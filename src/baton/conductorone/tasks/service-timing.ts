// All waits of service mode, in milliseconds: those of the Go runner unless said otherwise (pkg/tasks/c1api and
// pkg/connectorrunner of baton-sdk v0.25.0). Tests run the same code with shorter ones.

export interface ServiceTiming {
  /** How long a call of BatonService may take, uploads aside. The Go runner gives 30 s to each new connection. */
  readonly callTimeoutMs: number;
  /** How long the report of a task's end may take, with its repetitions. */
  readonly finishTimeoutMs: number;
  /** The wait after the first failed Hello; it doubles up to the second number. */
  readonly helloDelayMinMs: number;
  readonly helloDelayMaxMs: number;
  /** The wait after the n-th failed call in a row for tasks is n² times this, up to the second number. */
  readonly pollErrorDelayMs: number;
  readonly pollErrorDelayMaxMs: number;
  /** The longest wait for tasks that the server may ask for. */
  readonly pollMaxMs: number;
  /** The wait between looks at an empty queue of GetTasks. */
  readonly queueDelayMs: number;
  /** The time between heartbeats: its limits, and what 0 stands for. */
  readonly heartbeatMinMs: number;
  readonly heartbeatMaxMs: number;
  readonly heartbeatDefaultMs: number;
  /** The wait after the second failed upload; after the first there is none. */
  readonly uploadDelayMs: number;
  /** The wait after the first failed request for a token, and after a failed FinishTask; it doubles. Our own. */
  readonly retryDelayMs: number;
  /** How long tasks may go on when the program is to stop. Our own: Kubernetes kills 30 s after it asked. */
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
  drainTimeoutMs: 20_000,
};
