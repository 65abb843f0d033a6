// A service and its implementation, for servers and in-process clients.
import type { DescService } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';

export interface ServiceEntry<Desc extends DescService = DescService> {
  readonly desc: Desc;
  /** Missing methods answer UNIMPLEMENTED. */
  readonly implementation: Partial<ServiceImpl<Desc>>;
}

/** Pairs a service with its implementation, and checks one against the other. */
export function serviceEntry<Desc extends DescService>(
  desc: Desc,
  implementation: Partial<ServiceImpl<Desc>>,
): ServiceEntry {
  // Method maps are invariant in their service type. The pair was checked here and stays together.
  return { desc, implementation } as unknown as ServiceEntry;
}
