import { type Address, type Mac, parseAddress } from '../../model/address.ts';
import type { Home } from '../../track/home.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';

const MINUTE = 60_000;

/**
 * Two hardware addresses claim one network address at the same time: somebody puts itself between a device and the
 * router (ARP or neighbour spoofing), or two were given the same address by mistake.
 */
const THRESHOLDS = {
  claims: {
    value: 3,
    unit: 'claims of the rival while the holder is heard too',
    reason:
      'a sleep proxy answers once for a sleeper, a new network card announces itself three times before it is used',
  },
  alive: {
    value: 5 * MINUTE,
    unit: 'ms since the holder’s last word',
    reason: 'neighbours ask for the router every few minutes; who is silent for longer may have left its address',
  },
  left: { value: 30 * MINUTE, unit: 'ms', reason: 'after so much silence the address is the rival’s by right' },
  window: { value: 10 * MINUTE, unit: 'ms', reason: 'a spoofer repeats itself within seconds, lest caches forget it' },
} as const satisfies Record<string, Threshold>;

/** Addresses watched; a home has some hundred, an attacker may make up many: the longest unheard goes. */
const MAX_ADDRESSES = 1024;
const HOLD = 30 * MINUTE;

/** Who holds an address, and who disputes it. */
type Dispute = {
  holder: Mac;
  heard: number;
  rival: Mac;
  since: number;
  claims: number;
};

export const addressSpoofing: Detector = {
  name: 'address-spoofing',
  needs: ['link'],
  start({ home, claim }) {
    const disputes = new Map<Address, Dispute>();
    return {
      observe: {
        neighbour({ address, mac, at, source, gone }, device) {
          if (gone || source === 'kernel') return;
          const dispute = disputes.get(address);
          if (!dispute) {
            if (disputes.size >= MAX_ADDRESSES) forgetOldest(disputes);
            disputes.set(address, { holder: mac, heard: at, rival: '', since: at, claims: 0 });
          } else if (mac === dispute.holder) hear(disputes, address, dispute, at);
          else if (contest(dispute, mac, at) && device >= 0) {
            const isRouter = isGatewayAddress(home, address);
            claim(claimOf(device, address, dispute, isRouter, at));
          }
        },
      },
    };
  },
};

function hear(disputes: Map<Address, Dispute>, address: Address, dispute: Dispute, at: number): void {
  dispute.heard = at;
  disputes.delete(address);
  disputes.set(address, dispute);
}

/** @returns whether the rival is one by now */
function contest(dispute: Dispute, mac: Mac, at: number): boolean {
  const silence = at - dispute.heard;
  if (silence > THRESHOLDS.left.value) {
    Object.assign(dispute, { holder: mac, heard: at, rival: '', claims: 0 });
    return false;
  }
  if (mac !== dispute.rival || at - dispute.since > THRESHOLDS.window.value)
    Object.assign(dispute, { rival: mac, since: at, claims: 0 });
  if (silence <= THRESHOLDS.alive.value) dispute.claims++;
  return dispute.claims >= THRESHOLDS.claims.value;
}

function claimOf(device: number, address: Address, dispute: Dispute, isRouter: boolean, at: number): Claim {
  const { claims, holder, rival, since } = dispute;
  const often = claims >= 3 * THRESHOLDS.claims.value;
  const confidence = isRouter ? (often ? 0.95 : 0.85) : often ? 0.7 : 0.5;
  const evidence = { address, isRouter, claims, holder, rival };
  return { device, subject: address, evidence, confidence, first: Math.min(since, at), hold: HOLD };
}

function isGatewayAddress(home: Home, address: Address): boolean {
  const words = parseAddress(address);
  return words !== undefined && home.isGateway(words);
}

function forgetOldest(disputes: Map<Address, Dispute>): void {
  for (const address of disputes.keys()) {
    disputes.delete(address);
    return;
  }
}
