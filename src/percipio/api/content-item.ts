// A course, an assessment or another piece of content, as returned by content-discovery.
import { type Fields, lenientObject, lenientObjects } from './lenient.ts';

/** Titles and descriptions may be HTML. */
interface LocalizedMetadata {
  readonly localeCode: string | undefined;
  readonly title: string | undefined;
  readonly description: string | undefined;
}

/** Only `id` is always there. Fields that the connector does not use are not looked at. */
export interface ContentItem {
  /** A UUID. */
  readonly id: string;
  readonly code: string | undefined;
  /** `percipioType` is `COURSE`, `ASSESSMENT`, or one of many others. */
  readonly contentType: { readonly percipioType: string | undefined } | undefined;
  readonly localizedMetadata: readonly LocalizedMetadata[];
  /** `status` is `ACTIVE`, `INACTIVE` or `RETIRED`, in any case. */
  readonly lifecycle: { readonly status: string | undefined; readonly retiredDate: string | undefined } | undefined;
  readonly link: string | undefined;
}

function readContentItem(id: string, fields: Fields): ContentItem {
  const contentType = fields.object('contentType');
  const lifecycle = fields.object('lifecycle');
  return {
    id,
    code: fields.text('code'),
    contentType: contentType && { percipioType: contentType.text('percipioType') },
    localizedMetadata: fields.list('localizedMetadata', (metadata) => ({
      localeCode: metadata.text('localeCode'),
      title: metadata.text('title'),
      description: metadata.text('description'),
    })),
    lifecycle: lifecycle && { status: lifecycle.text('status'), retiredDate: lifecycle.text('retiredDate') },
    link: fields.text('link'),
  };
}

export const contentItemSchema = lenientObject(readContentItem);

export const contentItemsSchema = lenientObjects(readContentItem);
