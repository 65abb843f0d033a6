// A program made of a connector: what its commands know of it.
import type { Logger } from 'pino';
import type { Constraint } from '../config/constraint.ts';
import type { Field, Settings } from '../config/field.ts';
import type { Connector } from './connector.ts';

export interface Program {
  /** The name of the executable, as help, logs and file names show it: `baton-percipio`. */
  readonly name: string;
  /** Semantic version of the program. */
  readonly version: string;
  /** The connector's own settings, beside those that every connector has. */
  readonly fields: readonly Field[];
  /** Rules between the connector's own settings. */
  readonly constraints?: readonly Constraint[];
  /**
   * Makes the connector. Without settings it is only asked what it is made of (metadata, resource types), and must
   * neither connect nor fail.
   */
  connector(settings: Settings, environment: ConnectorEnvironment): Connector;
}

/** What a connector gets from the program that runs it. */
export interface ConnectorEnvironment {
  readonly logger: Logger;
  /** For User-Agent headers: `baton-percipio/1.0.0`. */
  readonly userAgent: string;
  /** For proxies and certificate authorities. */
  readonly env: NodeJS.ProcessEnv;
}
