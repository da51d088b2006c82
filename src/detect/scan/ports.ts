import { PROTOCOL } from '../../model/protocols.ts';

/**
 * TCP services that malware looks for on strangers' machines: logins, remote control, file shares, databases and the
 * flaws of routers, cameras and recorders. Sources: ports of Mirai, Gafgyt, Hajime, Mozi and their like in the Mirai
 * paper (Antonakakis et al. 2017) and Griffioen and Doerr, Examining Mirai's Battle over the IoT, CCS 2020.
 */
const SOUGHT: ReadonlySet<number> = new Set([
  21, 22, 23, 25, 81, 82, 83, 84, 85, 88, 110, 111, 135, 139, 143, 389, 445, 513, 514, 554, 873, 1023, 1080, 1433, 1434,
  1521, 1723, 2022, 2222, 2223, 2323, 2375, 2480, 3128, 3306, 3389, 4567, 4719, 4786, 5038, 5060, 5358, 5431, 5432,
  5555, 5800, 5900, 5901, 5984, 6379, 6789, 7001, 7547, 8000, 8001, 8008, 8080, 8081, 8088, 8090, 8181, 8291, 8443,
  8545, 8728, 8888, 9000, 9090, 9200, 9527, 10000, 11211, 23231, 26, 27017, 31, 34567, 37215, 37777, 49152, 50023,
  52869, 55555, 60001,
]);

/** Services where guessing names and passwords pays; databases are not among them, whose clients connect all the time. */
const LOGINS: ReadonlySet<number> = new Set([
  21, 22, 23, 26, 110, 143, 222, 445, 513, 1023, 2022, 2222, 2223, 2323, 3389, 5358, 5900, 8291, 8728, 9527,
]);

/** Of these the ones where each guess is a line or two within one connection, and a session of work moves more. */
const LINES: ReadonlySet<number> = new Set([21, 110, 143]);
/** Mail is looked for every few minutes, and desktops at a distance are opened again by themselves. */
const REPEATED: ReadonlySet<number> = new Set([110, 143, 445, 3389, 5900]);

/**
 * Ports at which programs of people meet strangers by address without having looked them up: BitTorrent, eDonkey,
 * Gnutella, Windows delivery optimisation, Syncthing, consoles, calls, overlay networks. That many do not answer is
 * ordinary there.
 */
const MEETING: ReadonlySet<number> = new Set([
  1214, 3074, 3478, 3479, 3480, 4001, 4500, 4662, 4672, 6346, 6347, 6348, 6349, 6969, 7680, 19302, 21027, 22000, 30303,
  41641, 51413, 51820,
]);

export function isSought(protocol: number, port: number): boolean {
  return protocol === PROTOCOL.tcp && SOUGHT.has(port);
}

export function isLogin(port: number): boolean {
  return LOGINS.has(port);
}

export function isLines(port: number): boolean {
  return LINES.has(port);
}

/** Whether programs log in there again and again without anybody's doing. */
export function isRepeated(port: number): boolean {
  return REPEATED.has(port);
}

export function isMeeting(port: number): boolean {
  return MEETING.has(port) || (port >= 6881 && port <= 6999);
}

export function isWeb(port: number): boolean {
  return port === 80 || port === 443;
}
