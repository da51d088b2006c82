import { formatAddress } from '../../model/address.ts';
import { classOf } from '../../model/kinds.ts';
import type { Claim, Detector, Threshold } from '../detector.ts';
import type { Deeds } from '../evidence/deeds.ts';
import type { Sessions } from '../evidence/sessions.ts';
import { isLines, isLogin, isRepeated, isWeb } from './ports.ts';

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
  named: {
    value: 60,
    unit: 'sessions in two minutes with one service at one far end that was looked up',
    reason: 'tools that fetch some dozens of parts of a program log in for each (git over SSH)',
  },
  slow: {
    value: 60,
    unit: 'sessions in a day with one service at one far end beyond the home',
    reason: 'who waits between its guesses; scripts that log in by the clock do so at home, or by name',
  },
} satisfies Record<string, Threshold>;
/** Several guesses in each of some connections: questions and answers of one short line each, and nothing is fetched. */
const LINES = {
  guesses: {
    value: 30,
    unit: 'guesses in two minutes with one service at one far end',
    reason: 'as above; a person mistypes three times',
  },
  sessions: {
    value: 3,
    unit: 'sessions with it',
    reason: 'servers end a session after some wrong guesses; who walks through folders or letters stays in one or two',
  },
  perGuess: {
    value: 4,
    unit: 'packets up for each guess',
    reason: 'name, password and the acknowledgement of each answer',
  },
  up: { value: 100, unit: 'bytes of a packet up on average', reason: 'a name or a password in a frame' },
  down: { value: 140, unit: 'bytes of a packet down on average', reason: 'what is fetched fills packets' },
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
const SLOW_HOLD = 12 * 3_600_000;
/** Of slow guessing: a computer may keep something in order by the clock, an appliance has nothing to. */
const SLOWLY = { appliance: 0.85, critical: 0.85, general: 0.65, infrastructure: 0.65 };

/** Short, similar sessions with one login service, again and again. */
export const loginGuessing: Detector = {
  name: 'login-guessing',
  needs: ['connections'],
  start({ home, evidence, claim }) {
    return {
      second(at, active) {
        for (const device of active) {
          const { sessions } = evidence.of(device);
          if (sessions.fresh === 0) continue;
          sessions.fresh = 0;
          for (let place = 0; place < sessions.places.size; place++) {
            if (!sessions.places.isTaken(place)) continue;
            const guesses = guessesIn(sessions, place);
            // A script that logs in often is told; from twice that on, hardly anything but guessing is left.
            const confidence = 0.75 + 0.2 * Math.min(1, guesses / (SESSIONS.other.value * 2));
            if (guesses > 0) claim({ ...claimOf(sessions, place, guesses, at), device, confidence, hold: HOLD });
          }
        }
        for (const device of evidence.gathered) slow(device, evidence.of(device), at);
      },
    };

    function slow(device: number, { sessions, slowSessions }: Deeds, at: number): void {
      for (let place = 0; place < slowSessions.places.size; place++) {
        if (!slowSessions.places.isTaken(place) || !isSlowly(slowSessions, place)) continue;
        const said = claimOf(slowSessions, place, slowSessions.sessions(place), at);
        const isFast = findSame(sessions, slowSessions, place);
        if (isFast || home.isHome(slowSessions.places.address(place))) continue;
        claim({ ...said, device, confidence: SLOWLY[classOf(home.kindAt(device))], hold: SLOW_HOLD });
      }
    }
  },
};

function guessesIn(sessions: Sessions, place: number): number {
  const count = sessions.sessions(place);
  const lines = isLines(sessions.port(place)) ? linesIn(sessions, place) : 0;
  return isGuessing(sessions, place) ? Math.max(count, lines) : lines;
}

function isGuessing(sessions: Sessions, place: number): boolean {
  const count = sessions.sessions(place);
  if (count < SESSIONS.login.value) return false;
  const port = sessions.port(place);
  const isKnownLogin = isLogin(port);
  if (count < (sessions.isNamed(place) ? SESSIONS.named : isKnownLogin ? SESSIONS.login : SESSIONS.other).value)
    return false;
  if (!isKnownLogin && (isWeb(port) || sessions.serverFirst(place) < count * SERVER_FIRST.value)) return false;
  return isShort(sessions, place, count);
}

function isSlowly(sessions: Sessions, place: number): boolean {
  const count = sessions.sessions(place);
  const port = sessions.port(place);
  if (count < SESSIONS.slow.value || !isLogin(port) || isRepeated(port) || sessions.isNamed(place)) return false;
  return isShort(sessions, place, count);
}

function isShort(sessions: Sessions, place: number, count: number): boolean {
  const up = sessions.bytesUp(place) / count;
  const down = sessions.bytesDown(place) / count;
  return up >= BYTES.least.value && up <= BYTES.most.value && down <= BYTES.most.value;
}

/** 0 where somebody works. */
function linesIn(sessions: Sessions, place: number): number {
  const up = sessions.packetsUp(place);
  const down = sessions.packetsDown(place);
  const guesses = Math.floor(up / LINES.perGuess.value);
  if (guesses < LINES.guesses.value || sessions.sessions(place) < LINES.sessions.value) return 0;
  if (sessions.aside(place) > 0) return 0;
  const isShortLines =
    sessions.bytesUp(place) <= up * LINES.up.value && sessions.bytesDown(place) <= down * LINES.down.value;
  return isShortLines && down >= up / 4 ? guesses : 0;
}

/** Whether the same is told as fast already. */
function findSame(fast: Sessions, slow: Sessions, place: number): boolean {
  for (let other = 0; other < fast.places.size; other++) {
    if (!fast.places.isTaken(other) || fast.port(other) !== slow.port(place)) continue;
    const [a, b] = [fast.places.address(other), slow.places.address(place)];
    if (a.every((word, i) => word === b[i]) && guessesIn(fast, other) > 0) return true;
  }
  return false;
}

function claimOf(
  sessions: Sessions,
  place: number,
  count: number,
  at: number,
): Pick<Claim, 'subject' | 'target' | 'evidence' | 'first'> {
  const port = sessions.port(place);
  const address = formatAddress(...sessions.places.address(place));
  const first = sessions.since(place);
  const seconds = Math.max(1, Math.round((at - first) / 1000));
  const bytesEach = Math.round((sessions.bytesUp(place) + sessions.bytesDown(place)) / count);
  return {
    ...{ subject: `tcp/${port} ${address}`, first },
    target: { node: { address }, service: { protocol: 6, port, initiator: 'device' } },
    evidence: { address, service: `tcp/${port}`, sessions: count, seconds, bytesEach },
  };
}
