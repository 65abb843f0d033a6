// Maps an item of the Percipio catalog to a resource of type `course`. Loaded with the first one: the parser of HTML is
// large.
import { create } from '@bufbuild/protobuf';
import { annotation, buildResource } from 'baton-connector-sdk';
import { ExternalLinkSchema } from '#gen/c1/connector/v2/annotation_external_link_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { ContentItem } from '../api/content-item.ts';
import { courseType } from '../resource-types.ts';
import { toPlainText } from './plain-text.ts';

/** The longest URL that an ExternalLink may carry, and the only scheme (annotation_external_link.proto). */
const externalLinkMaxBytes = 1024;

/** The `en-US` title, else the first one, else the code, else the id. */
export function nameOfCourse(item: ContentItem): string {
  return findShownMetadata(item)?.title || item.code?.trim() || item.id;
}

/** A course as ConductorOne sees it. */
export function toCourseResource(item: ContentItem): Resource {
  const link = item.link ?? '';
  const isLink = link.startsWith('https://') && Buffer.byteLength(link) <= externalLinkMaxBytes;
  return buildResource({
    type: courseType,
    id: item.id,
    displayName: nameOfCourse(item),
    description: toPlainText(findShownMetadata(item)?.description ?? ''),
    annotations: isLink ? [annotation(ExternalLinkSchema, create(ExternalLinkSchema, { url: link }))] : [],
  });
}

/** Its title is plain text. */
function findShownMetadata({ localizedMetadata }: ContentItem) {
  const titled = localizedMetadata
    .map((metadata) => ({ ...metadata, title: toPlainText(metadata.title ?? '') }))
    .filter(({ title }) => title !== '');
  return titled.find(({ localeCode }) => localeCode === 'en-US') ?? titled[0];
}
