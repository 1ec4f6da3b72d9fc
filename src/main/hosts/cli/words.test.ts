import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { provisioningStep } from '../../../shared/contract/provisioning.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { BoardFailure, failureWords } from './failure-words.ts';
import { loadWords, say } from './words.ts';

test('every sentence that a command says is in the catalogue', async () => {
  const words = await loadWords('en');
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const source = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('\n');
  const keys = [...source.matchAll(/\bsay\(\s*[\w.#()\s]+?,\s*'([\w.-]+)'/g)].map(([, key]) => key ?? '');
  expect(keys.length).toBeGreaterThan(15);
  const made = [
    ...provisioningStep.options.map((step) => `provision.begins.${step}`),
    ...['ready', 'needs-you', 'cancelled', 'waiting', 'running'].map((phase) => `provision.phase.${phase}`),
    ...['running-application', 'this-process'].map((where) => `provision.where.${where}`),
  ];
  expect([...keys, ...made].filter((key) => words(`cli.${key}`) === undefined)).toEqual([]);
});

test('numbers are written as the language writes them', async () => {
  const facts = { percent: 7, rate: 61.5 };
  expect(say(await loadWords('en'), 'progress.line', facts)).toBe('7 %  61.5 kB/s');
  expect(say(await loadWords('fr'), 'progress.line', facts)).toBe('7 %  61,5 ko/s');
});

test('the fact "count" picks singular or plural, as the language counts; without words for it the general ones stay', async () => {
  for (const [language, texts] of [
    ['en', ['0 unknown devices send.', '1 unknown device sends.', '2 unknown devices send.']],
    ['fr', ['0 appareil inconnu émet.', '1 appareil inconnu émet.', '2 appareils inconnus émettent.']],
  ] as const) {
    const words = await loadWords(language);
    expect([0, 1, 2].map((count) => words('alerts.kinds.unknown-device.stack', { count }))).toEqual(texts);
  }
});

test('a failure in French: its sentence, what to do, and the facts of the message', async () => {
  const error = new AppError('broker.port-in-use', 'Port 1883 is taken by mosquitto.', {
    port: 1883,
    program: 'mosquitto',
  });
  const before = process.env['DATAYOTI_LANG'];
  try {
    process.env['DATAYOTI_LANG'] = 'fr';
    expect(await failureWords(error)).toBe(
      'Le port 1883 est occupé par mosquitto.\n' +
        'Utilisez un autre port ou fermez l’autre programme.\n' +
        'Détails : Port 1883 is taken by mosquitto.',
    );
    const advice = {
      symptom: 'silent',
      causeKey: 'portDoctor.silent.cause',
      actionKey: 'portDoctor.silent.action',
      data: {},
    };
    const silent = new BoardFailure(new AppError('flash.no-sync', 'It does not answer.', {}), advice);
    expect(await failureWords(silent)).toMatch(/La carte n/);
    process.env['DATAYOTI_LANG'] = 'en';
    expect(await failureWords(error)).toBe('Port 1883 is taken by mosquitto.');
    expect(await failureWords(silent)).toMatch(/^It does not answer\.\nThe board says nothing at all\.\n/);
  } finally {
    if (before === undefined) delete process.env['DATAYOTI_LANG'];
    else process.env['DATAYOTI_LANG'] = before;
  }
});

test('the fact "context" picks the words, as on the screens; without words for it the general ones stay', async () => {
  const words = await loadWords('en');
  const next = (context?: string): string | undefined =>
    words('errors.engine.not-running.next', {
      address: 'unix:///x',
      ...(context === undefined ? {} : { context }),
    });
  expect(next('linux')).toContain('systemctl start docker');
  expect(next('desktop')).toContain('Docker Desktop');
  expect(next()).toBeDefined();
  expect(next('none-such')).toBe(next());
});
