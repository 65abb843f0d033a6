// The settings that every Baton connector has: names, defaults and limits of baton-sdk v0.25.0 (pkg/field/defaults.go).
import type { Field } from './field.ts';
import { c1zToolFields } from './fields/c1z-tools.ts';
import { logFields } from './fields/log.ts';
import { onDemandFields } from './fields/on-demand.ts';
import { healthCheckFields, serviceModeFields, sessionStoreMaximumSize } from './fields/service-mode.ts';
import { httpTimeoutSeconds, syncFields } from './fields/sync.ts';
import { telemetryFields } from './fields/telemetry.ts';

/** In the order of the exported schema (`config`), which is the Go SDK's for those that are exported. */
export const defaultFields: readonly Field[] = [
  ...logFields,
  sessionStoreMaximumSize,
  ...telemetryFields,
  ...healthCheckFields,
  httpTimeoutSeconds,
  ...syncFields,
  ...serviceModeFields,
  ...onDemandFields,
  ...c1zToolFields,
];
