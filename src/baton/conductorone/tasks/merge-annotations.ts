// Annotations of two sources in one list.
import type { Any } from '@bufbuild/protobuf/wkt';

/** Of each type one, and of two the one in `stronger` (pkg/annotations of baton-sdk v0.25.0). */
export function mergeAnnotations(list: readonly Any[], stronger: readonly Any[]): Any[] {
  const merged = new Map(list.map((any) => [any.typeUrl, any]));
  for (const any of stronger) merged.set(any.typeUrl, any);
  return [...merged.values()];
}
