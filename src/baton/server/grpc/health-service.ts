// The health service (grpc.health.v1): whether a server accepts calls, checked once or watched.
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { untilAborted } from '../../net/abort.ts';
import { type ServiceEntry, serviceEntry } from '../../services/service-entry.ts';

/** SERVING, until the server begins to stop. All services of a server share this state. */
export class HealthState {
  readonly #stop = Promise.withResolvers<void>();
  #status = ServingStatus.SERVING;

  get status(): ServingStatus {
    return this.#status;
  }

  /** NOT_SERVING from now on. Watchers get it as their last response. */
  stop(): void {
    this.#status = ServingStatus.NOT_SERVING;
    this.#stop.resolve();
  }

  /** Resolves after {@link stop}; rejects with the signal's reason when that aborts first. */
  async whenStopping(signal: AbortSignal): Promise<void> {
    await untilAborted(this.#stop.promise, signal);
  }
}

/** @param services - Full names of the server's services. The empty name, for the whole server, is added. */
export function createHealthService(state: HealthState, services: Iterable<string>): ServiceEntry {
  const known = new Set(['', ...services]);
  return serviceEntry(Health, {
    check: ({ service }) => {
      if (!known.has(service)) {
        const message = `this server has no service ${JSON.stringify(service)}`;
        throw new ServiceError(Code.NotFound, message, { reason: 'unknown_service' });
      }
      return { status: state.status };
    },
    list: () => ({
      statuses: Object.fromEntries([...known].map((service) => [service, { status: state.status }])),
    }),
    async *watch({ service }, { signal }) {
      if (!known.has(service)) {
        yield { status: ServingStatus.SERVICE_UNKNOWN };
        await state.whenStopping(signal);
      } else {
        yield { status: state.status };
        await state.whenStopping(signal);
        yield { status: state.status };
      }
      throw new ServiceError(Code.Unavailable, 'the server is stopping', { reason: 'stopping' });
    },
  });
}
