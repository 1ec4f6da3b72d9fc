import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isAppError } from '../../../../shared/domain/app-error.ts';
import { containerBody, type ComposeProject } from './container-body.ts';
import { interpolate } from './interpolation.ts';
import { readComposeFile, startOrder } from './read-compose-file.ts';

const shipped = readFileSync(new URL('../../../../../resources/stack/compose.yaml', import.meta.url), 'utf8');

function fault(content: string, variables: Record<string, string> = {}): { code: string; data: unknown } {
  try {
    readComposeFile(content, variables);
  } catch (error) {
    if (isAppError(error)) return { code: error.code, data: error.data };
    throw error;
  }
  throw new Error('it was taken');
}
const service = (lines: string): string => `services:\n  one:\n    image: a:1\n${lines}`;

test('the shipped file is read with the defaults of a laptop', () => {
  const { services, volumes, secrets } = readComposeFile(shipped, {});
  expect(Object.keys(services)).toEqual(['mosquitto', 'postgres', 'ingestor', 'grafana']);
  expect(services['postgres']?.ports).toEqual([{ address: '127.0.0.1', host: 5432, container: 5432 }]);
  expect(services['grafana']?.ports[0]?.address).toBe('127.0.0.1');
  expect(services['mosquitto']?.mem_limit).toBe(128 * 1024 * 1024);
  expect(services['postgres']?.healthcheck?.test[1]).toContain('"$POSTGRES_USER"');
  expect(Object.keys(volumes)).toEqual(['mosquitto-data', 'postgres-data', 'grafana-data']);
  expect(Object.keys(secrets)).toHaveLength(6);
  for (const { image } of Object.values(services)) expect(image).toMatch(/:\d+\.\d+\.\d+/);
});

test('the profile of a Raspberry Pi asks for less than 1.1 GB in all', () => {
  const env = readFileSync(new URL('../../../../../resources/stack/pi.env', import.meta.url), 'utf8');
  const variables = Object.fromEntries(
    env.split('\n').flatMap((line): [string, string][] => {
      const [key = '', value = ''] = line.split('=');
      return key.startsWith('#') || value === '' ? [] : [[key, value]];
    }),
  );
  const { services } = readComposeFile(shipped, variables);
  const memory = Object.values(services).reduce((sum, { mem_limit: limit = Infinity }) => sum + limit, 0);
  expect(memory).toBeLessThan(1.1e9);
  expect(services['mosquitto']?.volumes).toContainEqual({
    kind: 'file',
    path: 'mosquitto/pi.conf',
    target: '/mosquitto/config/mosquitto.conf',
  });
});

