// The events of tests as messages from a test process to its parent. The default export is a reporter for node:test.
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** An error as text: JSON cannot carry an Error, nor every value that an assertion compares. */
interface SentError {
  readonly failureType: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  /** The error as the process would print it, with its causes and the difference from what was expected. */
  readonly shown: string;
}

type FailureData = Extract<TestEvent, { type: 'test:fail' }>['data'];

interface SentFailure {
  readonly type: 'test:fail';
  readonly data: Omit<FailureData, 'details'> & { readonly details: Omit<FailureData['details'], 'error'> };
  readonly error: SentError;
}

export type SentEvent =
  | Extract<TestEvent, { type: 'test:dequeue' | 'test:start' | 'test:pass' | 'test:plan' | 'test:diagnostic' }>
  | SentFailure;

/** The end of a test or suite. */
export type SentResult = Extract<SentEvent, { type: 'test:pass' | 'test:fail' }>;

/** Sends the events that the parent needs, and prints nothing. */
export default async function* sendEvents(events: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  for await (const event of events) {
    switch (event.type) {
      case 'test:fail':
        send(describeFailure(event.data));
        break;
      case 'test:dequeue':
      case 'test:start':
      case 'test:pass':
      case 'test:plan':
      case 'test:diagnostic':
        send(event);
    }
  }
  yield '';
}

function send(event: SentEvent): void {
  // After the last file the channel is closed. The parent does not need the summary of the process.
  if (process.connected) process.send?.(event);
}

function describeFailure(data: FailureData): SentFailure {
  const { error: wrapper, ...details } = data.details;
  // node:test wraps what a test throws.
  const thrown: unknown = wrapper.cause ?? wrapper;
  const { message, stack } = thrown instanceof Error ? thrown : { message: inspect(thrown), stack: undefined };
  const failureType = 'failureType' in wrapper ? String(wrapper.failureType) : undefined;
  const error = { failureType, message, stack, shown: inspect(thrown, { depth: 10 }) };
  return { type: 'test:fail', data: { ...data, details }, error };
}

/** @returns the event as a reporter for node:test expects it. */
export function toTestEvent(sent: SentEvent): TestEvent {
  if (sent.type !== 'test:fail') return sent;
  const details = { ...sent.data.details, error: toFailure(sent.error) };
  return { type: sent.type, data: { ...sent.data, details } };
}

function toFailure({ failureType, message, stack, shown }: SentError) {
  const cause = Object.assign(new Error(message), { stack, [inspect.custom]: () => shown });
  return Object.assign(new Error(message), { cause, code: 'ERR_TEST_FAILURE', failureType });
}
