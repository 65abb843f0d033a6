// A program around a connector, as its commands see it.
import type { Logger } from 'pino';
import type { Constraint } from '../config/constraint.ts';
import type { Field, Settings } from '../config/field.ts';
import type { Waits } from '../net/waits.ts';
import type { Connector } from './connector.ts';
import type { DryRun } from './dry-run.ts';

/** The parts of a program that differ from connector to connector. */
export interface Program {
  /** The name of the executable, as help, logs and file names show it: `baton-percipio`. */
  readonly name: string;
  /** Semantic version of the program. */
  readonly version: string;
  /** How ConductorOne's catalog shows the connector, where it hosts it. Default: by its name alone. */
  readonly catalog?: CatalogEntry;
  /** The connector's own settings, besides those that every connector has. */
  readonly fields: readonly Field[];
  /** Rules between the connector's own settings. */
  readonly constraints?: readonly Constraint[];
  /**
   * Settings of {@link fields} that may change between a sync and its continuation, such as timeouts. Secrets always may.
   */
  readonly resumeIgnores?: readonly Field[];
  /**
   * Creates the connector. Without settings it is only asked for metadata and resource types, and must neither connect
   * nor fail.
   */
  connector(settings: Settings, environment: ConnectorEnvironment): Connector;
}

/** How ConductorOne's catalog shows a connector. */
export interface CatalogEntry {
  readonly displayName: string;
  /** In ConductorOne: `/docs/baton/percipio`. */
  readonly helpUrl: string;
  /** In ConductorOne: `/static/app-icons/percipio.svg`. */
  readonly iconUrl: string;
}

/** What a connector gets from the program that runs it. */
export interface ConnectorEnvironment {
  readonly logger: Logger;
  /** Shows the user what the connector waits for: begin a wait wherever one may take more than a few seconds. */
  readonly waits: Waits;
  /** For User-Agent headers: `baton-percipio/1.0.0`. */
  readonly userAgent: string;
  /** For proxies and certificate authorities. */
  readonly env: NodeJS.ProcessEnv;
  /** How many calls the program makes at once, if it knows: more requests at once than this are of no use. */
  readonly concurrency?: number | undefined;
  /**
   * Whether the process may stand still between calls, for minutes, as in AWS Lambda: connections break meanwhile, so
   * nothing should be under way then. Default: false.
   */
  readonly standsStillBetweenCalls?: boolean | undefined;
  /** Present in a dry run: the connector must pass every write to it instead of sending it. */
  readonly dryRun?: DryRun | undefined;
}
