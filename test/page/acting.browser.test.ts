import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { FOR_EVERYBODY, missingBrowser, NARROWEST, PHONE, violations } from './harness.ts';
import { useBrowser } from './use-browser.ts';

const CAMERA = 'Front door camera';
const LAMP = 'Reading lamp';
const cameraPage = '#/device/d-02%3A00%3A00%3A00%3A00%3A00';
const CLOUD = 'cloud0.cloud-0.example';

describe.skipIf(missingBrowser)(`Acting on the home${missingBrowser}`, { timeout: 60_000 }, () => {
  const { enter, current } = useBrowser();
  const dialog = (page: Page) => page.getByRole('dialog');
  const deviceRow = (page: Page, name: string) =>
    page.locator('.list li', { has: page.getByText(name, { exact: true }) });
  const rules = () => [...current().server.rules.rules.values()];
  const sent = (route: string) => current().server.requests.filter((request) => request === route).length;
  async function act(page: Page, name: string, verb: string): Promise<void> {
    await deviceRow(page, name)
      .getByRole('button', { name: `Act on ${name}` })
      .click();
    await choose(page, verb);
  }
  const choose = (page: Page, verb: string) =>
    dialog(page)
      .locator('li button', { has: page.getByText(verb, { exact: true }) })
      .click();

  it('tells before a block what it would have stopped, and blocks only after the last word', async () => {
    const { page } = await enter();
    await act(page, CAMERA, 'Block');
    await dialog(page)
      .getByText(/It would have stopped .* with \d+ far ends?\./)
      .waitFor();
    await dialog(page).getByText('Still works:').waitFor();
    expect(rules()).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Block for 1 hour' }).click();
    await page.getByRole('region', { name: /^Front door camera: blocked until/ }).waitFor();
    expect(rules().map(({ action, target }) => ({ action, target }))).toEqual([
      { action: 'block', target: { device: current().server.home.devices[0]!.id } },
    ]);
    await deviceRow(page, CAMERA).getByText('blocked').waitFor();
  });

  it('does nothing when the dialog is closed, however that happens', async () => {
    const { page } = await enter();
    const closings = [
      () => page.keyboard.press('Escape'),
      () => dialog(page).getByRole('button', { name: 'Close' }).click(),
      () => dialog(page).getByRole('button', { name: 'Cancel' }).click(),
      () => page.mouse.click(4, 4),
    ];
    for (const close of closings) {
      await act(page, CAMERA, 'Block');
      await dialog(page).getByRole('button', { name: 'Block for 1 hour' }).waitFor();
      await close();
      await dialog(page).waitFor({ state: 'hidden' });
    }
    expect(rules()).toEqual([]);
    expect(sent('POST /api/rules')).toBe(0);
  });

  it('undoes in place right after, by keyboard alone', async () => {
    const { page } = await enter();
    await deviceRow(page, CAMERA)
      .getByRole('button', { name: `Act on ${CAMERA}` })
      .press('Enter');
    await dialog(page).getByRole('button', { name: 'Pause the internet' }).press('Enter');
    await dialog(page).getByRole('button', { name: 'Pause the internet for 1 hour' }).press('Enter');
    await expect.poll(() => rules().length).toBe(1);
    await page.getByRole('region', { name: /internet paused until/ }).waitFor();
    const focused = () => page.evaluate<string>('document.activeElement.getAttribute("aria-label")');
    await expect.poll(focused).toBe(`Act on ${CAMERA}`);
    await page.keyboard.press('Control+z');
    await expect.poll(() => rules()).toEqual([]);
    await page.getByRole('region', { name: 'Undone. Everything is as it was before.' }).waitFor();
  });

  it('undoes from the row, from the first screen and from the list', async () => {
    const { page, server } = await enter({
      prepare: ({ rules: household, home }) => {
        for (const { id } of home.devices.slice(0, 3))
          household.set({ action: 'block', target: { device: id }, when: { always: true } });
      },
    });
    server.tellRules();
    await deviceRow(page, CAMERA)
      .getByRole('button', { name: `Act on ${CAMERA}` })
      .click();
    await dialog(page)
      .getByRole('button', { name: `Undo: ${CAMERA}, blocked` })
      .click();
    await expect.poll(() => rules().length).toBe(2);
    await page.keyboard.press('Escape');
    await page
      .locator('main')
      .getByRole('button', { name: `Undo: ${LAMP}, blocked` })
      .click();
    await expect.poll(() => rules().length).toBe(1);
    await page.getByRole('link', { name: 'In force', exact: true }).click();
    await page.locator('main').getByRole('button', { name: 'Undo: Coffee plug, blocked' }).click();
    await page.getByText('Nothing is blocked, paused or hidden.').waitFor();
  });

  it('acts on what a device talks to: this service, these two, or the far end for everybody', async () => {
    const { page } = await enter({ hash: cameraPage });
    const row = page.locator('.conversations li', { hasText: CLOUD });
    await row.getByRole('button', { name: `Act on ${CLOUD}` }).click();
    await dialog(page).getByRole('radio', { name: 'Only https between these two' }).waitFor();
    await dialog(page)
      .getByRole('radio', { name: `${CLOUD}, for everybody at home` })
      .check();
    await dialog(page).getByRole('button', { name: 'Always allow' }).waitFor();
    await dialog(page).getByRole('radio', { name: 'Everything between these two' }).check();
    await choose(page, 'Block');
    await dialog(page).getByText('These two do not reach each other.').waitFor();
    await dialog(page).getByRole('radio', { name: 'Until tomorrow' }).check();
    await dialog(page).getByRole('button', { name: 'Block until tomorrow' }).click();
    await expect
      .poll(() => rules().map(({ target }) => target))
      .toEqual([{ device: current().server.home.devices[0]!.id, node: { name: CLOUD } }]);
    await row.getByText('blocked').waitFor();
    await page.locator('.far li', { hasText: CLOUD }).getByText('blocked').waitFor();
  });

  describe('cuts two devices of the home from each other', () => {
    const PHONE_NAME = "Anna's phone";
    const BOTH = `${PHONE_NAME} and ${LAMP}`;
    const between = () => {
      const [, lamp] = current().server.home.devices;
      const { device } = current().server.home.conversations.find(({ node }) => node.device === lamp!.id)!;
      return { action: 'block', target: { device, node: { device: lamp!.id } } };
    };
    const wanted = () => rules().map(({ action, target }) => ({ action, target }));
    const pageOf = (mac: string) => `#/device/d-${encodeURIComponent(mac)}`;

    it('from the table, by keyboard, with what would have been stopped and what cannot be; in force and in the log by both names', async () => {
      const { page } = await enter();
      await page.getByRole('button', { name: 'Table' }).click();
      await page.getByLabel('Search a name or address').fill(LAMP);
      await page.getByRole('button', { name: `Act on ${PHONE_NAME}, ${LAMP}` }).press('Enter');
      await dialog(page).getByRole('radio', { name: 'Only http between these two' }).press('ArrowDown');
      expect(await dialog(page).getByRole('radio', { name: 'Everything between these two' }).isChecked()).toBe(true);
      expect(await dialog(page).getByRole('heading').first().textContent()).toBe(BOTH);
      await dialog(page).getByRole('button', { name: 'Block' }).press('Enter');
      await dialog(page)
        .getByText(/It would have stopped .* with 1 far end\./)
        .waitFor();
      await dialog(page).locator('section li', { hasText: LAMP }).waitFor();
      await dialog(page)
        .getByText('Traffic between devices that does not pass this router cannot be stopped.')
        .waitFor();
      await dialog(page).getByRole('button', { name: 'Block for 1 hour' }).press('Enter');
      await page.getByRole('region', { name: `${BOTH}: blocked until` }).waitFor();
      expect(wanted()).toEqual([between()]);
      await page.locator('td.farLabel', { hasText: LAMP }).getByText('blocked').waitFor();

      await page.getByRole('link', { name: 'In force', exact: true }).click();
      const line = page.locator('main .rule', { hasText: BOTH });
      await line.getByText('that does not pass this router cannot be stopped').waitFor();
      await line.getByRole('button', { name: `Undo: ${BOTH}, blocked` }).click();
      await expect.poll(rules).toEqual([]);
      await page.getByRole('link', { name: 'Log', exact: true }).click();
      const undo = (words: string) => page.getByRole('button', { name: `Undo: ${BOTH}: ${words}` }).click();
      await undo('no longer blocked.');
      await expect.poll(wanted).toEqual([between()]);
      await undo('blocked until');
      await expect.poll(rules).toEqual([]);
    });

    it.each([
      ['phone', '02:00:00:00:00:07', LAMP],
      ['lamp', '02:00:00:00:00:01', PHONE_NAME],
    ])('from the page of either, on a phone and in Dutch: %s', async (_which, mac, other) => {
      const { page } = await enter({ hash: pageOf(mac), context: { viewport: NARROWEST, locale: 'nl' } });
      const row = page.locator('.conversations li', { hasText: other });
      await row.getByRole('button', { name: `Ingrijpen bij ${other}` }).click();
      await dialog(page)
        .getByRole('radio', { name: `${LAMP}, alles wat het doet` })
        .waitFor();
      await dialog(page)
        .getByRole('radio', { name: `${PHONE_NAME}, alles wat het doet` })
        .waitFor();
      await dialog(page).getByRole('radio', { name: 'Alles tussen deze twee' }).check();
      await choose(page, 'Blokkeren');
      await dialog(page).getByText('Deze twee bereiken elkaar niet.').waitFor();
      await dialog(page).locator('.note').waitFor();
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(NARROWEST.width);
      expect(await violations(page)).toEqual([]);
      await dialog(page).locator('.acts .primary').click();
      await expect.poll(wanted).toEqual([between()]);
      await row.getByText('geblokkeerd').waitFor();
      await row.getByRole('button', { name: `Ingrijpen bij ${other}` }).click();
      await dialog(page)
        .locator('.rule', { hasText: `${PHONE_NAME} en ${LAMP}` })
        .getByRole('button')
        .click();
      await expect.poll(rules).toEqual([]);
    });

    it('from the far ends of a device, and from its circle', async () => {
      const { page } = await enter({ hash: pageOf('02:00:00:00:00:07') });
      await page
        .locator('.far li', { hasText: LAMP })
        .getByRole('button', { name: `Act on ${LAMP}` })
        .click();
      expect(await dialog(page).getByRole('heading').first().textContent()).toBe(BOTH);
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Home', exact: true }).click();
      await page.getByRole('button', { name: 'Table' }).click();
      await page.getByLabel('Search a name or address').fill(LAMP);
      await page.locator('td.farLabel button', { hasText: LAMP }).first().click();
      await page
        .locator('#details')
        .getByRole('button', { name: `Act on ${PHONE_NAME}` })
        .click();
      await choose(page, 'Block');
      await dialog(page).getByRole('button', { name: 'Block for 1 hour' }).click();
      await expect.poll(wanted).toEqual([between()]);
      await page.locator('#details li', { hasText: PHONE_NAME }).getByText('blocked').waitFor();
    });
  });

  it('keeps to a schedule with several slots, over midnight', async () => {
    const { page } = await enter();
    await act(page, LAMP, 'Slow down');
    await dialog(page).getByRole('radio', { name: 'At fixed times …' }).check();
    await dialog(page).getByText('until the next morning').waitFor();
    await dialog(page).getByRole('button', { name: 'Another time' }).click();
    const second = dialog(page).getByRole('group', { name: 'Time 2' });
    await second.getByLabel('From').fill('13:00');
    await second.getByLabel('To').fill('14:30');
    await second.getByRole('button', { name: 'Sunday' }).click();
    await dialog(page).getByRole('button', { name: 'Slow down at these times' }).click();
    await expect
      .poll(() => rules().map(({ when }) => when))
      .toEqual([
        {
          weekly: [
            { days: [1, 2, 3, 4, 5, 7], from: '21:00', to: '07:00' },
            { days: [6], from: '13:00', to: '14:30' },
          ],
        },
      ]);
  });

  it('says at the field what is wrong with a time, and sends nothing', async () => {
    const { page } = await enter();
    await act(page, LAMP, 'Block');
    await dialog(page).getByRole('radio', { name: 'Until a time …' }).check();
    await dialog(page).getByLabel('Until when?').fill('2020-01-01T10:00');
    await dialog(page).getByRole('button', { name: 'Block until then' }).click();
    await dialog(page).getByText('This is over already.').waitFor();
    expect(await dialog(page).getByLabel('Until when?').getAttribute('aria-invalid')).toBe('true');
    await dialog(page).getByRole('radio', { name: 'At fixed times …' }).check();
    for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Sunday'])
      await dialog(page).getByRole('button', { name: day }).click();
    await dialog(page).getByRole('button', { name: 'Block at these times' }).click();
    await dialog(page).getByText('Choose at least one day.').waitFor();
    expect(sent('POST /api/rules')).toBe(0);
  });

  it('names the field of a refusal, and changes nothing', async () => {
    const { page } = await enter({
      prepare: ({ rules: household, home }) => {
        household.console = home.devices[0]!.id;
      },
    });
    await act(page, CAMERA, 'Cut off completely');
    await dialog(page)
      .getByRole('button', { name: /^Cut off completely for/ })
      .click();
    await dialog(page).getByText('Device: You use SPIN from here').waitFor();
    await page.keyboard.press('Escape');
    expect(await deviceRow(page, CAMERA).locator('.chip').count()).toBe(0);
    expect(rules()).toEqual([]);
  });

  it('pauses the internet for the home, a group or a device from the first screen', async () => {
    const { page } = await enter();
    const pause = page.locator('.verdict').getByRole('button', { name: 'Pause the internet' });
    const whom = dialog(page).getByLabel('For whom?');
    for (const [label, target] of [
      ['The whole home', {}],
      ['Cameras', { group: 'kind:camera' }],
      ["Anna's phone", { device: current().server.home.devices[7]!.id }],
    ] as const) {
      await pause.click();
      await whom.selectOption({ label });
      await dialog(page).getByRole('button', { name: 'Pause the internet for 1 hour' }).click();
      await expect.poll(() => rules().at(-1)?.target).toEqual(target);
    }
    await page.getByRole('heading', { name: 'In force now 3' }).waitFor();
    await page.getByText(/3 things that you want are in force\./).waitFor();
  });

  it('tells what is in force, by whom, until when and how much it stopped, and counts on', async () => {
    const { page, server } = await enter({ hash: '#/rules' });
    await page.getByText('Nothing is blocked, paused or hidden.').waitFor();
    const [first, second] = server.home.devices;
    server.rules.set({ action: 'pause', target: { device: first!.id }, when: { always: true } });
    server.rules.set({ action: 'allow', target: { device: second!.id }, when: { always: true } });
    server.tellRules();
    const line = page.locator('.rule', { hasText: CAMERA });
    await line.getByText(/since .*, by you · stopped so far: .* packets/).waitFor();
    const before = await line.textContent();
    await expect.poll(() => line.textContent(), { timeout: 10_000 }).not.toBe(before);
    await page.getByRole('button', { name: 'Allowed', exact: true }).click();
    await expect.poll(() => page.locator('.rule').count()).toBe(1);
    await page.getByLabel('Search a name').fill('nobody');
    await page.getByText('Nothing matches.').waitFor();
  });

  it.each([
    ['passive', 'Only watching', /SPIN is watching 10 devices/, /never touches the firewall/],
    ['refused', 'Not all in force', /SPIN is watching/, /The kernel refused the last change/],
    ['agent-away', 'Not following', /SPIN is watching/, /The part that enforces has stopped/],
  ] as const)('says when nothing enforces it: %s', async (state, word, sentence, why) => {
    const { page, server } = await enter();
    const { id } = server.home.devices[0]!;
    server.rules.set({ action: 'block', target: { device: id }, when: { always: true } });
    server.sendEnforcement(state, 'Error: No such file or directory');
    await page.locator('.guard', { hasText: word }).waitFor();
    await page.getByRole('heading', { name: sentence }).waitFor();
    await page.locator('.verdict').getByText(why).waitFor();
    await page.locator('.rule', { hasText: CAMERA }).getByText('not enforced').waitFor();
    await deviceRow(page, CAMERA).getByText('not enforced yet').waitFor();
    expect(await page.getByText('No such file or directory').count()).toBe(state === 'refused' ? 1 : 0);
  });

  it('hides what nobody wants to see, and shows it when asked', async () => {
    const { page } = await enter();
    await act(page, LAMP, 'Hide');
    await dialog(page).getByRole('button', { name: 'Hide until I undo it' }).click();
    await deviceRow(page, LAMP).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '1 hidden: show' }).click();
    await deviceRow(page, LAMP).waitFor();
  });

  it('marks what is blocked in the table, and opens the actions of its rows', async () => {
    const { page, server } = await enter();
    const { id } = server.home.devices[0]!;
    server.rules.set({ action: 'block', target: { device: id }, when: { always: true } });
    server.rules.set({ action: 'block', target: { node: { name: 'api1.update-1.example' } }, when: { always: true } });
    server.tellRules();
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByLabel('Search a name or address').fill('camera');
    await page.locator('td.deviceLabel', { hasText: 'blocked' }).first().waitFor();
    await page.getByLabel('Search a name or address').fill('api1.update-1');
    await page.locator('td.farLabel', { hasText: 'blocked' }).first().waitFor();
    await page.locator('td.act button').first().click();
    await dialog(page).getByRole('radio', { name: 'Everything between these two' }).waitFor();
  });

  it('makes, fills, renames and deletes a group, acts on it, and undoes', async () => {
    const { page, server } = await enter({ hash: '#/groups' });
    await page.getByText('Cameras').waitFor();
    await page.getByRole('button', { name: 'New group' }).click();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).getByText('Give the group a name.').waitFor();
    await dialog(page).getByLabel('Name of the group').fill('Children');
    await dialog(page).getByRole('checkbox', { name: "Anna's phone" }).check();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    const group = page.locator('li.card', { hasText: 'Children' });
    await group.getByText("Anna's phone").waitFor();
    await group.getByRole('button', { name: 'Change Children' }).click();
    await dialog(page).getByLabel('Name of the group').fill('Kids');
    await dialog(page).getByRole('checkbox', { name: 'Laptop' }).check();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.getByText("Anna's phone, Laptop").waitFor();
    await page.getByRole('button', { name: 'Act on Kids' }).click();
    await dialog(page).getByRole('button', { name: 'Pause the internet' }).click();
    await dialog(page).getByRole('button', { name: 'Pause the internet for 1 hour' }).click();
    await page.getByRole('button', { name: 'Undo: Kids, internet paused' }).waitFor();
    await page.getByRole('button', { name: 'Delete Kids' }).click();
    await expect.poll(() => [server.rules.own.size, rules().length]).toEqual([0, 0]);
    await page
      .getByRole('region', { name: /^Deleted/ })
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect.poll(() => [server.rules.own.size, rules().length]).toEqual([1, 1]);
  });

  it('keeps a log of all that was decided, to be undone and taken away', async () => {
    const { page, server } = await enter({ hash: '#/log' });
    await page.getByText('Nothing was decided yet.').waitFor();
    const { id } = server.home.devices[0]!;
    for (let i = 0; i < 60; i++) {
      const { rule } = server.rules.set({ action: 'block', target: { device: id }, when: { always: true } });
      if (i < 59) server.rules.remove(rule.id);
    }
    server.tellRules();
    await expect.poll(() => page.locator('main li').count()).toBe(50);
    await page.getByRole('button', { name: 'Older entries' }).click();
    await expect.poll(() => page.locator('main li').count()).toBe(100);
    expect(await page.getByRole('link', { name: 'Download all' }).getAttribute('href')).toBe('/api/audit/export');
    await page.getByRole('button', { name: 'Undo: Front door camera: blocked until you undo it.' }).first().click();
    await expect.poll(() => rules()).toEqual([]);
    await page.locator('main li').first().getByText('Undone: Front door camera: no longer blocked.').waitFor();
  });

  it('tells when a brake in the kernel acted by itself', async () => {
    const { page, server } = await enter({ hash: cameraPage });
    const [device] = server.home.devices;
    const tripped = { reason: 'destination4', mode: 'enforce' as const, at: server.home.at };
    Object.assign(device!, { tripped });
    server.send({ kind: 'tripped', sequence: 0, at: server.home.at, device: device!.id, tripped });
    await page.getByText(/SPIN braked it at .*: it flooded one address\./).waitFor();
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await page.getByText(new RegExp(`^${CAMERA} – SPIN braked it at`)).waitFor();
  });

  it('treats names in rules, groups and refusals as text', async () => {
    const hostile = '<img src=x onerror="document.title=1">\u202egnp.exe';
    const { page, server } = await enter({
      hash: '#/rules',
      prepare: ({ home, rules: household }) => {
        Object.assign(home.devices[0]!, { label: hostile, names: [hostile] });
        const { group } = household.setGroup(undefined, { name: hostile, members: [home.devices[0]!.id] });
        household.set({ action: 'block', target: { group: group.id }, when: { always: true } });
        household.set({ action: 'block', target: { device: home.devices[0]!.id }, when: { always: true } });
      },
    });
    server.sendEnforcement('refused', hostile);
    for (const hash of ['#/rules', '#/groups', '#/log', '#/']) {
      await page.goto(`${current().url}/${hash}`);
      await page.getByText('<img src=x').first().waitFor();
      expect(await page.locator('main img').count(), hash).toBe(0);
      expect(await page.textContent('main'), hash).not.toContain('\u202e');
    }
    expect(await page.title()).toBe('SPIN');
  });

  it('fits the narrowest phone, with the way to other pages at its foot', async () => {
    const { page, server } = await enter({ context: { viewport: NARROWEST } });
    const when = { weekly: [{ days: [1, 3, 5], from: '21:00', to: '07:00' }] };
    server.rules.set({
      action: 'block',
      target: { node: { name: `${'a'.repeat(60)}.${'b'.repeat(60)}.example` } },
      when,
    });
    server.tellRules();
    for (const name of ['In force', 'Groups', 'Log', 'Home']) {
      await page.getByRole('link', { name, exact: true }).click();
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(width, name).toBeLessThanOrEqual(NARROWEST.width);
    }
    const foot = await page.locator('nav').boundingBox();
    expect(foot!.y + foot!.height).toBeCloseTo(NARROWEST.height, 0);
    await deviceRow(page, CAMERA)
      .getByRole('button', { name: `Act on ${CAMERA}` })
      .click();
    const sheet = async () => (await dialog(page).boundingBox())!;
    // It rises.
    await expect.poll(async () => (await sheet()).y + (await sheet()).height).toBeCloseTo(NARROWEST.height, 0);
    expect([(await sheet()).x, (await sheet()).width]).toEqual([0, NARROWEST.width]);
  });

  it.each(['rules', 'groups', 'log'])('leaves names of any length their room on a phone: %s', async (name) => {
    const long = 'television-of-grandfather-and-grandmother-in-the-room-behind-the-kitchen';
    const { page } = await enter({
      hash: `#/${name}`,
      context: { viewport: PHONE, locale: 'nl' },
      prepare: ({ home, rules: household }) => {
        Object.assign(home.devices[0]!, { label: long, names: [long] });
        const { id } = home.devices[0]!;
        household.set({
          action: 'block',
          target: { device: id, node: { name: `${long}.example` } },
          when: { always: true },
        });
        household.setGroup(undefined, { name: long, members: [id] });
      },
    });
    const words = page.locator('.what', { hasText: long }).first();
    await words.waitFor();
    expect((await words.boundingBox())!.width).toBeGreaterThan(PHONE.width / 2);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
  });

  describe.each(FOR_EVERYBODY)('for everybody: %s', (_name, context) => {
    it.each([
      ['what is in force', '#/rules', []],
      ['the groups', '#/groups', []],
      ['making a group', '#/groups', ['main .primary']],
      ['the log', '#/log', []],
      ['the actions', '#/', ['.list li > button']],
      [
        'a rule before it is made',
        '#/',
        ['.list li > button', 'dialog li:nth-child(2) button', 'dialog input[value=weekly]'],
      ],
      ['a pause of the home', '#/', ['.verdict .notes > button']],
      ['the table with marks', '#/', ['.live .segments button:nth-child(2)']],
      ['a device with rules', cameraPage, []],
    ])('axe-core finds nothing on %s', async (_name, hash, clicks) => {
      const { page, server } = await enter({ hash, context });
      const [first, second, third, fourth] = server.home.devices.map(({ id }) => id);
      const when = { always: true as const };
      server.rules.set({ action: 'block', target: { device: first! }, when });
      server.rules.set({ action: 'slow', target: { device: second! }, when: { for: 3_600_000 } });
      server.rules.set({ action: 'allow', target: { device: third! }, when });
      server.rules.set({ action: 'ignore', target: { device: fourth! }, when });
      server.rules.setGroup(undefined, { name: 'Kids', members: [first!] });
      server.tellRules();
      await page.locator('.rule, .chip, li.card, ul.card li').first().waitFor();
      for (const selector of clicks) await page.locator(selector).first().click();
      expect(await violations(page)).toEqual([]);
    });
  });
});
