// The waits of service mode, for tests that do not want to wait.
import { defaultServiceTiming, type ServiceTiming } from '../../../../src/baton/conductorone/tasks/service-timing.ts';

export const quickServiceTiming: ServiceTiming = {
  ...defaultServiceTiming,
  helloDelayMinMs: 1,
  helloDelayMaxMs: 4,
  pollErrorDelayMs: 1,
  pollErrorDelayMaxMs: 4,
  queueDelayMs: 2,
  heartbeatMinMs: 1,
  uploadDelayMs: 1,
  retryDelayMs: 1,
  checkHurryMs: 1,
  checkDelayMinMs: 1,
  checkDelayMaxMs: 4,
  finishTimeoutMs: 2000,
  drainTimeoutMs: 2000,
};
