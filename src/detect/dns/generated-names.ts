import { classOf } from '../../model/kinds.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';
import { type Asker, HOUR } from './book.ts';

/**
 * Malware that looks for its master under names it computes (a domain generation algorithm): very many domains that do
 * not exist, within an hour, most of them unreadable. A network without internet, or a resolver that says of
 * advertisements that they do not exist, gives many failures too, but readable ones.
 */
const THRESHOLDS = {
  missing: {
    value: 12,
    unit: 'domains that do not exist, in an hour',
    reason: 'a known appliance asks for a handful in all; people mistype a few a day',
  },
  missingOfPeople: {
    value: 25,
    unit: 'domains that do not exist, in an hour',
    reason: 'browsing with a filtering resolver misses some dozens, few of them unreadable',
  },
  unreadable: {
    value: 0.5,
    unit: 'share of them that nobody would choose',
    reason: 'letters at chance are unreadable in nine of ten cases, words and brands in one of a hundred',
  },
  ratio: {
    value: 0.4,
    unit: 'share of domains asked for that do not exist',
    reason: 'a few of the computed names exist: their masters’',
  },
} as const satisfies Record<string, Threshold>;

const HOLD = 6 * HOUR;

export const generatedNames: Detector = {
  name: 'generated-names',
  needs: ['names'],
  start: ({ home, claim }) => ({
    named({ asker, zone, missing }) {
      if (!missing || asker.missing < THRESHOLDS.missing.value) return;
      const isAppliance = classOf(home.kindAt(asker.device)) !== 'general';
      const found = judge(asker, zone.domain, isAppliance);
      if (found) claim(found);
    },
  }),
};

function judge(asker: Asker, example: string, isAppliance: boolean): Claim | undefined {
  const { missing, existing, unreadable, since } = asker;
  const least = (isAppliance ? THRESHOLDS.missing : THRESHOLDS.missingOfPeople).value;
  const share = unreadable / missing;
  if (missing < least || share < THRESHOLDS.unreadable.value) return undefined;
  if (missing / (missing + existing) < THRESHOLDS.ratio.value) return undefined;
  const evidence = { missing, existing, unreadable, example };
  const confidence = Math.min(0.95, 0.65 + 0.1 * Math.min(3, Math.log2(missing / least) + 1) * share);
  return { device: asker.device, subject: '', evidence, confidence, first: since, hold: HOLD };
}
