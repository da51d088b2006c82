import { formatAddress } from '../../model/address.ts';
import type { Detector, Threshold } from '../detector.ts';
import type { Sessions } from '../evidence/sessions.ts';
import { isLogin } from './ports.ts';

const SESSIONS = {
  login: {
    value: 15,
    unit: 'sessions in two minutes with one service at one far end',
    reason: 'people and scripts log in a few times; 30 wrong guesses are what others alarm at, within half an hour',
    source: 'Slips: 9 SSH attempts; Zeek protocols/ssh/detect-bruteforcing: 30 in 30 minutes',
  },
  other: {
    value: 30,
    unit: 'sessions in two minutes with one service at one far end',
    reason: 'on any port where the server speaks first, as logins do',
  },
} satisfies Record<string, Threshold>;
const SERVER_FIRST = {
  value: 0.2,
  unit: 'share of the sessions',
  reason:
    'SSH, telnet, FTP, SMTP, POP3, IMAP, VNC and MySQL greet, though SSH clients may be faster; HTTP, TLS, MQTT and SMB always wait to be asked',
} satisfies Threshold;
const BYTES = {
  least: {
    value: 60,
    unit: 'bytes up for each session',
    reason: 'a handshake alone is a check whether a port is open',
  },
  most: {
    value: 12_000,
    unit: 'bytes either way for each session',
    reason: 'a refused SSH login takes 2 to 5 kB with its key exchange; who gets in moves more',
  },
} satisfies Record<string, Threshold>;

const HOLD = 15 * 60_000;

/** Short, similar sessions with one login service, again and again. */
export const loginGuessing: Detector = {
  name: 'login-guessing',
  needs: ['connections'],
  start({ evidence, claim }) {
    return {
      second(at, active) {
        for (const device of active) {
          const { sessions } = evidence.of(device);
          if (sessions.fresh === 0) continue;
          sessions.fresh = 0;
          for (let place = 0; place < sessions.places.size; place++) {
            if (!sessions.places.isTaken(place) || !isGuessing(sessions, place)) continue;
            const port = sessions.port(place);
            const count = sessions.sessions(place);
            const words = sessions.places.address(place);
            const address = formatAddress(...words);
            const first = sessions.since(place);
            const seconds = Math.max(1, Math.round((at - first) / 1000));
            const bytes = Math.round((sessions.bytesUp(place) + sessions.bytesDown(place)) / count);
            claim({
              ...{ device, subject: `tcp/${port} ${address}`, first, hold: HOLD },
              target: { node: { address }, service: { protocol: 6, port, initiator: 'device' } },
              evidence: { address, service: `tcp/${port}`, sessions: count, seconds, bytesEach: bytes },
              // A script that logs in often is told; from twice that on, hardly anything but guessing is left.
              confidence: 0.75 + 0.2 * Math.min(1, count / (SESSIONS.other.value * 2)),
            });
          }
        }
      },
    };
  },
};

function isGuessing(sessions: Sessions, place: number): boolean {
  const count = sessions.sessions(place);
  if (count < SESSIONS.login.value) return false;
  const isKnownLogin = isLogin(sessions.port(place));
  if (!isKnownLogin && count < SESSIONS.other.value) return false;
  if (!isKnownLogin && sessions.serverFirst(place) < count * SERVER_FIRST.value) return false;
  const up = sessions.bytesUp(place) / count;
  const down = sessions.bytesDown(place) / count;
  return up >= BYTES.least.value && up <= BYTES.most.value && down <= BYTES.most.value;
}
