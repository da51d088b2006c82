import { describe, expect, it } from 'vitest';
import { FOR_EVERYBODY, missingBrowser, NARROWEST, violations } from './harness.ts';
import { useBrowser } from './use-browser.ts';

const CAMERA = 'Front door camera';
const cameraPage = '#/device/d-02%3A00%3A00%3A00%3A00%3A00';

describe.skipIf(missingBrowser)(
  `What a device is, and how well it is secured${missingBrowser}`,
  {
    timeout: 60_000,
  },
  () => {
    const { enter, current } = useBrowser();
    const camera = () => current().server.home.devices[0]!;
    /** The camera looks like the lamp again. */
    const resembles = ({ home }: { home: { devices: { id: string }[] } }) =>
      Object.assign(home.devices[0]!, {
        looksLike: {
          ...{ device: home.devices[1]!.id, confidence: 0.9, since: 1 },
          because: [{ in: 'hostname', saw: '<img src=x onerror="document.title=1">' }],
        },
      });

    it('says what it is believed to be, how sure that is, and why', async () => {
      const { page } = await enter({ hash: cameraPage });
      const card = page.getByRole('region', { name: 'What it is' });
      expect(await card.locator('option:checked').textContent()).toBe('SPIN decides: Camera');
      await card.getByText('83 % sure. Why?').click();
      await card.getByText('Its host name: Front door camera').waitFor();
      await card.getByText('Example Cameras').first().waitFor();
      await page.getByRole('link', { name: 'Home', exact: true }).click();
      await page.locator('.list li', { hasText: CAMERA }).getByText('Camera (83 %)').waitFor();
    });

    it('is what its owner says, until that is undone in place', async () => {
      const { page } = await enter({ hash: cameraPage });
      const kind = page.getByLabel('Kind');
      await kind.selectOption({ label: 'Doorbell' });
      await expect.poll(() => camera().givenKind).toBe('doorbell');
      await page.getByText('You said so. SPIN takes it for: camera (83 %).').waitFor();
      const said = page.getByRole('region', { name: `${CAMERA}: doorbell, as you say.` });
      await said.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => camera().givenKind).toBeUndefined();
      await page.getByRole('region', { name: `${CAMERA}: SPIN decides what it is.` }).waitFor();
      await expect.poll(() => kind.inputValue()).toBe('');
    });

    it('shows the kind that holds where a change is refused', async () => {
      const { page, server } = await enter({ hash: cameraPage });
      server.session = 'open';
      await page.route('**/kind', (route) =>
        route.fulfill({
          ...{ status: 507, contentType: 'application/json' },
          body: JSON.stringify({ error: { code: 'store-failing', message: 'full' } }),
        }),
      );
      await page.getByLabel('Kind').selectOption({ label: 'Doorbell' });
      await page.getByRole('region', { name: /^It could not be saved/ }).waitFor();
      await expect.poll(() => page.getByLabel('Kind').inputValue()).toBe('');
    });

    it('asks whether a new device is one known before; the two are one when they say so', async () => {
      const { page, server } = await enter({ prepare: resembles });
      const [found, known] = server.home.devices.map(({ id }) => id);
      await page.locator('.list li', { hasText: CAMERA }).getByText('Reading lamp again?').waitFor();
      await page.locator('.list li', { hasText: CAMERA }).getByRole('link').click();
      const question = page.getByRole('region', { name: 'Is this Reading lamp again?' });
      await question.getByText('Its host name: <img src=x').waitFor();
      await question.getByRole('button', { name: 'Yes, it is the same' }).click();
      await page.getByRole('heading', { name: 'Reading lamp', level: 1 }).waitFor();
      expect(server.home.devices.map(({ id }) => id)).not.toContain(found);
      expect(page.url()).toContain(encodeURIComponent(known!));
      expect(await page.title()).toBe('SPIN');
    });

    it('does not ask again when it is another one', async () => {
      const { page, server } = await enter({ hash: cameraPage, prepare: resembles });
      await page.getByRole('button', { name: 'No, it is another one' }).click();
      await page.getByRole('region', { name: 'Is this Reading lamp again?' }).waitFor({ state: 'hidden' });
      expect(server.home.devices[0]!.looksLike).toBeUndefined();
      await page.getByRole('region', { name: 'It is not Reading lamp. SPIN does not ask again.' }).waitFor();
    });

    it('tells how well it is secured, on what evidence, and what cannot be seen', async () => {
      const { page } = await enter({ hash: cameraPage });
      const card = page.getByRole('region', { name: 'How well it is secured' });
      await card.getByText('Poorly secured').waitFor();
      await card.getByText('People can log in at telnet (tcp/23)').waitFor();
      await card.getByText('It contacted update.example').waitFor();
      await card.getByText('whether its password is a good one').waitFor();
    });

    it('tells the turns of it in the log of the device', async () => {
      const { page } = await enter({ hash: cameraPage });
      await page.route('**/api/events*', (route) => {
        const event = { at: 1, actor: 'owner', device: camera().id };
        const kinds = ['kind-set', 'kind-set', 'device-known-again', 'device-is-another'];
        const events = kinds.map((kind, id) => ({ ...event, id, kind, ...(id === 0 && { detail: 'doorbell' }) }));
        return route.fulfill({ contentType: 'application/json', body: JSON.stringify(events) });
      });
      await page.reload();
      const card = page.getByRole('region', { name: 'What happened' });
      for (const words of [
        'What it is, as you say (doorbell).',
        'SPIN decides again what it is.',
        'You said that it is one that was known before.',
        'You said that it is another one.',
      ])
        await card.getByText(words).waitFor();
    });

    it('fits the narrowest phone', async () => {
      const { page } = await enter({ hash: cameraPage, context: { viewport: NARROWEST }, prepare: resembles });
      await page.getByRole('region', { name: 'How well it is secured' }).waitFor();
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(NARROWEST.width);
    });

    it.each(FOR_EVERYBODY)('axe-core finds nothing: %s', async (_name, context) => {
      const { page } = await enter({ hash: cameraPage, context, prepare: resembles });
      await page.locator('.grade').waitFor();
      await page.locator('summary').first().click();
      expect(await violations(page)).toEqual([]);
    });
  },
);
