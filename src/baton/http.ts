// `baton-connector-sdk/http`: what a client of an application is made of. The runtime reaches ConductorOne with the same.
export { pause, type TimeLimit, untilAborted, withTimeLimit } from './net/abort.ts';
export { findAllowedRoute as findRoute } from './net/allowed-hosts.ts';
export { ConnectionError } from './net/connection-error.ts';
export { type Environment, UnusableVariableError } from './net/environment.ts';
export { formatSpan } from './net/format-span.ts';
export {
  createHttpSender,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  type HttpSender,
  type HttpSenderOptions,
  readText,
} from './net/http-sender.ts';
export { isLoopback } from './net/is-loopback.ts';
export { createRedactor, type Redactor, type RedactorOptions, redacted } from './net/redact.ts';
export {
  backoffMs,
  constant,
  doubling,
  type FailedAttempt,
  linear,
  noJitter,
  onlyIf,
  quadratic,
  type RetryOptions,
  type RetryPolicy,
  retry,
} from './net/retry.ts';
export type { Route } from './net/route.ts';
export type { OpenWait, Wait } from './net/waits.ts';
export { Waits } from './net/waits.ts';
