// A service and what implements it, as servers and in-process clients take them.
import type { DescService } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';

export interface ServiceEntry<Desc extends DescService = DescService> {
  readonly desc: Desc;
  /** Methods that are not there answer UNIMPLEMENTED. */
  readonly implementation: Partial<ServiceImpl<Desc>>;
}

/** Pairs a service with its implementation, checked against each other. */
export function serviceEntry<Desc extends DescService>(
  desc: Desc,
  implementation: Partial<ServiceImpl<Desc>>,
): ServiceEntry {
  // Method maps are invariant in their service type; the pair has been checked here and is only used together.
  return { desc, implementation } as unknown as ServiceEntry;
}
