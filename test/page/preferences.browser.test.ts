import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { FakeRefusal } from '../../web/dev/fake-rules.ts';
import type { FakeServer } from '../../web/dev/fake-server.ts';
import { FOR_EVERYBODY, missingBrowser, violations } from './harness.ts';
import { useBrowser } from './use-browser.ts';

const CAMERA = 'Front door camera';
const hash = '#/preferences';

describe.skipIf(missingBrowser)(`Preferences${missingBrowser}`, { timeout: 60_000 }, () => {
  const { enter, current } = useBrowser();
  const question = (page: Page, name: string) => page.getByRole('group', { name });
  const far = (page: Page) => question(page, 'How far may SPIN go by itself?');
  const change = (page: Page) => page.getByRole('region', { name: /^Not saved yet/ });
  const save = (page: Page) => change(page).getByRole('button', { name: 'Save' }).click();
  const cameras = { 'kind:camera': { autonomy: 'quarantine' as const } };
  const differing = (server: FakeServer) => {
    server.wishes.view = { ...server.wishes.view, groups: cameras };
  };

  it('are plain questions, each answer with what it means, and what holds is marked', async () => {
    const { page } = await enter();
    await page.getByRole('link', { name: 'Preferences' }).click();
    await far(page).getByText('SPIN cuts what does harm, with the mildest step that stops it.').waitFor();
    expect(await far(page).getByRole('radio', { name: 'Stop the harm' }).isChecked()).toBe(true);
    const asked = await page.getByRole('group').evaluateAll((all) => all.length);
    expect(asked).toBe(6);
    expect(await change(page).count()).toBe(0);
  });

  it('tell first what a change would have done, are saved then, and undone in place', async () => {
    const { page, server } = await enter({ hash, prepare: ({ wishes }) => wishes.remember(0) });
    await far(page).getByRole('radio', { name: 'Watch' }).check();
    await change(page)
      .getByText(/one incident would have gone otherwise/)
      .waitFor();
    await change(page).getByText('2 conversations cut, for 1 hour').waitFor();
    await change(page).getByText('told of, nothing cut').waitFor();
    expect(server.wishes.view.home.autonomy).toBe('stop');
    await save(page);
    await expect.poll(() => server.wishes.view.home.autonomy).toBe('watch');
    await change(page).waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Saved for The whole home.' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => server.wishes.view.home.autonomy).toBe('stop');
    await expect.poll(() => far(page).getByRole('radio', { name: 'Stop the harm' }).isChecked()).toBe(true);
  });

  it('say so where nothing was found that could have gone otherwise', async () => {
    const { page } = await enter({ hash });
    await far(page).getByRole('radio', { name: 'Ask first' }).check();
    await change(page).getByText('Nothing was found in this home so far').waitFor();
  });

  it('change nothing when a change is thrown away, and the focus stays on the page', async () => {
    const { page, server } = await enter({ hash });
    await question(page, 'When a device is poorly secured?').getByRole('radio', { name: 'Tight limits' }).check();
    await change(page).getByRole('button', { name: 'Discard' }).press('Enter');
    await change(page).waitFor({ state: 'detached' });
    expect(server.requests.filter((request) => request.startsWith('PUT'))).toEqual([]);
    expect(await page.evaluate<string>('document.activeElement.className')).toContain('whom');
  });

  it('are another for a group, which says what the home says, and can be put back', async () => {
    const { page, server } = await enter({ hash, prepare: differing });
    const differences = page.getByRole('region', { name: 'Different for a group or a device' });
    await differences.getByText('Quarantine').waitFor();
    await differences.getByRole('button', { name: 'As the home: Cameras' }).click();
    expect(await far(page).getByRole('radio', { name: 'As the home' }).isChecked()).toBe(true);
    await far(page).getByText('Now: Stop the harm.').waitFor();
    expect(server.wishes.view.groups).toEqual(cameras);
    await save(page);
    await expect.poll(() => server.wishes.view.groups).toEqual({});
    await differences.getByText('Nothing differs.').waitFor();
  });

  it('are another for a device, which follows its groups where it says nothing', async () => {
    const { page, server } = await enter({ hash, prepare: differing });
    await page.getByLabel('For whom?').selectOption({ label: CAMERA });
    await far(page).getByText('As its groups').waitFor();
    await far(page).getByText('Now: Quarantine.').waitFor();
    await far(page).getByRole('radio', { name: 'Ask first' }).check();
    const silence = question(page, 'What if nobody answers?');
    await silence.getByRole('radio', { name: 'Do nothing' }).check();
    await silence.getByLabel('After how long?').selectOption({ label: '1 day' });
    await save(page);
    const { id } = server.home.devices[0]!;
    const unanswered = { after: 86_400_000, otherwise: 'nothing' };
    await expect.poll(() => server.wishes.view.devices).toEqual({ [id]: { autonomy: 'ask', unanswered } });
    expect(server.wishes.view.home.autonomy).toBe('stop');
  });

  it('keep what was begun for one while another is looked at', async () => {
    const { page } = await enter({ hash });
    await far(page).getByRole('radio', { name: 'Quarantine' }).check();
    await page.getByLabel('For whom?').selectOption({ label: CAMERA });
    await far(page).getByText('Now: Stop the harm.').waitFor();
    expect(await change(page).count()).toBe(0);
    await page.getByLabel('For whom?').selectOption({ label: 'The whole home' });
    expect(await far(page).getByRole('radio', { name: 'Quarantine' }).isChecked()).toBe(true);
    await change(page).waitFor();
  });

  it('name what must never be cut, and say which of it cannot be used', async () => {
    const { page, server } = await enter({ hash });
    const names = page.getByRole('region', { name: 'What must never be cut?' });
    const add = async (name: string) => {
      await names.getByLabel('Name or address').fill(name);
      await page.keyboard.press('Enter');
    };
    await add('Alarm.example.org');
    await add('no name!');
    await names.getByRole('alert').getByText('“no name!” is no name and no address.').waitFor();
    expect(await change(page).getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await names.getByRole('button', { name: 'Remove no name!' }).click();
    await save(page);
    await expect.poll(() => server.wishes.view.home.critical).toEqual(['alarm.example.org']);
  });

  it('say why nothing was saved, and lose nothing of what was chosen', async () => {
    const { page, server } = await enter({ hash });
    await far(page).getByRole('radio', { name: 'Watch' }).check();
    await change(page).getByText('Nothing was found').waitFor();
    server.wishes.prefer = () => {
      throw new FakeRefusal(503, 'store-failing');
    };
    await save(page);
    await change(page).getByText('It could not be saved').waitFor();
    expect(await far(page).getByRole('radio', { name: 'Watch' }).isChecked()).toBe(true);
  });

  it('follow what somebody changes elsewhere', async () => {
    const { page, server } = await enter({ hash });
    await far(page).waitFor();
    server.wishes.prefer({ scope: { home: true }, choice: { autonomy: 'quarantine' } });
    server.send({ kind: 'wishes', sequence: 0, at: server.home.at });
    await expect.poll(() => far(page).getByRole('radio', { name: 'Quarantine' }).isChecked()).toBe(true);
  });

  it('are chosen by keyboard alone', async () => {
    const { page, server } = await enter({ hash });
    await far(page).getByRole('radio', { name: 'Stop the harm' }).focus();
    await page.keyboard.press('ArrowRight');
    await change(page).getByText('Nothing was found').waitFor();
    await change(page).getByRole('button', { name: 'Save' }).press('Enter');
    await expect.poll(() => server.wishes.view.home.autonomy).toBe('quarantine');
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await page.keyboard.press('Control+z');
    await expect.poll(() => server.wishes.view.home.autonomy).toBe('stop');
  });

  it('list what SPIN was wrong about, and let it count again', async () => {
    const { page, server } = await enter({ hash, prepare: ({ wishes }) => wishes.correct(0) });
    const wrong = page.getByRole('region', { name: 'SPIN was wrong about' });
    await wrong.getByRole('heading', { name: `${CAMERA}: Searches other machines` }).waitFor();
    await wrong.getByRole('button', { name: `Watch for it again: Searches other machines, ${CAMERA}` }).click();
    await wrong.getByText('Nothing so far.').waitFor();
    expect(server.wishes.corrections).toEqual([]);
  });

  describe('New devices', () => {
    const fresh = (page: Page) => page.getByRole('region', { name: /^New in your home/ });

    it('stand on the first screen with what holds for them, and are let in there', async () => {
      const { page, server } = await enter({ prepare: ({ wishes }) => wishes.arrive(0) });
      await fresh(page).getByText('It works, under limits').waitFor();
      await fresh(page)
        .getByRole('button', { name: `I know it, let it in: ${CAMERA}` })
        .click();
      await fresh(page).waitFor({ state: 'detached' });
      expect(server.wishes.arrived.size).toBe(0);
    });

    it('are held at a press, and that is undone in place', async () => {
      const { page, server } = await enter({ prepare: ({ wishes }) => wishes.arrive(0) });
      await fresh(page)
        .getByRole('button', { name: `Hold it: ${CAMERA}` })
        .click();
      await fresh(page).getByText('it reaches nothing until you let it in').waitFor();
      expect(Object.values(server.wishes.view.devices)).toEqual([{ newDevices: 'hold' }]);
      await page.getByRole('button', { name: 'Undo' }).click();
      await fresh(page).getByText('It works, under limits').waitFor();
      expect(server.wishes.view.devices).toEqual({});
    });

    it('that were held and are let in leave no choice of their own behind', async () => {
      const { page, server } = await enter({
        prepare: ({ wishes, home }) => {
          wishes.arrive(0);
          wishes.view = { ...wishes.view, devices: { [home.devices[0]!.id]: { newDevices: 'hold', weak: 'limit' } } };
        },
      });
      await fresh(page)
        .getByRole('button', { name: `I know it, let it in: ${CAMERA}` })
        .click();
      await expect.poll(() => Object.values(server.wishes.view.devices)).toEqual([{ weak: 'limit' }]);
    });

    it('say why nothing was done', async () => {
      const { page } = await enter({ prepare: ({ wishes }) => wishes.arrive(0) });
      await fresh(page).waitFor();
      current().server.wishes.arrived.clear();
      await fresh(page)
        .getByRole('button', { name: /^I know it/ })
        .click();
      await page.getByRole('region', { name: 'It is no longer new here.' }).waitFor();
    });
  });

  it('need no more room than a small phone has', async () => {
    const { page } = await enter({ hash, context: { viewport: { width: 320, height: 640 }, locale: 'nl' } });
    await page.locator('fieldset').first().waitFor();
    await page.locator('input[value=watch]').check();
    await page.locator('.change').waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
  });

  it.each(FOR_EVERYBODY)('axe-core finds nothing: %s', async (_name, context) => {
    const prepare = (server: FakeServer) => {
      differing(server);
      server.wishes.arrive(0);
      server.wishes.correct(1);
      server.wishes.remember(0);
    };
    const { page } = await enter({ hash, prepare, context });
    await page.locator('fieldset').first().waitFor();
    await page.locator('input[value=watch]').check();
    await page.locator('.change dl').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('nav a').first().click();
    await page.locator('#newcomers-title').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});
