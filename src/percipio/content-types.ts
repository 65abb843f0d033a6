// The types of content that can be synced as courses: how settings, the catalog, search and reports spell each.

interface ContentType {
  /** Values of `percipioType` in the catalog. */
  readonly catalog: readonly string[];
  /** Labels in the content filter of reports. */
  readonly report: readonly string[];
}

/** Order decides that of filters in requests. */
const contentTypes = {
  course: { catalog: ['COURSE'], report: ['Course'] },
  assessment: { catalog: ['ASSESSMENT'], report: ['Assessment'] },
  'linked-content': { catalog: ['LINKED_CONTENT'], report: ['Linked Content'] },
  // Only the label is documented, for the filter of reports.
  live: { catalog: ['SCHEDULED_CONTENT', 'LIVE_COURSE'], report: ['Scheduled Content'] },
  journey: { catalog: ['JOURNEY'], report: ['Journey'] },
  channel: { catalog: ['CHANNEL'], report: ['Channel', 'Custom Channel'] },
} as const satisfies Record<string, ContentType>;

export type ContentTypeName = keyof typeof contentTypes;

export const contentTypeNames = Object.keys(contentTypes) as ContentTypeName[];

export const defaultContentTypes: readonly ContentTypeName[] = ['course', 'assessment'];

/** Other names for the same, as Percipio's pages and APIs have them. */
const synonyms: Readonly<Record<string, ContentTypeName>> = {
  linked: 'linked-content',
  'live-course': 'live',
  'live-content': 'live',
  scheduled: 'live',
  'scheduled-content': 'live',
};

/** Content types as users may write them: in any case, in the plural, with blanks or underscores. */
export function normalizeContentTypes(values: readonly string[]): readonly string[] {
  const words = values.flatMap((value) => value.split(/[,;\n]/)).map((word) => word.trim());
  return words
    .filter((word) => word !== '')
    .map((word) => {
      const name = word
        .toLowerCase()
        .replace(/[\s_]+/g, '-')
        .replace(/s$/, '');
      return synonyms[name] ?? name;
    });
}

/** Returns what is wrong with normalized content types, as a clause. */
export function checkContentTypes(values: readonly string[]): string | undefined {
  return values.every((value) => Object.hasOwn(contentTypes, value))
    ? undefined
    : `expects one or more of ${contentTypeNames.join(', ')}`;
}

/** Which content a connector syncs as courses. */
export interface SyncedContent {
  /** Values of `percipioType`. */
  readonly catalogTypes: ReadonlySet<string>;
  /** The filter for search; undefined if search might not know one of the types. */
  readonly searchFilter: string | undefined;
  /** The filter for reports. */
  readonly reportFilter: string;
  /** Whether the items of the compliance listing are courses. */
  readonly hasCompliance: boolean;
  /** Whether to skip what Percipio has retired. */
  readonly skipsRetired: boolean;
}

/** @param names - Normalized and checked; none for the default. */
export function chooseContent(
  names: readonly string[],
  { skipsCompliance, skipsRetired }: { readonly skipsCompliance: boolean; readonly skipsRetired: boolean },
): SyncedContent {
  const wanted = names.length === 0 ? defaultContentTypes : names;
  const chosen = contentTypeNames.filter((name) => wanted.includes(name));
  const catalogTypes = chosen.flatMap((name): readonly string[] => contentTypes[name].catalog);
  return {
    catalogTypes: new Set(catalogTypes),
    searchFilter: chosen.includes('live') ? undefined : catalogTypes.join(','),
    reportFilter: chosen.flatMap((name): readonly string[] => contentTypes[name].report).join(','),
    hasCompliance: chosen.includes('course') && !skipsCompliance,
    skipsRetired,
  };
}
