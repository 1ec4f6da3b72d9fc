import { expect, expectAccessible, picture, test } from './application-fixture.ts';
import { filterTopic, go, inspector, messageRows, openTraffic, publisher } from './traffic-page.ts';

test('topics, messages and one message, followed live and by the keyboard', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openTraffic(page, application);
  await expect(page.getByText('Connected', { exact: true })).toBeVisible();
  await expect(messageRows(page).first()).toContainText('DEMO-');
  await expect(page.getByText('Showing all', { exact: true })).toBeVisible();

  // The tree is one stop of the keyboard; its arrows open and fold.
  const tree = page.getByRole('tree', { name: 'Topics' });
  await tree.focus();
  await page.keyboard.press('Home');
  const root = tree.getByRole('treeitem', { name: /^datayoti / });
  await expect(root).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowLeft');
  await expect(root).toHaveAttribute('aria-expanded', 'false');
  await expect(tree.getByRole('treeitem')).toHaveCount(1);
  await page.keyboard.press('ArrowRight');
  await expect(tree.getByRole('treeitem', { name: /^sensor / })).toBeVisible();
  const board = tree.getByRole('treeitem', { name: /^02:DE:70:00:00:01 DEMO-01/ });
  await board.click();
  await expect(board).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const chosen = tree.getByRole('treeitem', { selected: true });
  await expect(chosen).toHaveAttribute('aria-level', '4');
  await expect(chosen).toContainText(/^data.*°C/);

  const message = inspector(page);
  await expect(message.getByRole('heading', { name: 'DEMO-01, data' })).toBeVisible();
  await expect(message).toContainText('datayoti/sensor/02:DE:70:00:00:01/data');
  await expect(message).toContainText(/Against the message \d+ s before/);
  await expect(message).toContainText(/\d values? changed/);
  await expect(message.getByText(/^was /).first()).toBeVisible();
  await expect(message).toContainText(/Stored.*ms after arrival/);
  await expect(message.getByRole('img', { name: /^temperature: \d+ values/ })).toBeVisible();
  await picture(page, 'traffic');
  // On a small laptop the curve is seen without scrolling, and what a value was covers none.
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(message.getByRole('img', { name: /^temperature: \d+ values/ })).toBeInViewport({ ratio: 1 });
  const gaps = await message.locator('.json-line:has(.json-was)').evaluateAll((lines) =>
    lines.map((line) => {
      const [value, was] = ['.json-text', '.json-was'].map((part) =>
        line.querySelector(part)?.getBoundingClientRect(),
      );
      return (was?.left ?? 0) - (value?.right ?? Number.POSITIVE_INFINITY);
    }),
  );
  expect(gaps.length).toBeGreaterThan(0);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(-0.5);
  await page.setViewportSize({ width: 1440, height: 900 });
  await message.getByRole('button', { name: 'Hex' }).click();
  await expect(message.getByRole('region', { name: 'Hex' })).toContainText('7b 22 64 65 76 69 63 65');
  await expectAccessible(page);

  await page.getByRole('textbox', { name: 'Filter topics' }).fill('heartbeat');
  await expect(tree.getByRole('treeitem', { name: /^heartbeat/ })).toHaveCount(3);
  await expect(page.getByText(/^3 of \d+$/)).toBeVisible();
  await page.getByRole('textbox', { name: 'Filter topics' }).fill('nowhere');
  await expect(page.getByText('No topic matches.')).toBeVisible();
});

test('held, nothing is lost; at high rates the part shown is said, and the counts stay exact', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await openTraffic(page, application);
  const client = await publisher(application, 'flood');
  await filterTopic(page, 'flood/#');
  await expect(page.getByRole('heading', { name: 'No kept message passes the filter' })).toBeVisible();
  const total = 6_000;
  for (let sent = 0; sent < total; sent += 1_000)
    await Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        client.publishAsync(`flood/${index % 10}`, `message ${sent + index}`, { qos: 1 }),
      ),
    );
  await expect(messageRows(page).first()).toContainText(`message ${total - 1}`);
  await expect(page.getByText(/Showing 1 of [\d.]+; the counts are exact/)).toBeVisible();
  const flood = page.getByRole('treeitem', { name: /^flood / });
  await flood.click();
  await expect(page.getByRole('treeitem', { name: /^7 / })).toContainText('600');

  // Space holds it; what was left out between the rows is there now.
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('Space');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Traffic, held');
  await expect(messageRows(page).nth(1)).toContainText(`message ${total - 2}`);
  await expect(messageRows(page).nth(2)).toContainText(`message ${total - 3}`);
  await client.publishAsync('flood/later', 'came while held', { qos: 1 });
  const grid = page.getByRole('grid', { name: 'Messages' });
  await grid.focus();
  for (let pages = 0; pages < 4; pages++) {
    await page.keyboard.press('End');
    await expect(grid).toHaveAttribute('aria-rowcount', String((pages + 2) * 200 + 1));
  }
  await expect(messageRows(page).last()).toContainText(/message \d+/);
  await expect(page.getByText('came while held')).toHaveCount(0);
  await page.getByRole('button', { name: /^Resume/ }).click();
  await expect(messageRows(page).first()).toContainText('came while held');
  await client.endAsync();
});

