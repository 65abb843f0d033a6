// A dry run: the connector reads as usual, and describes each write to the application instead of sending it.
import type { JsonValue } from '@bufbuild/protobuf';

/** A write that a dry run did not send. */
export interface PlannedWrite {
  /** What the operator would recognize it by: `PATCH https://api.example.com/users/42`. */
  readonly request: string;
  /** What it would send, without secrets. */
  readonly body: JsonValue;
}

/** Where the writes of a connector go during a dry run (`ConnectorEnvironment.dryRun`). */
export interface DryRun {
  /**
   * Call it where a write would be sent, in the one place that all writes pass. It records the write and throws: no call
   * continues after its first write, since it cannot know the response.
   */
  refuse(write: PlannedWrite): never;
}
