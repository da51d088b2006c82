import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PASSWORD, SETUP_CODE } from '../../web/dev/fake-server.ts';
import { FOR_EVERYBODY, missingBrowser, NARROWEST, violations } from './harness.ts';
import { useBrowser } from './use-browser.ts';

const CAMERA = 'Front door camera';
const camera = '#/device/d-02%3A00%3A00%3A00%3A00%3A00';

describe.skipIf(missingBrowser)(`The dashboard in a real browser${missingBrowser}`, { timeout: 60_000 }, () => {
  const { enter, current } = useBrowser();
  const heading = (page: Page, name: RegExp) => page.getByRole('heading', { name }).first().waitFor();

  it('says first how many devices SPIN guards', async () => {
    const { page } = await enter();
    await heading(page, /SPIN guards 10 devices\./);
    expect(await page.title()).toBe('SPIN');
  });

  it('tells what SPIN cannot see, and that a virtual home is virtual', async () => {
    const { page } = await enter();
    await page.getByText('2 things SPIN cannot see').click();
    await page.getByText('moves some traffic past the program').waitFor();
    await page.getByText('This is a virtual home.').waitFor();
  });

  it('stays calm about what lies in the nature of a source, and warns of what is missing', async () => {
    const inherent = { code: 'headers-not-seen', source: 'test', severity: 'inherent' as const };
    const { page, server } = await enter({
      prepare: (fake) => {
        fake.change = (view) => ({ ...view, coverage: [inherent] });
      },
    });
    await page.getByText('One thing SPIN cannot see').waitFor();
    expect(await page.locator('.warning').count()).toBe(0);
    server.sendState({
      verdict: { level: 'attention', code: 'limited-view', devices: 10 },
      coverage: [inherent, { code: 'store-failing', source: 'controller', severity: 'loss' }],
    });
    await heading(page, /but cannot see everything/);
    await page.locator('.warning').getByText('2 things SPIN cannot see').click();
    await page.getByText('What is seen cannot be saved').waitFor();
  });

  it('calls the router and the groups of the home by name', async () => {
    const { page } = await enter();
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByLabel('Search a name or address').fill('router');
    await page
      .locator('td.farLabel', { hasText: /^\s*Router\s*192\.0\.2\.1\s*$/ })
      .first()
      .waitFor();
    await page.getByLabel('Search a name or address').fill('mdns');
    await page.locator('td.farLabel', { hasText: 'mDNS' }).first().waitFor();
  });

  it('tells of a device that was not there before', async () => {
    const { page, server } = await enter();
    await heading(page, /guards 10/);
    const [known] = server.home.devices;
    server.send({
      ...{ kind: 'device', sequence: 0, at: server.home.at },
      device: { ...known!, id: 'd-new', label: 'doorbell', names: ['doorbell'], macs: ['02:00:00:00:99:01'] },
    });
    await page.getByRole('region', { name: 'New in your home: doorbell.' }).waitFor();
    expect(await page.locator('[role="status"]').textContent()).toContain('doorbell');
    await page.getByRole('button', { name: 'Show' }).click();
    await heading(page, /^doorbell/);
  });

  it('says what an unnamed device is, and invites to name it', async () => {
    const { page } = await enter({
      hash: camera,
      prepare: ({ home }) => {
        const { givenName: _, vendor: __, ...device } = { givenName: '', ...home.devices[0]! };
        home.devices[0] = { ...device, label: 'camera 00:00', names: [] };
      },
    });
    await heading(page, /^Camera 00:00/);
    await page.getByText('Camera · private address').first().waitFor();
    await page.getByText('It has not said its name').waitFor();
  });

  it('says so where a browser cannot draw, and shows the table', async () => {
    const { page } = await enter({ script: 'delete window.OffscreenCanvas' });
    await page.locator('.live tbody tr').first().waitFor();
    await page.getByRole('button', { name: 'Picture' }).click();
    await page.getByText('This browser cannot draw the picture.').waitFor();
  });

  it('prepares the chart below the fold without being scrolled to', async () => {
    const { page } = await enter({ context: { viewport: { width: 1280, height: 700 }, reducedMotion: 'reduce' } });
    await page.locator('.uplot canvas').waitFor({ state: 'attached' });
    await page.getByText(/10 minutes: .* up, .* down\. Busiest/).waitFor();
    expect(await page.evaluate<number>('scrollY')).toBe(0);
  });

  it('marks far ends that are new today, once a device is settled', async () => {
    const at = new Date().setHours(12, 0, 0, 0);
    const { page } = await enter({ hash: camera, server: { at } });
    await page.locator('.new').first().waitFor();
    expect(await page.locator('.new').first().textContent()).toBe('first seen today');
  });

  it('draws every device and lets a key walk from one to the next', async () => {
    const { page } = await enter();
    await page.waitForSelector('[data-settled]:not([data-settled=""])');
    const stage = page.getByRole('application', { name: /Picture of 10 devices and the 40 far ends/ });
    await stage.focus();
    await page.keyboard.press('ArrowRight');
    const first = await page.locator('#details h3').first().textContent();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#details h3').first().textContent()).not.toBe(first);
    await page.keyboard.press('Escape');
    await page.locator('#details').waitFor({ state: 'detached' });
  });

  it('zooms towards more detail and fits everything again', async () => {
    const { page } = await enter({ server: { devices: 30, farEnds: 600 } });
    await page.waitForSelector('[data-detail="0"]');
    await page.getByRole('application').focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('+');
    await page.waitForSelector('[data-detail="2"]');
    const detailed = Number(await page.getAttribute('.frame', 'data-circles'));
    await page.keyboard.press('0');
    await page.waitForSelector('[data-detail="0"]');
    await expect.poll(async () => Number(await page.getAttribute('.frame', 'data-circles'))).toBeLessThan(detailed);
  });

  it('chooses with the pointer what the picture shows there', async () => {
    const { page } = await enter({ server: { devices: 1, farEnds: 1, updatesPerSecond: 0 } });
    await page.waitForSelector('[data-settled="2"]');
    const box = (await page.locator('.stage').boundingBox())!;
    for (let dx = -260; dx <= 260 && (await page.locator('.tip').count()) === 0; dx += 13) {
      await page.mouse.move(box.x + box.width / 2 + dx, box.y + box.height / 2 + dx / 13);
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 30)))');
    }
    const name = await page.locator('.tip strong').textContent();
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => page.locator('#details').textContent()).toContain(name);
  });

  it('shows the same in the table, and shares filter and choice with the picture', async () => {
    const { page } = await enter();
    await page.getByLabel('Search a name or address').fill('coffee');
    await page.getByRole('application', { name: /Picture of 1 device and/ }).waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    const rows = page.locator('.live tbody tr');
    await expect.poll(() => rows.count()).toBeGreaterThan(0);
    for (const text of await rows.locator('td:first-child').allTextContents()) expect(text.trim()).toBe('Coffee plug');
    await rows.first().getByRole('button', { name: 'Coffee plug', exact: true }).press('Enter');
    await page.locator('#details h3', { hasText: 'Coffee plug' }).waitFor();
    await page.getByRole('button', { name: 'Clear filter' }).click();
    await expect.poll(() => rows.count()).toBe(25);
  });

  it('sorts the table by keyboard and turns its pages', async () => {
    const { page } = await enter({ server: { devices: 20, farEnds: 200 } });
    await page.getByRole('button', { name: 'Table' }).click();
    await page.locator('th.deviceLabel button').press('Enter');
    expect(await page.getAttribute('th.deviceLabel', 'aria-sort')).toBe('ascending');
    const names = await page.locator('.live tbody td:first-child').allTextContents();
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })));
    await page.getByRole('button', { name: 'Next page' }).press('Enter');
    await page.getByText(/^26–50 of/).waitFor();
  });

  it('stands still while paused', async () => {
    const { page } = await enter();
    await page.getByRole('button', { name: 'Table' }).click();
    await page.locator('.live tbody tr').first().waitFor();
    await page.getByRole('button', { name: 'Hold still' }).click();
    const before = await page.locator('.live tbody .up').allTextContents();
    const at = current().server.home.at;
    await expect.poll(() => current().server.home.at - at, { timeout: 10_000 }).toBeGreaterThan(2500);
    expect(await page.locator('.live tbody .up').allTextContents()).toEqual(before);
  });

  it('renames a device in place and undoes it', async () => {
    const { page } = await enter({ hash: camera });
    await page.getByRole('button', { name: `Rename ${CAMERA}` }).click();
    await page.getByLabel('Name of this device').fill('Door');
    await page.keyboard.press('Enter');
    await heading(page, /^Door/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await heading(page, /^front-door-camera/);
    expect(current().server.requests.filter((request) => request.startsWith('PATCH'))).toHaveLength(2);
  });

  it('shows a device with its history, its far ends by volume and by novelty, and its conversations', async () => {
    const { page, server } = await enter({ hash: camera });
    await heading(page, new RegExp(CAMERA));
    await page.waitForSelector('.uplot canvas');
    await page.getByText(/10 minutes: .* up, .* down\. Busiest/).waitFor();
    const farEnds = page.getByRole('region', { name: 'Who it talks to' });
    await farEnds
      .getByText(/^\s*https · since /)
      .first()
      .waitFor();
    await farEnds.getByText(/^\s*192\.0\.2\.1 · dns · since /).waitFor();
    await page.getByRole('button', { name: 'Newest' }).click();
    await expect.poll(() => server.requests.some((request) => request.includes('order=new'))).toBe(true);
    await page.getByRole('button', { name: 'Year' }).click();
    await page.getByText('Nothing recorded for this time yet.').waitFor();
    await page.getByRole('heading', { name: /Conversations/ }).waitFor();
  });

  it('says so when a device is unknown', async () => {
    const { page } = await enter({ hash: '#/device/d-nobody' });
    await heading(page, /SPIN does not know this device/);
  });

  it('resumes after a break behind the last message, without asking for everything again', async () => {
    const { page, server } = await enter();
    await heading(page, /guards 10/);
    server.dropStreams();
    await expect.poll(() => server.streamQueries.length, { timeout: 10_000 }).toBeGreaterThan(1);
    expect(server.streamQueries[1]).toMatch(/^epoch=e1&after=\d+$/);
    await page.locator('.guard[data-state="in-force"]').waitFor();
  });

  it('shows that the connection is lost, and takes a fresh snapshot after a restart', async () => {
    const { page, server } = await enter();
    await heading(page, /guards 10/);
    server.refuseStreams = true;
    server.restart();
    await page.locator('.guard[data-state="reconnecting"]').waitFor();
    server.change = (view) => ({ ...view, verdict: { ...view.verdict, devices: 11 } });
    server.refuseStreams = false;
    await heading(page, /guards 11/);
  });

  it('says that it sees nothing when the agent is gone, and when it is back', async () => {
    const { page, server } = await enter();
    await heading(page, /guards 10/);
    server.sendState({ agent: { connected: false, since: server.home.at } });
    await heading(page, /SPIN sees nothing right now/);
    server.sendState({});
    await heading(page, /guards 10/);
  });

  it('invites a first device into an empty home', async () => {
    const { page } = await enter({ server: { devices: 0, farEnds: 0, updatesPerSecond: 0 } });
    await heading(page, /SPIN has seen no device yet/);
    await page.getByText('No traffic seen yet.').waitFor();
  });

  it('lets the owner set the password with the code, and refuses a wrong one in plain words', async () => {
    const { page } = await enter({ server: { session: 'setup' } });
    await page.getByLabel('One-time code').fill('WRONG');
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByText(/Strength: Strong/).waitFor();
    await page.getByLabel('The same password again').fill('something else');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('The two passwords differ.').waitFor();
    await page.getByLabel('The same password again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('That code is not right.').waitFor();
    await page.getByLabel('One-time code').fill(SETUP_CODE.toLowerCase());
    await page.keyboard.press('Enter');
    await heading(page, /guards 10/);
  });

  it('signs in and out', async () => {
    const { page } = await enter({ server: { session: 'login' } });
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('That password is not right.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await heading(page, /guards 10/);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, /Sign in/);
  });

  it('erases everything only with the password, and begins anew', async () => {
    const { page } = await enter();
    await heading(page, /guards 10/);
    await page.getByRole('button', { name: 'Settings' }).press('Enter');
    await page.getByRole('button', { name: 'Erase everything SPIN knows' }).press('Enter');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('That password is not right.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Erase everything', exact: true }).press('Enter');
    await heading(page, /SPIN has seen no device yet/);
    expect(await page.locator('dialog[open]').count()).toBe(0);
  });

  it('leaves the settings with Escape, where they were opened', async () => {
    const { page } = await enter();
    await page.getByRole('button', { name: 'Settings' }).press('Enter');
    await page.getByRole('button', { name: 'Dark', exact: true }).press('Enter');
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    expect(await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')).toBe('Settings');
  });

  it('goes to the sign-in page when the session ends elsewhere', async () => {
    const { page, server } = await enter();
    await heading(page, /guards 10/);
    server.session = 'login';
    server.dropStreams();
    await heading(page, /Sign in/);
  });

  it('treats names from the network as text', async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>{{7*7}}\u202egnp.exe';
    const { page } = await enter({
      prepare: ({ home }) => {
        for (const device of home.devices) {
          Object.assign(device, {
            label: hostile,
            names: [hostile],
            vendor: hostile,
            services: [hostile],
            kind: hostile,
          });
        }
        for (const conversation of home.conversations) {
          Object.assign(conversation, { service: hostile });
          Object.assign(conversation.node, { name: hostile, key: hostile + conversation.id });
        }
      },
    });
    await page.getByRole('button', { name: 'Table' }).click();
    await page.locator('.live tbody tr').first().getByRole('button').first().click();
    await page.getByRole('link', { name: 'All about this device' }).click();
    await page.locator('h1', { hasText: '<img src=x' }).waitFor();
    expect(await page.locator('img, main script').count()).toBe(0);
    expect(await page.title()).toBe('SPIN');
    expect(await page.textContent('h1')).not.toContain('\u202e');
  });

  it('speaks Dutch, with its own numbers', async () => {
    const { page } = await enter({ context: { locale: 'nl-NL' } });
    await heading(page, /SPIN bewaakt 10 apparaten\./);
    expect(await page.getAttribute('html', 'lang')).toBe('nl');
    await page.getByRole('button', { name: 'Instellingen' }).click();
    await page.getByLabel('Taal').selectOption('en');
    await heading(page, /SPIN guards 10 devices\./);
  });

  it('fits the narrowest phone without scrolling sideways', async () => {
    const { page } = await enter({ context: { viewport: NARROWEST } });
    await heading(page, /guards 10/);
    for (const hash of ['#/', camera]) {
      await page.goto(`${current().url}/${hash}`);
      await page.locator('h1').waitFor();
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(width, hash).toBeLessThanOrEqual(NARROWEST.width);
    }
  });

  it('moves nothing for those who prefer less motion', async () => {
    const { page } = await enter({ context: { reducedMotion: 'reduce' }, server: { updatesPerSecond: 0 } });
    await page.waitForSelector('[data-settled]:not([data-settled=""])');
    const shot = () => page.locator('.stage').screenshot();
    const before = await shot();
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 400))');
    expect(Buffer.compare(before, await shot())).toBe(0);
  });

  describe.each(FOR_EVERYBODY)('for everybody: %s', (_name, context) => {
    it.each([
      ['the picture', {}, '#/', undefined],
      ['the table with a choice', {}, '#/', 'table'],
      ['a device', {}, camera, undefined],
      ['the settings', {}, '#/', 'settings'],
      ['setup', { session: 'setup' as const }, '#/', undefined],
      ['sign-in', { session: 'login' as const }, '#/', undefined],
    ])('axe-core finds nothing on %s', async (_name, server, hash, act) => {
      const { page } = await enter({ server, hash, context });
      await page.locator('h1').waitFor();
      if (act === 'table') {
        await page.locator('.live .segments button').nth(1).click();
        await page.locator('.live tbody button').first().click();
      }
      if (act === 'settings') {
        await page.locator('header > button').click();
        await page.locator('dialog .erase').click();
      }
      await page
        .locator('details summary')
        .first()
        .click({ timeout: 500 })
        .catch(() => undefined);
      expect(await violations(page)).toEqual([]);
    });
  });
});
