// A course, an assessment or another piece of content, as returned by content-discovery.
import { z } from 'zod';
import { lenient, lenientList, lenientText } from './lenient.ts';

/** Only `id` is always there. Fields that the connector does not use are not looked at. */
export const contentItemSchema = z.object({
  /** A UUID. */
  id: z.string().min(1),
  code: lenientText,
  /** `percipioType` is `COURSE`, `ASSESSMENT`, or one of many others. */
  contentType: lenient(z.object({ percipioType: lenientText })),
  /** Titles and descriptions may be HTML. */
  localizedMetadata: lenientList(z.object({ localeCode: lenientText, title: lenientText, description: lenientText })),
  /** `status` is `ACTIVE`, `INACTIVE` or `RETIRED`, in any case. */
  lifecycle: lenient(z.object({ status: lenientText, retiredDate: lenientText })),
  link: lenientText,
});

export type ContentItem = z.output<typeof contentItemSchema>;
