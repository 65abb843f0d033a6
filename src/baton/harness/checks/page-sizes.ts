// Checks of page sizes.
import { type CallCheck, notApplicable } from '../check.ts';
import { quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { sizedSamples, triedPageSizes } from '../samples.ts';

const nothingListed = 'nothing is listed';

const pageSizeRespected: CallCheck = {
  id: 'page-size-respected',
  title: `No page holds more than page_size asks for (${triedPageSizes.join(', ')})`,
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
  title: 'Whatever the page size, a listing answers the same items',
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
          findings.add(`${request} lacks ${describe(missing)} that it answers without a page size`);
        } else if (whole.isComplete && added.count > 0) {
          findings.add(`${request} answers ${describe(added)} that it does not answer without a page size`);
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
