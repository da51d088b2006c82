import { classOf } from '../../model/kinds.ts';
import type { Detector } from '../detector.ts';

const HOLD = 7 * 24 * 3_600_000;

/**
 * Domains whose owners say themselves that they serve advertising, audience measurement or app analytics. Our own short
 * list of the well-known, not a block list: it only tells a household that a thing reports to them.
 */
const OWNERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'adjust.com': 'Adjust',
    'adnxs.com': 'Xandr',
    'adsrvr.org': 'The Trade Desk',
    'alphonso.tv': 'Alphonso',
    'amazon-adsystem.com': 'Amazon Advertising',
    'amplitude.com': 'Amplitude',
    'app-measurement.com': 'Google Analytics',
    'appsflyer.com': 'AppsFlyer',
    'branch.io': 'Branch',
    'chartbeat.net': 'Chartbeat',
    'criteo.com': 'Criteo',
    'demdex.net': 'Adobe Audience Manager',
    'doubleclick.net': 'Google Ads',
    'flurry.com': 'Flurry',
    'google-analytics.com': 'Google Analytics',
    'googlesyndication.com': 'Google Ads',
    'imrworldwide.com': 'Nielsen',
    'kochava.com': 'Kochava',
    'mixpanel.com': 'Mixpanel',
    'moatads.com': 'Moat',
    'omtrdc.net': 'Adobe Analytics',
    'outbrain.com': 'Outbrain',
    'pubmatic.com': 'PubMatic',
    'quantserve.com': 'Quantcast',
    'rubiconproject.com': 'Magnite',
    'samba.tv': 'Samba TV',
    'samsungads.com': 'Samsung Ads',
    'scorecardresearch.com': 'Comscore',
    'segment.io': 'Segment',
    'taboola.com': 'Taboola',
    'teads.tv': 'Teads',
    'tvinteractive.tv': 'Inscape',
  }),
);

/** Of appliances only: what people do with their own phones and computers is nobody's business in the house. */
export const tracker: Detector = {
  name: 'tracker',
  needs: ['names'],
  start: ({ home, claim }) => ({
    named({ resolved, asker: { device }, zone: { domain } }) {
      const owner = resolved ? OWNERS.get(domain) : undefined;
      if (owner === undefined || classOf(home.kindAt(device)) === 'general') return;
      claim({ device, subject: domain, evidence: { owner }, confidence: 0.9, hold: HOLD });
    },
  }),
};