test('a filter says beside its field what is wrong, and can be kept', async ({
  page,
  application,
  consoleErrors,
}) => {
  expect(consoleErrors).toEqual([]);
  await openTraffic(page, application);
  await filterTopic(page, 'datayoti/#/data');
  const topic = page.getByRole('textbox', { name: 'Topic, + and # allowed' });
  await expect(topic).toHaveAttribute('aria-invalid', 'true');
  await expect(topic).toHaveAccessibleDescription('# can only be the last level (character 10)');
  await filterTopic(page, 'datayoti/sensor/+/data');
  await expect(topic).toHaveAttribute('aria-invalid', 'false');
  await expect(page.getByRole('button', { name: 'Data', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );

  await page.getByRole('button', { name: /^More filters/ }).click();
  const json = page.getByRole('textbox', { name: 'JSON field' });
  await json.fill('temperature >');
  await expect(json).toHaveAccessibleDescription(/A value is missing here/);
  await json.fill('temperature > 1000');
  await expect(page.getByRole('heading', { name: 'No kept message passes the filter' })).toBeVisible();
  await json.fill('temperature > -40');
  await expect(messageRows(page).first()).toContainText('°C');
  await page.getByRole('textbox', { name: 'Client or account' }).fill('demo-02');
  await expect(messageRows(page).first()).toContainText('DEMO-02');
  await expect(messageRows(page).filter({ hasText: 'DEMO-01' })).toHaveCount(0);

  await page.getByRole('button', { name: 'Keep this filter as a bookmark' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Second board');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Remove the bookmark Second board' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect(messageRows(page).filter({ hasText: 'DEMO-01' }).first()).toBeVisible();
  await page.getByRole('combobox', { name: 'Bookmarks' }).click();
  await page.getByRole('option', { name: 'Second board' }).click();
  await expect(topic).toHaveValue('datayoti/sensor/+/data');
  await expect(messageRows(page).filter({ hasText: 'DEMO-01' })).toHaveCount(0);
});

test('what is published, retained, repeated, kept as a template and cleared', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await openTraffic(page, application);
  const form = page.getByRole('form', { name: 'Publish' });
  await form.getByRole('textbox', { name: 'Topic' }).fill('hall/+/lamp');
  await expect(form).toContainText('+ and # are for subscribing only.');
  await form.getByRole('textbox', { name: 'Topic' }).fill('hall/lamp');
  await form.getByRole('textbox', { name: 'Payload' }).fill('{"on": tru');
  await expect(form).toContainText('Not valid JSON; it is sent as it is.');
  await form.getByRole('textbox', { name: 'Payload' }).fill('{"on": true}');
  await form.getByRole('checkbox', { name: 'Retain' }).check();
  await form.getByRole('button', { name: 'Send' }).click();
  await expect(form.getByText(/^Sent in/)).toBeVisible();
  await filterTopic(page, 'hall/#');
  await expect(messageRows(page)).toHaveCount(1);

  await form.getByRole('button', { name: 'Templates, history, repeat' }).click();
  const drawer = page.getByRole('dialog', { name: 'Publish' });
  await expect(drawer.getByRole('listitem').filter({ hasText: 'hall/lamp' })).toHaveCount(1);
  await drawer.getByRole('button', { name: 'Keep as a template' }).click();
  const naming = page.getByRole('dialog', { name: 'Keep as a template' });
  await naming.getByLabel('Name').fill('Lamp on');
  await naming.getByRole('button', { name: 'Save' }).click();
  await expect(drawer.getByRole('button', { name: /^Lamp on/ })).toBeVisible();
  await drawer.getByLabel('Topic', { exact: true }).fill('hall/door');
  await drawer.getByLabel('Every (ms)').fill('20');
  await drawer.getByLabel('Times').fill('5');
  await drawer.getByRole('button', { name: 'Repeat' }).click();
  await expect(drawer).toContainText('5 of 5 sent');
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Close' }).click();
  await expect(messageRows(page)).toHaveCount(6);

  await page.getByRole('link', { name: 'Retained' }).click();
  await expect(page.getByRole('row', { name: /^hall\/lamp/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /^hall\/door/ })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('textbox', { name: 'Topic and all below it' }).fill('hall');
  await page.getByRole('button', { name: 'Clear all below' }).click();
  const question = page.getByRole('dialog', { name: 'Clear 2 retained messages?' });
  await expect(question).toContainText('hall/door');
  await question.getByRole('button', { name: 'Keep' }).click();
  await expect(page.getByRole('row', { name: /^hall\/lamp/ })).toBeVisible();
  await page.getByRole('button', { name: 'Clear hall/lamp' }).click();
  await page
    .getByRole('dialog', { name: 'Clear 1 retained message?' })
    .getByRole('button', { name: 'Clear 1 message' })
    .click();
  await expect(page.getByText('1 was cleared.')).toBeVisible();
  await expect(page.getByRole('row', { name: /^hall\/lamp/ })).toHaveCount(0);
  await expect(page.getByRole('row', { name: /^hall\/door/ })).toBeVisible();
});

test('what is recorded can be downloaded, replayed below a prefix, added again and removed', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await openTraffic(page, application);
  const client = await publisher(application, 'recorded');
  await filterTopic(page, 'rec/#');
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop recording' })).toBeVisible();
  for (let index = 0; index < 3; index++) await client.publishAsync('rec/a', `value ${index}`, { qos: 1 });
  await expect(messageRows(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'Stop recording' }).click();
  await expect(page.getByRole('button', { name: 'Record', exact: true })).toBeVisible();

  await page.getByRole('link', { name: 'Recordings' }).click();
  const row = page.getByRole('row').nth(1);
  await expect(row.getByRole('cell').nth(1)).toHaveText('3');
  await expectAccessible(page);
  const download = page.waitForEvent('download');
  await row.getByRole('button', { name: /^Download/ }).click();
  const file = await (await download).path();
  await row.getByRole('button', { name: /^Replay/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Replay a recording' });
  await expect(dialog).toContainText('stored like those of a sensor');
  await dialog.getByLabel('Put before every topic').fill('test/');
  await expect(dialog).not.toContainText('stored like those of a sensor');
  await dialog.getByRole('button', { name: 'Replay' }).click();
  await expect(page.getByText(/^3 messages sent/)).toBeVisible();
  await go(page, '/traffic');
  await filterTopic(page, 'test/rec/#');
  await expect(messageRows(page)).toHaveCount(3);
  await expect(messageRows(page).first()).toContainText('value 2');

  await go(page, '/traffic/recordings');
  await page.getByLabel('Recording (NDJSON)').setInputFiles(file);
  await expect(page.getByText(/was added, 3 messages/)).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(3);
  await page
    .getByLabel('Recording (NDJSON)')
    .setInputFiles({ name: 'broken.ndjson', mimeType: 'text/plain', buffer: Buffer.from('no line\n') });
  await expect(page.getByRole('main').getByRole('alert')).toContainText(
    'Line 1 of the recording cannot be read.',
  );
  await row.getByRole('button', { name: /^Remove/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('row')).toHaveCount(2);
  await client.endAsync();
});

test('before the stack runs, before anything comes, and what nobody should send', async ({
  page,
  application,
  consoleErrors,
}) => {
  test.slow();
  expect(consoleErrors).toEqual([]);
  await application.start();
  await page.goto(application.link());
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await go(page, '/traffic');
  await expect(page.getByRole('heading', { name: 'Stack is stopped' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('main').getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Connected', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(messageRows(page).filter({ hasText: 'datayoti/time' }).first()).toBeVisible();

  const client = await publisher(application, 'hostile');
  const long = `long/${'x'.repeat(6_000)}`;
  await client.publishAsync(
    'evil//\u0001\u202Egnp',
    '<img src=x onerror="document.title=1"><script>1</script>',
    {
      qos: 1,
    },
  );
  await client.publishAsync('evil/مرحبا', 'שלום', { qos: 1 });
  await client.publishAsync('evil/bytes', Buffer.from([0xff, 0xfe, 0, 1, 0x80]), { qos: 1 });
  await client.publishAsync('evil/deep', `${'['.repeat(3_000)}${']'.repeat(3_000)}`, { qos: 1 });
  await client.publishAsync(long, 'a long name', { qos: 1 });
  const title = await page.title();
  // A new row on top moves the others under the pointer.
  await expect(messageRows(page).filter({ hasText: 'a long name' })).toBeVisible();
  const row = messageRows(page).filter({ hasText: '<img src=x' });
  await expect(row).toContainText('⟨01⟩⟨202E⟩gnp');
  await row.click();
  await expect(inspector(page)).toContainText('<script>1</script>');
  await expect(page.locator('main img, main script')).toHaveCount(0);
  expect(await page.title()).toBe(title);
  await messageRows(page).filter({ hasText: 'a long name' }).click();
  await expect(inspector(page)).toContainText('(6005 characters)');
  await messageRows(page).filter({ hasText: 'fffe000180' }).click();
  await expect(inspector(page).getByRole('region', { name: 'Hex' })).toContainText('ff fe 00 01 80');
  await inspector(page).getByRole('button', { name: 'Text' }).click();
  await expect(inspector(page)).toContainText('Not valid UTF-8');
  await messageRows(page).filter({ hasText: '[[[[' }).click();
  await inspector(page).getByRole('button', { name: 'JSON' }).click();
  await expect(inspector(page)).toContainText('Deeper or longer than what can be shown');
  await page.getByRole('treeitem', { name: /^evil / }).click();
  await expect(page.getByRole('treeitem', { name: /^\(empty level\)/ })).toBeVisible();
  await expectAccessible(page);
  await client.endAsync();
});
