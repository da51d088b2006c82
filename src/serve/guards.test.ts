import { describe, expect, test } from 'vitest';
import { Hosts } from './hosts.ts';
import { hashPassword, verifyPassword, weakness } from './password.ts';
import { ABSOLUTE_EXPIRY, IDLE_EXPIRY, MAX_SESSIONS, type Session, type SessionKeeper, Sessions } from './sessions.ts';
import { isSetupCode, makeSetupCode } from './setup-code.ts';
import { Throttle, TRIES_IN_ALL, TRIES_PER_SOURCE } from './throttle.ts';

describe('hosts', () => {
  const hosts = new Hosts(['192.0.2.1', '2001:db8::1'], ['Spin.Example.com']);
  test.each([
    '127.0.0.1:7746',
    'localhost',
    'LOCALHOST:1',
    '[::1]:7746',
    '192.0.2.1',
    '[2001:db8::1]',
    'spin.home.arpa:80',
    'spin.home.arpa.',
    'spin.example.com',
  ])('%s is SPIN', (host) => {
    expect(hosts.allows(host)).toBe(true);
  });
  test.each([
    undefined,
    '',
    'evil.example',
    '192.0.2.1.evil.example',
    'localhost.evil.example',
    '127.0.0.1:port',
    'localhost:7746@evil.example',
    '[localhost]',
    '2001:db8::1',
    'localhost, evil.example',
    '192.0.2.2',
  ])('%s is not', (host) => {
    expect(hosts.allows(host)).toBe(false);
  });
  test('only the page that SPIN served is its own origin', () => {
    const own = (origin: string) => hosts.isOwnOrigin(origin, 'localhost:7746');
    expect(own('http://localhost:7746')).toBe(true);
    for (const origin of [
      'http://localhost:8080',
      'http://localhost',
      'null',
      'file://',
      'http://localhost:7746/',
      'evil',
    ]) {
      expect([origin, own(origin)]).toEqual([origin, false]);
    }
    expect(hosts.isOwnOrigin('http://evil.example', 'evil.example')).toBe(false);
  });
});

describe('the throttle', () => {
  test('gives an address five wrong tries a minute and others their own', () => {
    let now = 1e6;
    const throttle = new Throttle(() => now);
    const tries = (source: string) => Array.from({ length: 9 }, () => throttle.take(source)).filter(Boolean).length;
    expect([tries('192.0.2.7'), tries('192.0.2.8')]).toEqual([TRIES_PER_SOURCE, TRIES_PER_SOURCE]);
    now += 60_000;
    expect(tries('192.0.2.7')).toBe(TRIES_PER_SOURCE);
  });

  test('holds an attacker with many addresses, but not who sits at SPIN’s own machine', () => {
    const throttle = new Throttle(() => 1e6);
    const taken = Array.from({ length: 1_000 }, (_, i) => throttle.take(`2001:db8::${i}`)).filter(Boolean).length;
    expect(taken).toBe(TRIES_IN_ALL);
    expect(throttle.take('127.0.0.1')).toBe(true);
  });

  test('a right try does not count', () => {
    const throttle = new Throttle(() => 1e6);
    for (let i = 0; i < 20; i++) {
      expect(throttle.take('192.0.2.7')).toBe(true);
      throttle.giveBack('192.0.2.7');
    }
  });
});

describe('sessions', () => {
  function setUp() {
    const kept = new Map<string, Session>();
    const state = { now: 1e9, version: 1, writes: 0 };
    const keeper: SessionKeeper = {
      all: () => [...kept.values()].map((session) => ({ ...session })),
      put: (session) => {
        state.writes++;
        kept.set(session.hash, { ...session });
      },
      remove: (hash) => void kept.delete(hash),
      clear: () => kept.clear(),
      version: () => state.version,
    };
    const ended: string[] = [];
    return {
      kept,
      state,
      keeper,
      ended,
      sessions: new Sessions(
        keeper,
        () => state.now,
        (hash) => ended.push(hash),
      ),
    };
  }

  test('end when idle, and at last in any case', () => {
    const { state, sessions } = setUp();
    const { token } = sessions.open();
    state.now += IDLE_EXPIRY - 1;
    expect(sessions.find(token)).toBeDefined();
    state.now += IDLE_EXPIRY;
    expect(sessions.find(token)).toBeUndefined();
    const again = sessions.open();
    const began = state.now;
    while (sessions.find(again.token)) state.now += IDLE_EXPIRY / 2;
    expect(state.now - began).toBeGreaterThanOrEqual(ABSOLUTE_EXPIRY);
  });

  test('the token is kept nowhere, its use is not written each time', () => {
    const { kept, state, sessions } = setUp();
    const { token } = sessions.open();
    expect(JSON.stringify([...kept])).not.toContain(token);
    for (let i = 0; i < 1_000; i++) sessions.find(token);
    expect(state.writes).toBe(1);
  });

  test('the longest unused makes room', () => {
    const { state, sessions, ended } = setUp();
    const tokens = Array.from({ length: MAX_SESSIONS + 1 }, () => {
      state.now++;
      return sessions.open().token;
    });
    expect(ended).toHaveLength(1);
    expect(tokens.map((token) => sessions.find(token) !== undefined)).toEqual([
      false,
      ...tokens.slice(1).map(() => true),
    ]);
  });

  test('another process ends them all', () => {
    const { kept, state, sessions, ended } = setUp();
    const { token } = sessions.open();
    kept.clear();
    state.version++;
    expect(sessions.find(token)).toBeUndefined();
    expect(ended).toHaveLength(1);
  });
});

describe('passwords and codes', () => {
  test('only the same password is right, however its characters are composed', async () => {
    const hash = await hashPassword('caf\u00e9 met melk');
    expect(await verifyPassword('cafe\u0301 met melk', hash)).toBe(true);
    expect(await verifyPassword('cafe met melk', hash)).toBe(false);
    expect(JSON.stringify(hash)).not.toContain('melk');
  });

  test.each([
    ['kort', 'short'],
    ['1234567890', 'common'],
    ['abcdefghijkl', 'common'],
    ['wachtwoord123', 'common'],
    ['ababababababab', 'common'],
    ['green bicycle lamp', undefined],
    ['xxxxxxxxxxxxxxabcdef', undefined],
    ['ひらがなのあいことばです', undefined],
  ])('%s: %s', (password, reason) => {
    expect(weakness(password)).toBe(reason);
  });

  test('codes are typed as people type', () => {
    const code = makeSetupCode();
    expect(code).toMatch(/^[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}$/);
    for (const typed of [code, code.toLowerCase(), code.replace('-', ''), ` ${code.replace('-', ' ')} `]) {
      expect(isSetupCode(typed, code)).toBe(true);
    }
    for (const typed of ['', code.slice(0, -1), `${code}A`]) expect(isSetupCode(typed, code)).toBe(false);
    expect(new Set(Array.from({ length: 100 }, makeSetupCode)).size).toBe(100);
  });
});