test('variables have defaults, may be required, and $$ is a dollar', () => {
  const variables = { SET: 'x', EMPTY: '' };
  const cases: [string, string][] = [
    ['${SET}', 'x'],
    ['$SET-a', 'x-a'],
    ['${SET:-d}', 'x'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${NOT-d}', 'd'],
    ['$$SET', '$SET'],
    ['a ${SET} b ${SET:?why}', 'a x b x'],
  ];
  for (const [text, expected] of cases) expect(interpolate(text, variables, 'w')).toBe(expected);
  for (const text of ['${NOT}', '${NOT:?put it into .env}', '${EMPTY:?no}', '$NOT'])
    expect(() => interpolate(text, variables, 'w')).toThrow(/needs the variable/);
  for (const text of ['a $ b', '${SET', '${}'])
    expect(() => interpolate(text, variables, 'w')).toThrow(/\$\$/);
});

test('a value is never read as a variable again', () => {
  expect(interpolate('${A}', { A: '${B} $$' }, 'w')).toBe('${B} $$');
});

test('what the application does not understand is named with its line', () => {
  expect(fault(service('    privileged: true\n'))).toEqual({
    code: 'compose.invalid',
    data: { where: 'services.one.privileged', text: 'is not understood by this application', line: 4 },
  });
  expect(fault(`${service('')}configs: {}\n`).data).toMatchObject({ where: 'configs', line: 4 });
});

test.each([
  ['a folder of the machine', '    volumes: ["/etc:/etc:ro"]\n', 'services.one.volumes.0'],
  ['a way out of the folder', '    volumes: ["./../x:/x:ro"]\n', 'services.one.volumes.0'],
  ['a writable file', '    volumes: ["./x:/x"]\n', 'services.one.volumes.0'],
  ['a port range', '    ports: ["8000-8010:8000-8010"]\n', 'services.one.ports.0'],
  ['a port beyond 65535', '    ports: ["1:65536"]\n', 'services.one.ports.0'],
  ['an undeclared volume', '    volumes: ["data:/data"]\n', 'services.one.volumes'],
  ['an undeclared secret', '    secrets: ["pw"]\n', 'services.one.secrets'],
  ['an undeclared network', '    networks: ["n"]\n', 'services.one.networks'],
  [
    'an unknown dependency',
    '    depends_on: {two: {condition: service_started}}\n',
    'services.one.depends_on',
  ],
  [
    'itself as dependency',
    '    depends_on: {one: {condition: service_started}}\n',
    'services.one.depends_on',
  ],
  ['a size in words', '    mem_limit: much\n', 'services.one.mem_limit'],
  ['no processor', '    cpus: 0\n', 'services.one.cpus'],
  ['a restart of its own', '    restart: sometimes\n', 'services.one.restart'],
])('%s is refused by name', (_name, lines, where) => {
  expect(fault(service(lines))).toMatchObject({ code: 'compose.invalid', data: { where } });
});

test('files edited into nonsense are refused, never thrown on', () => {
  const anchors = 'services: &a {one: {image: a}}\nnetworks: *a\n';
  for (const content of [
    '',
    ':',
    '[]',
    '- a',
    'services: 3',
    '{"a":',
    '\0',
    'services: {A: {image: a}}',
    anchors,
  ])
    expect(fault(content).code).toBe('compose.invalid');
  expect(fault('x'.repeat(300_000)).code).toBe('compose.invalid');
});

test('services start after those that they wait for', () => {
  expect(startOrder(readComposeFile(shipped, {}))).toEqual(['mosquitto', 'postgres', 'ingestor', 'grafana']);
  const file = `services:
  web: {image: "a:1", depends_on: {db: {condition: service_healthy}}}
  db: {image: "a:1"}
`;
  expect(startOrder(readComposeFile(file, {}))).toEqual(['db', 'web']);
});

test('the body for the engine carries limits, health, ports, names and labels of Compose', () => {
  const project: ComposeProject = {
    name: 'datayoti',
    file: readComposeFile(shipped, {}),
    folder: '/stack',
    version: '0.1.0',
  };
  const body = containerBody(project, 'postgres');
  expect(body).toMatchObject({
    name: 'datayoti-postgres-1',
    StopTimeout: 60,
    Healthcheck: { Interval: 2e9, Retries: 10, StartPeriod: 60e9 },
    HostConfig: {
      RestartPolicy: { Name: 'unless-stopped' },
      PortBindings: { '5432/tcp': [{ HostIp: '127.0.0.1', HostPort: '5432' }] },
      Mounts: [{ Type: 'volume', Source: 'datayoti_postgres-data', Target: '/var/lib/postgresql/data' }],
      Memory: 1024 ** 3,
      NanoCpus: 2e9,
      NetworkMode: 'datayoti_mqtt-network',
    },
    NetworkingConfig: { EndpointsConfig: { 'datayoti_mqtt-network': { Aliases: ['postgres'] } } },
    Labels: {
      'com.docker.compose.project': 'datayoti',
      'com.docker.compose.service': 'postgres',
      'com.docker.compose.container-number': '1',
      'com.docker.compose.oneoff': 'False',
    },
  });
  expect(JSON.stringify(body.HostConfig)).not.toContain('./');
});
