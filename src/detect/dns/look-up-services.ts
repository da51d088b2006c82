import { isWithin } from './domain.ts';

/**
 * Services whose questions are data by design: reputation of files, mail and addresses, measurements of content networks.
 * The vendors document these names.
 */
const LOOK_UP_SERVICES = [
  'e5.sk',
  'sophosxl.net',
  'sophosxl.com',
  'mcafee.com',
  'trellix.com',
  'trendmicro.com',
  'kaspersky-labs.com',
  'bitdefender.net',
  'avast.com',
  'avqs.mcafee.com',
  'webrootcloudav.com',
  'spamhaus.org',
  'spamhaus.net',
  'spamcop.net',
  'barracudacentral.org',
  'sorbs.net',
  'uribl.com',
  'surbl.org',
  'dnsbl.info',
  'senderbase.org',
  'cymru.com',
  'metric.gstatic.com',
  'in-addr.arpa',
  'ip6.arpa',
];

/** Whether a domain is one of such a service. */
export function isLookUpService(domain: string): boolean {
  return LOOK_UP_SERVICES.some((service) => isWithin(domain, service) || isWithin(service, domain));
}
