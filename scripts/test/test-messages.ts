// What happens to tests, as messages from a test process to its parent. The default export is a reporter of node:test.
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** An error as text: an Error would lose most of itself on the way. */
interface SentError {
  readonly failureType: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  /** As the process would print it, with its causes and a comparison of what was expected. */
  readonly shown: string;
}

type FailureData = Extract<TestEvent, { type: 'test:fail' }>['data'];

export type SentEvent =
  | Extract<TestEvent, { type: 'test:dequeue' | 'test:start' | 'test:pass' | 'test:plan' | 'test:diagnostic' }>
  | { readonly type: 'test:fail'; readonly data: FailureData; readonly error: SentError };

/** The end of a test or suite. */
export type SentResult = Extract<SentEvent, { type: 'test:pass' | 'test:fail' }>;

/** Sends the events that the parent needs, and prints nothing. */
export default async function* sendEvents(events: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  for await (const event of events) {
    switch (event.type) {
      case 'test:fail':
        send({ type: event.type, data: event.data, error: describeError(event.data.details.error) });
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
  // After the last file the channel is closed, and the process writes a summary that nobody needs.
  if (process.connected) process.send?.(event);
}

/** node:test wraps what a test throws. */
function describeError(wrapper: Error & { readonly failureType?: string }): SentError {
  const thrown = wrapper.cause ?? wrapper;
  const { message, stack } = thrown instanceof Error ? thrown : { message: inspect(thrown), stack: undefined };
  return { failureType: wrapper.failureType, message, stack, shown: inspect(thrown, { depth: 10 }) };
}

/** @returns the event as a reporter of node:test takes it. */
export function toTestEvent(sent: SentEvent): TestEvent {
  if (sent.type !== 'test:fail') return sent;
  const details = { ...sent.data.details, error: toFailure(sent.error) };
  return { type: sent.type, data: { ...sent.data, details } };
}

function toFailure({ failureType, message, stack, shown }: SentError) {
  const cause = Object.assign(new Error(message), { stack, [inspect.custom]: () => shown });
  return Object.assign(new Error(message), { cause, code: 'ERR_TEST_FAILURE', failureType });
}
