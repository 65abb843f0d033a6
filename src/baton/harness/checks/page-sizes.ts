// Checks of page sizes.
import { type CallCheck, notApplicable } from '../check.ts';
import { quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { sizedSamples, triedPageSizes } from '../samples.ts';

const nothingListed = 'nothing was listed';

const pageSizeRespected: CallCheck = {
  id: 'page-size-respected',
  title: `No page has more items than page_size (${triedPageSizes.join(', ')})`,
  judge: async (session) => {
    const samples = await sizedSamples(session);
    const findings = new Findings();
    for (const { tooLarge } of samples.flatMap(({ readings }) => readings)) {
      tooLarge.forEach((text) => void findings.add(text));
    }
    return samples.length === 0 ? notApplicable(nothingListed) : findings.result();
  },
};

const namesShown = 2;

const pageSizeSameItems: CallCheck = {
  id: 'page-size-same-items',
  title: 'A listing returns the same items whatever the page size',
  judge: async (session) => {
    const samples = await sizedSamples(session);
    const findings = new Findings();
    for (const { listing, whole, readings } of samples) {
      for (const { pageSize, ids, isComplete, failure } of readings) {
        const request = listing.describe({ pageSize });
        const missing = whole.ids.missingFrom(ids, namesShown);
        const added = ids.missingFrom(whole.ids, namesShown);
        if (failure !== undefined) {
          findings.add(failure);
        } else if (whole.isComplete && isComplete && missing.count > 0) {
          findings.add(`${request} lacks ${describe(missing)} that it returns without a page size`);
        } else if (whole.isComplete && added.count > 0) {
          findings.add(`${request} returns ${describe(added)} that it does not return without a page size`);
        }
      }
    }
    return samples.length === 0 ? notApplicable(nothingListed) : findings.result();
  },
};

function describe({ count, names }: { readonly count: number; readonly names: readonly string[] }): string {
  return `${count} items (${names.map((id) => quote(id.replace('\n', ' '))).join(', ')}${count > names.length ? ', …' : ''})`;
}

export const pageSizeChecks = [pageSizeRespected, pageSizeSameItems];
