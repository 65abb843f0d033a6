// Builds resources: ids as the protocol joins them, texts cut to what the protocol allows.
import { create, type DescMessage, type Message } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { type Resource, ResourceSchema, type ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { Annotation } from '../author/connector.ts';

/**
 * Longest texts, in bytes of UTF-8, that a request may carry (buf.validate rules of resource.proto and
 * entitlement.proto). A resource travels in requests too, when its entitlements and grants are asked for: a longer text
 * would make them fail.
 */
export const displayNameMaxBytes = 1024;
export const descriptionMaxBytes = 2048;

export interface ResourceInit {
  readonly type: ResourceType;
  /** The application's own id of the thing, never encoded: it is part of ids that ConductorOne keeps. */
  readonly id: string;
  readonly displayName: string;
  readonly description?: string | undefined;
  readonly annotations?: readonly Annotation[];
}

/** A resource without a trait. */
export function buildResource({ type, id, displayName, description = '', annotations = [] }: ResourceInit): Resource {
  return create(ResourceSchema, {
    id: { resourceType: type.id, resource: id },
    displayName: cutText(displayName, displayNameMaxBytes),
    description: cutText(description, descriptionMaxBytes),
    annotations: packAnnotations(annotations),
  });
}

/** Pairs a message with its description, for an `annotations` field. */
export function annotation<Desc extends DescMessage>(desc: Desc, value: Message): Annotation<Desc> {
  return { desc, value };
}

/** Packs annotations as Any; type URLs begin with `type.googleapis.com/`, as Go writes them. */
export function packAnnotations(annotations: readonly Annotation[]): Any[] {
  return annotations.map(({ desc, value }) => anyPack(desc, value));
}

/** Cuts a text to a number of bytes of UTF-8, between characters. */
export function cutText(text: string, maxBytes: number): string {
  // A UTF-16 unit takes three bytes of UTF-8 at most: most texts are short enough without being encoded.
  if (text.length * 3 <= maxBytes) {
    return text;
  }
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= maxBytes) {
    return text;
  }
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) {
    end--;
  }
  return bytes.toString('utf8', 0, end);
}
