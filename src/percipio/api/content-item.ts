// A course, an assessment or another piece of content, as returned by content-discovery.
import { z } from 'zod';
import { optional, optionalList } from './lenient.ts';

/** The content types to sync, as spelled by the catalog and the search. */
export const syncedContentTypes = ['COURSE', 'ASSESSMENT'] as const;

/** The same, as spelled by reports. */
export const reportContentTypes = ['Course', 'Assessment'] as const;

/** Only `id` is always there. Fields that the connector does not use are ignored. */
export const contentItemSchema = z.object({
  /** A UUID. */
  id: z.string().min(1),
  code: optional(z.string()),
  contentType: optional(
    z.object({
      /** `COURSE`, `ASSESSMENT`, and many types that are not synced. */
      percipioType: optional(z.string()),
      category: optional(z.string()),
      displayLabel: optional(z.string()),
      source: optional(z.string()),
    }),
  ),
  localeCodes: optionalList(z.string()),
  localizedMetadata: optionalList(
    z.object({
      localeCode: optional(z.string()),
      title: optional(z.string()),
      description: optional(z.string()),
    }),
  ),
  lifecycle: optional(
    z.object({
      /** `INACTIVE` is skipped. */
      status: optional(z.string()),
      publishDate: optional(z.string()),
      lastUpdatedDate: optional(z.string()),
      plannedRetirementDate: optional(z.string()),
      retiredDate: optional(z.string()),
    }),
  ),
  link: optional(z.string()),
  /** ISO 8601, such as `PT1H30M`. */
  duration: optional(z.string()),
});

export type ContentItem = z.output<typeof contentItemSchema>;
