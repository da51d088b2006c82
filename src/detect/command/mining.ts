import type { NodeTarget } from '../../model/household.ts';
import { classOf } from '../../model/kinds.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import type { Contact } from '../contacts/contacts.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';

const MINUTE = 60_000;
const HOLD = 24 * 60 * MINUTE;

/** Words of the pool's own language leave no doubt; whether it is wanted, a computer's owner knows. */
const BY_WORDS = { appliance: 0.97, critical: 0.97, general: 0.8, infrastructure: 0.9 };
const BY_NAME = { appliance: 0.85, critical: 0.85, general: 0.6, infrastructure: 0.7 };
const BY_PORT = { appliance: 0.65, critical: 0.65, general: 0.5, infrastructure: 0.5 };

/** Ports that pools' own pages tell miners to use. */
const PORTS = new Set([3032, 3333, 3334, 3335, 4444, 5555, 5588, 7777, 8008, 9999, 14_433, 14_444, 45_560, 45_700]);
/** Large pools and exchanges for computing power, by their domains. */
const POOLS: ReadonlySet<string> = new Set([
  ...['2miners.com', 'antpool.com', 'binance-pool.com', 'c3pool.com', 'ethermine.org', 'f2pool.com', 'flypool.org'],
  ...['hashvault.pro', 'herominers.com', 'k1pool.com', 'kryptex.network', 'miningocean.org', 'minexmr.com'],
  ...['moneroocean.stream', 'nanopool.org', 'nicehash.com', 'poolbinance.com', 'prohashing.com', 'rplant.xyz'],
  ...['slushpool.com', 'braiins.com', 'supportxmr.com', 'unmineable.com', 'viabtc.com', 'woolypooly.com', 'zpool.ca'],
]);
const SESSION = {
  packets: { value: 40, unit: 'packets each way', reason: 'a pool sends work every half minute and gets results' },
  largest: { value: 600, unit: 'bytes of a packet on average', reason: 'work and results are short lines of text' },
} as const satisfies Record<string, Threshold>;

export const mining: Detector = {
  name: 'mining',
  needs: ['connections', 'control'],
  start({ home, contacts, claim }) {
    const kindOf = (device: number) => classOf(home.kindAt(device));
    let minute = 0;
    return {
      observe: {
        words({ language, server, serverPort }, device) {
          if (language === 'stratum' && device >= 0)
            claim(claimOf(device, { address: server.address }, serverPort, 'words', BY_WORDS[kindOf(device)]));
        },
      },
      named({ asked, asker: { device }, zone: { domain } }, { name }) {
        // A look at a pool’s page is no mining.
        if (!asked || !POOLS.has(domain) || name === domain || name.startsWith('www.')) return;
        claim(claimOf(device, { name }, 0, 'name', BY_NAME[kindOf(device)]));
      },
      second(at) {
        if (at - minute < MINUTE) return;
        minute = at;
        for (const device of contacts.devices())
          for (const contact of contacts.all(device))
            if (contact.protocol === PROTOCOL.tcp && PORTS.has(contact.port) && isSession(contact)) {
              const { name, address } = contact;
              const node = name === undefined ? { address } : { name };
              claim(claimOf(device, node, contact.port, 'port', BY_PORT[kindOf(device)]));
            }
      },
    };

    function isSession(contact: Contact): boolean {
      const conversation = contacts.conversation(contact);
      if (!conversation) return false;
      const { packetsUp, packetsDown, bytesUp, bytesDown } = conversation;
      const size = (bytesUp + bytesDown) / (packetsUp + packetsDown);
      return Math.min(packetsUp, packetsDown) >= SESSION.packets.value && size <= SESSION.largest.value;
    }
  },
};

function claimOf(device: number, node: NodeTarget, port: number, by: string, confidence: number): Claim {
  const subject = 'name' in node ? node.name : 'address' in node ? node.address : '';
  return { device, subject, target: { node }, evidence: { node: subject, port, by }, confidence, hold: HOLD };
}
